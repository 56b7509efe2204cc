"""Words of everyday questions, which are no misspelt, shortened or half-said names.

A stored name that is such a word ("Open", "Final") is linked only where the question points at it.
English, Spanish and German, as typed on phones; what the semantic model itself is called comes on
top, so tables and columns need not stand here.
"""

from __future__ import annotations

from bot.answering.folding import fold
from bot.semantic import SemanticModel

_WORDS = """
a able about above after again against all almost alone along already also although always am
among amount an and another answer any anyone anything are area around as ask at away back bad
be beat beaten beats because been before began begin behind being below best better between big
bigger biggest both bottom break bring but by call called came can captain captains category
change check clean close closest club come compare compared complete consecutive could count
current currently date day days deep did different do does doing done double down draw drew drop
during each earlier earliest early either else empty end ended ends enough entered even event
events ever every everyone exactly exist fair far fast fastest female few fewer fewest fields
final finale finals find finish finished first five follow for former found four free friday from
full further game games gave gender get gets getting girls give given gives giving go goal goals
goes
going gone good got grade great group groups had half happen happened hard has have having he
head help her here high higher highest him his host hosted hour hours how however i if in
individual inside into is it its join just keep kept kind know large largest last late later
latest lead leader leaders leading leads least leave left less let like limit list little live
long longest look lose loser losers loses losing loss lost lot low lower lowest made main make
makes male man many map march margin mark match matches maximum may me mean means meet men
middle might min minimum minute minutes missing mixed moment monday month more morning most much
must my name named names near nearly need never new news next nice night nine no nobody none nor
not nothing now number numbers of off offer official often old on once one ones only open
opening opponent opponents opposite or order other others our out over overall own pair park
part past per percent percentage person place placed placement places play played player players
playing plays please pool pools position possible post put rank ranked ranking rate rather real
recent recently record remain remaining report rest result results right rise round rounds row
rows rule rules run running runs safe said same saturday save saved saves saw say schedule
scheduled score scored scorer scorers scores scoring season second seconds see seed seeded seeds
seem seen semi semifinal semifinals send series set seven several shall share she short should
show shows side since single sit site six slow small smallest so some soon sort spirit spot
stage stand standing standings stands start started starting starts stat state states statistics
stats status still stop streak strong strongest such sum summary sunday sure table tables take
taken takes teach team teams tell ten than thank thanks that the their them then there these
they thing things think third this those though three through throughout thursday tied ties
till time times to today together told tomorrow tonight too took top total totals tournament
toward trophy true try tuesday turn turnover turnovers turns twice two type under until up
upcoming upset upsets us use used using usually value venue versus very victory video view visit
vs wait wake walk want was watch wave way we weather week weekend well went were what when
where whether which while who whole whom whose why wide will win winner winners winning wins
with within without woman women won world worse worst worth would write wrong year yes yesterday
yet you young younger youngest your zero

al algo ante antes aquella aquellos asistencias ayer bajo cada campo campos como con contra cual
cuales cuando cuanta cuantas cuanto cuantos de del desde dia dias donde dos el ella en entre
equipo equipos era es esta estan este esto final fue ganado gano goles grupo ha han hay hoja hoy
jornada juega juegan jugado jugador jugadora jugadoras jugadores la las le les lo los manana
marco mas mayor me mejor mejores menos mi mucho muy no nombre o otra otro para partido partidos
peor pero por porque primer primera proximo puntos que quien quienes resultado resultados segun
segundo ser si sin sobre son su sus tabla tambien tercer tiene tienen toda todas todo todos
torneo tres tu un una uno victorias y ya

ab aber alle allem allen alles als am an andere auch auf aus bei beim besser beste besten bis da
dann das dem den denn der des die dies diese diesem dieser dort du durch ein eine einem einen
einer er es fur gegen gespielt gestern gewann gewonnen gibt haben hat heute hier ihr im in ins
ist ja jede jeder kein keine man mannschaft mannschaften mehr meiste meisten mit morgen nach
nachste nachsten nicht noch nur ob oder ohne platz punkte runde schon sein sich sie sind so
spiel spiele spielen spieler spielerin spielerinnen spielt tabelle tag tor tore uber um und uns
unter viel viele vom von vor war waren was welche welchem welchen welcher welches wem wen wenn
wer werden wie wieviel wir wird wo zu zum zur zwei zwischen
"""

EVERYDAY = frozenset(_WORDS.split())


def everyday(model: SemanticModel) -> frozenset[str]:
    """EVERYDAY and the words of the model's tables and columns, folded."""
    named = {
        word
        for table in model.tables.values()
        for name in (table.name, *(column.name for column in table.columns))
        for word in fold(name.replace("_", " ")).split()
    }
    return EVERYDAY | named
