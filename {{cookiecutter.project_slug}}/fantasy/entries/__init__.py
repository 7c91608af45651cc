"""The cached reads of the game: `League.cached.page(7)`.

A page is made from parts that are shared, so that a goal costs the same however many leagues there
are: it makes the points of its round stale, and no key of any league. The pages of a league are
derived from these points: those that are asked for most by the refresher, the others when someone
looks.
"""

from fantasy.entries.competition import CompetitionReads
from fantasy.entries.league import FantasyTeamReads, LeagueReads
from fantasy.entries.match import MatchReads
from fantasy.entries.player import PlayerReads

__all__ = [
    "CompetitionReads",
    "FantasyTeamReads",
    "LeagueReads",
    "MatchReads",
    "PlayerReads",
]
