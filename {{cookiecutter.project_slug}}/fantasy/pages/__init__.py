"""What the public pages show: typed, immutable, and without a way to the database.

Their attributes have the names that the templates use. Some are parts, of which several pages are
made: the calendar and the squads of a competition, the roster of a league.
"""

from fantasy.pages.competition import BoardPage, Calendar, Competition, HomePage, Round, Scoreboard
from fantasy.pages.league import (
    League,
    LeagueList,
    LeaguePage,
    Lineup,
    ListedLeague,
    Place,
    PlacedPlayer,
    Roster,
    RosterHead,
    RosterLineup,
    RosterTeam,
    Row,
    Table,
    TeamHead,
    TeamPage,
    latest_lineup,
)
from fantasy.pages.manager import OwnLeague, OwnTeam
from fantasy.pages.match import Event, Match, MatchPage, Progress, Report, ReportedEvent
from fantasy.pages.player import (
    Appearance,
    Earned,
    Feat,
    Fixture,
    PlayerPage,
    Record,
    RecordedEvent,
)
from fantasy.pages.players import PlayerOption, PlayerOptions, Scorer, ScorersPage
from fantasy.pages.squads import Player, RankedPlayer, Squads, Team

__all__ = [
    "Appearance",
    "BoardPage",
    "Calendar",
    "Competition",
    "Earned",
    "Event",
    "Feat",
    "Fixture",
    "HomePage",
    "League",
    "LeagueList",
    "LeaguePage",
    "Lineup",
    "ListedLeague",
    "Match",
    "MatchPage",
    "OwnLeague",
    "OwnTeam",
    "Place",
    "PlacedPlayer",
    "Player",
    "PlayerOption",
    "PlayerOptions",
    "PlayerPage",
    "Progress",
    "RankedPlayer",
    "Record",
    "RecordedEvent",
    "Report",
    "ReportedEvent",
    "Roster",
    "RosterHead",
    "RosterLineup",
    "RosterTeam",
    "Round",
    "Row",
    "Scoreboard",
    "Scorer",
    "ScorersPage",
    "Squads",
    "Table",
    "Team",
    "TeamHead",
    "TeamPage",
    "latest_lineup",
]
