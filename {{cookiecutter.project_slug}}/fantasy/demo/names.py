"""Invented names. Any likeness to a living footballer is chance."""

from __future__ import annotations

from random import Random

CLUBS = [
    ("Aldermoor Athletic", "ALD"),
    ("Brackwater Town", "BRA"),
    ("Castlebeck City", "CAS"),
    ("Dunmere Rovers", "DUN"),
    ("Eastholm United", "EAS"),
    ("Fernhill Wanderers", "FER"),
    ("Gullhaven Albion", "GUL"),
    ("Harrowgate Rangers", "HAR"),
    ("Ironbridge Forge", "IRO"),
    ("Juniper Park", "JUN"),
    ("Kestrel Bay", "KES"),
    ("Larkfield County", "LAR"),
    ("Millbrook Hotspur", "MIL"),
    ("Northwold Victoria", "NOR"),
    ("Oakhurst Villa", "OAK"),
    ("Penrose Argyle", "PEN"),
]

_FIRST = (
    "Aron Bela Caio Dario Edin Faro Goran Hamo Ilias Jaro Kito Luan Mirko Nilo Oren Pavo "
    "Quim Rafi Santo Timo Ugo Vito Wim Xander Yaro Zeno Álvar Björn Émile Søren"
).split()
_START = (
    "Al Bar Cor Dal Er Fal Gar Hal Is Jor Kal Lor Mar Nor Or Pel Quar Ros Sal Tor Ul Var"
).split()
_MIDDLE = ["an", "be", "di", "en", "fa", "go", "i", "la", "mi", "no", "o", "ri", "sa", "te", "u"]
_END = ("berg dal dez ez ić ino lund mann ov sen ski son tti vić wood ão").split()

_ADJECTIVES = (
    "Amber Brave Copper Daring Early Flying Golden Hidden Iron Jolly Keen Lucky Merry Noble "
    "Orange Proud Quiet Rapid Silver Twin"
).split()
_NOUNS = (
    "Badgers Comets Dragons Eagles Foxes Giants Hornets Jackdaws Kites Lions Meteors Otters "
    "Pilots Rockets Sparks Terriers Vikings Wolves"
).split()


def player_name(random: Random) -> str:
    """A first and a last name."""
    last = random.choice(_START) + random.choice(_MIDDLE) + random.choice(_END)
    return f"{random.choice(_FIRST)} {last}"


def nickname(random: Random) -> str:
    """A name that a group of friends would give to a team."""
    return f"{random.choice(_ADJECTIVES)} {random.choice(_NOUNS)}"
