"""Invented names: of teams, people, places. Whoever really bears one is not meant."""

from __future__ import annotations

from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NOUNS = _words(
    """
    Tides Sharks Comets Herons Foxes Otters Embers Lanterns Drifters Falcons Badgers Waves
    Sparrows Cyclones Pelicans Meteors Wolves Breakers Thistles Ravens Gulls Bisons Sirens Beacons
    Lynxes Hornets Zephyrs Glaciers Marlins Cedars Nomads Orbits Kestrels Rapids Saffrons Pumas
    Monsoons Quartz Magpies Arrows Dunes Jackals Pilots Tempests Cobras Willows Voyagers Storks
    Ibexes Cranes Rockets Basalts Finches Echoes Mistrals Panthers Anchors Swifts Geckos Currents
    Harriers Cinders Jaguars Brambles Auroras Vipers Mangos Stallions Puffins Rovers Citrus Owls
    Titans Sundials Caribous Dragonflies Kites Llamas Torches Moles Ospreys Ripples Sabres Toucans
    Bandits Condors Jesters Mantas Noodles Quails Rascals Skippers Thunders Walruses Yaks Zebras
    """
)

CITIES = _words(
    """
    Ashford Brightwater Cadmore Dunhaven Elmstead Fernleigh Granby Hollowmere Ironbridge Juniper
    Kingsgate Larkfield Millbrook Northwold Oakhurst Pinecrest Quarrydale Redcliff Saltmarsh
    Thornbury Underhill Valebrook Westerly Yarrow Amberley Birchwood Copperfield Driftwood
    Eastmoor Foxglove Greywater Heathvale Inverlune Jessamine Kirkstead Linden Marlowe
    Netherfield Orchardton Palisade Quillby Rosemount Silverton Tanglewood Upperlune
    Verdance Windrush Yewdale Zellwood Alder Bellhaven Clearbrook Dovecote Evermoor Fairmile
    Glenrock Harrowgate Isleworth Kestrelton Lochside Moorgate Nightingale Oxbow
    """
)

WOMEN = _words(
    """
    Aiko Amara Ana Anika Astrid Ayesha Beatriz Camila Chiara Chloe Daniela Deborah Ebba Elena Elif
    Emma Esi Esther Fatima Freya Gabriela Grace Hana Hannah Imani Ingrid Isabel Jana Jing Julia
    Kavya Keiko Kiara Lara Leila Lin Lotte Lucia Mai Maria Marta Mei Mira Nadia Nanami Naomi Nia
    Noor Olga Paula Petra Priya Rania Rosa Ruth Sanne Sara Selin Shanice Sofia Sunniva Tamar Tessa
    Valentina Vera Wanjiru Xiomara Yara Yuki Zainab Zoe
    """
)

MEN = _words(
    """
    Aaron Abdul Adrian Ahmed Alejandro Amit Anders Andre Arjun Ben Bilal Bruno Carlos Chen Daniel
    Dario David Diego Dmitri Elias Emeka Emil Enzo Erik Farid Felix Gabriel Hamza Haruto Hugo Ivan
    Jakob Jamal Jan Javier Jonas Juma Kaito Karim Kenji Kofi Kwame Lars Leon Liam Luca Mads Marco
    Mateo Matti Miguel Milan Minh Nikhil Noah Oluwaseun Omar Oscar Pablo Pavel Rafael Ravi Ren Samir
    Santiago Sven Tariq Thabo Tomas Viktor Wei Youssef Zoltan
    """
)

FAMILIES = _words(
    """
    Abara Acosta Adeyemi Ahlberg Almeida Andersen Aoki Arslan Baptiste Barros Becker Bello Bergman
    Bianchi Boateng Brandt Brown Castillo Chan Chowdhury Costa Cruz Dahl Delgado Demir Diallo Dubois
    Eriksen Escobar Farouk Fischer Fontaine Fujita Garcia Georgiou Gomes Greene Gupta Haddad Hansen
    Hassan Horvat Hughes Ibrahim Ito Ivanov Iyer Jansen Jensen Jimenez Kamau Kapoor Karlsson Khan
    Kim Kimura Kovacs Kowalski Kruger Larsen Laurent Le Lee Lindqvist Lopez Lund Maeda Mahlangu
    Marino Martin Mbeki McKay Mehta Mendes Meyer Mori Morales Moreau Mwangi Nakamura Nair
    Navarro Nguyen Nielsen Novak Nunez Obi Okafor Okoye Olsen Ortega Osei Ozturk Park Patel Pereira
    Petrov Pham Popescu Quispe Rahman Ramos Reyes Ricci Rojas Romano Rossi Sandoval Santos Sato
    Schmidt Schneider Sharma Silva Singh Sithole Soto Suzuki Svensson Takeda Tan Torres Tran Traore
    Tremblay Vargas Vasquez Virtanen Wagner Wang Weber Williams Wong Yamada Yilmaz Zhang Zimmermann
    """
)

_STEP = 1_009  # has no factor in common with the number of names, so that none comes up twice


def team_name(event: int, number: int) -> str:
    """The name of a team, unlike that of every other `event` and `number` (below 128)."""
    if event == 0 and number < len(NOUNS):
        return NOUNS[number]
    count = len(NOUNS) * len(CITIES)
    lap, place = divmod(event * 128 + number, count)
    place = place * _STEP % count
    name = f"{CITIES[place // len(NOUNS)]} {NOUNS[place % len(NOUNS)]}"
    return f"{name} {lap + 1}" if lap else name


def person_name(random: Random, gender: str) -> str:
    """A first and a family name."""
    first = random.choice(WOMEN if gender == "female" else MEN)
    return f"{first} {random.choice(FAMILIES)}"
