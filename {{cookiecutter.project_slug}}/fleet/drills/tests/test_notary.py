"""What was acknowledged against what the database has."""

from types import SimpleNamespace

import pytest

from fantasy.models import LineupPlace
from fleet.drills import lineups
from fleet.drills.evidence import Kind
from fleet.drills.lineups import Squad
from fleet.drills.notary import Notary
from fleet.drills.queries import ROSTER_OF_LEAGUE

TEAM = 5
SQUAD = Squad(tuple("abcdefghijklmno"), tuple(range(100, 115)))


class World:
    """The process that knows the site, and what it finds in the database."""

    def __init__(self):
        self.saved = {}

    def ask(self, command, *arguments):
        if command == "prepare":
            squad = {"names": SQUAD.names, "players": SQUAD.players}
            return {"managers": [{"session": "s", "team": TEAM, "squad": squad}]}
        return self.saved


@pytest.fixture
def committed():
    """The turns of which the database's book has a row."""
    return []


@pytest.fixture
def world():
    return World()


@pytest.fixture
def notary(committed, world):
    def run(sql):
        rows = [f"{TEAM}\t{lineups.rows(SQUAD, turn)[0]}\n" for turn in committed]
        return SimpleNamespace(stdout="".join(rows))

    mariadb = SimpleNamespace(run=run)
    shape = SimpleNamespace(site=SimpleNamespace(name="site"))
    made = Notary(SimpleNamespace(mariadb=mariadb, shape=shape), world)
    made.open_books(1)
    return made


@pytest.fixture
def saved(world):
    """A function: the line-up of this turn is in the database, as far as it goes."""

    def saved(turn, places=15):
        captain, players = lineups.rows(SQUAD, turn)
        world.saved = {str(TEAM): [captain, list(players[:places])]}

    return saved


@pytest.fixture
def save(request_at):
    def save(turn, **fields):
        return request_at(turn, Kind.SAVE, team=TEAM, turn=turn, **fields)

    return save


def test_what_is_there_is_not_lost(notary, committed, saved, save):
    committed += [1, 2, 3]
    saved(3)
    assert notary.lost([save(1), save(2), save(3)]) == []


def test_nor_is_what_nobody_acknowledged(notary, committed, saved, save):
    committed += [1]
    saved(1)
    assert notary.lost([save(1), save(2, status=503)]) == []


def test_what_was_done_without_an_answer_may_be_there(notary, committed, saved, save):
    committed += [1, 2]
    saved(2)
    assert notary.lost([save(1), save(2, status=0)]) == []


def test_what_was_acknowledged_and_is_not_in_the_book_is_lost_and_told_once(
    notary, committed, saved, save
):
    committed += [1]
    saved(2)
    requests = [save(1), save(2)]
    captain = lineups.rows(SQUAD, 2)[0]
    assert notary.lost(requests) == [
        f"save 2 of team {TEAM} (captain {captain}) is not in the database"
    ]
    assert notary.lost(requests) == []


@pytest.mark.parametrize(("turn", "places"), [(2, 14), (2, 0), (1, 15)])
def test_a_line_up_that_is_not_whole_or_older_is_lost(notary, committed, saved, save, turn, places):
    committed += [1, 2]
    saved(turn, places)
    (problem,) = notary.lost([save(1), save(2)])
    assert "is none that was sent" in problem


def test_builds_of_a_roster_are_known_by_their_query():
    """SQLite quotes names in another way than MariaDB, and that is all."""
    sql = str(LineupPlace.objects.of_league(71).values_list("lineup__team").query)
    line = "   12 Query\t" + sql.replace('"', "`")
    assert ROSTER_OF_LEAGUE.findall(f"{line}\n{line}\n") == ["71", "71"]
