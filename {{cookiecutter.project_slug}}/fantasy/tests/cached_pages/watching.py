"""The pages, and what makes them follow a change."""

from kickoff.caching.leadership import Leadership
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard

PAGES = [
    "home",
    "scoreboard",
    "competition",
    "competition_scoreboard",
    "match",
    "match_report",
    "player",
    "league",
    "standings",
    "team",
    "players",
    "competition_players",
    "player_options",
    "top_scorers",
    "competition_top_scorers",
    "leagues",
]


def refresh():
    """What the refresher does within half a second; returns how many values it has rebuilt."""
    refresher = Refresher(Shard(), Leadership("1/1"))
    refresher.once()
    reader.memory.forget()  # the second for which a process believes what it knows
    return refresher.rebuilds
