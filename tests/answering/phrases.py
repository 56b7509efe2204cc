"""Questions with the names that people mean in them, for the test of value linking."""

from __future__ import annotations

_TIDES = "teams.name = 'Tides'"
_SHARKS = "teams.name = 'Sharks'"
_OPEN = "divisions.name = 'Open'"
_WOMEN = "divisions.name = 'Women'"
_MIXED = "divisions.name = 'Mixed'"
_CAMILA = "players.name = 'Camila Costa'"

PHRASES: list[tuple[str, set[str]]] = [
    # As they stand, in any case, with articles and possessives.
    ("when do tides play next?", {_TIDES}),
    ("WHEN DO THE TIDES PLAY", {_TIDES}),
    ("what are Windy Hill's scores", {"teams.name = 'Windy Hill'"}),
    ("score of O'Hara Flyers", {"teams.name = 'O''Hara Flyers'"}),
    ("the Sharks' next game", {_SHARKS}),
    ("games on field 2", {"fields.name = 'Field 2'"}),
    ("games on field two today", {"fields.name = 'Field 2'"}),
    ("Pool A table", {"game_rounds.name = 'Pool A'"}),
    ("pool b standings", {"game_rounds.name = 'Pool B'"}),
    ("who plays for third place", {"game_rounds.name = 'Third Place'"}),
    ("score of tides versus sharks in the open division", {_TIDES, _SHARKS, _OPEN}),
    ("tides vs. sharks", {_TIDES, _SHARKS}),
    ("assists of Camila Costa", {_CAMILA}),
    ("camila costa's goals", {_CAMILA}),
    ("goals of Lena Muller", {"players.name = 'Lena Müller'"}),
    ("Brightwater Tides results", {"teams.name = 'Brightwater Tides'"}),
    # One for many, many for one.
    ("is any tide unbeaten", {_TIDES}),
    ("the glacier game", {"teams.name = 'Glaciers'"}),
    ("did a fox win", {"teams.name = 'Foxes'"}),
    ("quarterfinal results", {"game_rounds.name = 'Quarterfinals'"}),
    # Everyday words that are names, pointed at.
    ("top 5 scorers in the open", {_OPEN}),
    ("only the Open", {_OPEN}),
    ("Women", {_WOMEN}),
    ("what about women?", {_WOMEN}),
    ("women's division standings", {_WOMEN}),
    ("teams in mixed", {_MIXED}),
    ("average spirit in the women", {_WOMEN}),
    ("how many women play in the mixed", {_MIXED}),
    ("Which Mixed teams are unbeaten", {_MIXED}),
    # By one of their words.
    ("how many goals did camila score", {_CAMILA}),
    ("Dubois assists", {"players.name = 'Zoe Dubois'"}),
    ("goals by Kofi", {"players.name LIKE 'Kofi %'"}),
    ("games at ashford", {"locations.name = 'Ashford Meadows'"}),
    ("when does windy play", {"teams.name = 'Windy Hill'"}),
    ("goals by brown", {"?brown"}),
    ("costa's blocks", {"?costa's"}),
    ("players called Costa", {"players.name LIKE '% Costa'"}),
    ("goals of Costa of Sharks", {"players.name = 'Omar Costa'", _SHARKS}),
    # Slips of the finger.
    ("who captains Sharcks?", {_SHARKS}),
    ("Shraks next game", {_SHARKS}),
    ("tidess seed", {_TIDES}),
    ("camila cosat goals", {_CAMILA}),
    ("goals of Valentna Okafor", {"players.name = 'Valentina Okafor'"}),
    ("okaffor blocks", {"players.name = 'Valentina Okafor'"}),
    ("peliacns record", {"teams.name = 'Pelicans'"}),
    ("quaterfinals schedule", {"game_rounds.name = 'Quarterfinals'"}),
    # Nicknames.
    ("zeph score", {"teams.name = 'Zephyrs'"}),
    ("sparr games", {"teams.name = 'Sparrows'"}),
    ("drift next game", {"teams.name = 'Drifters'"}),
    # Other languages.
    ("¿cuándo juegan los Sharks?", {_SHARKS}),
    ("goles de camila costa", {_CAMILA}),
    ("¿quién lidera el Open?", {_OPEN}),
    ("equipos en la Women", {_WOMEN}),
    ("Wann spielen die Sharks?", {_SHARKS}),
    ("wer hat im Open die meisten Tore", {_OPEN}),
    ("Spiele auf Field 3", {"fields.name = 'Field 3'"}),
    # No names.
    ("how many teams are there?", set()),
    ("open games", set()),
    ("are there open spots on saturday", set()),
    ("how many women play here", set()),
    ("women players per team", set()),
    ("who won the final", set()),
    ("which games are in the final stage", set()),
    ("games finished versus remaining", set()),
    ("best times to play", set()),
    ("who saves the most points", set()),
    ("give me all scores", set()),
    ("players with the most blocks", set()),
    ("goal difference by team", set()),
    ("teams without a win", set()),
    ("which field hosts most games", set()),
    ("top 10 by win percentage in pool play", set()),
    ("mark every game that started late", set()),
    ("what will the weather be on sunday", set()),
    ("average margin per division", set()),
    ("who hasn't submitted spirit?", set()),
    ("the last round", set()),
    ("comparison of rounds", set()),
    ("¿quién ganó la final?", set()),
    ("goles por partido", set()),
    ("tabla de posiciones", set()),
    ("wie viele Tore gab es", set()),
    ("wer hat das Finale gewonnen", set()),
    ("longest win streak so far", set()),
    ("delete all games", set()),
    ("players older than 30", set()),
    ("show player emails", set()),
    ("list jersey numbers", set()),
    # Known false links: words that are no everyday ones here, and half a name.
    ("total turnovers on windy days", {"teams.name = 'Windy Hill'"}),
    ("grace period for late games", {"players.name = 'Grace Brown'"}),
]
