"""Importing again, after the files changed."""

from datetime import UTC, datetime

import pytest

from fantasy.leagues import create_league
from fantasy.models import (
    Competition,
    EventKind,
    Lineup,
    LineupPlace,
    Match,
    MatchEvent,
    Player,
    Round,
    Team,
)
from fantasy.tests import worlds
from fantasy.tests.small_cup import SmallCup, everything, goals, points
from fantasy.worldcup.files import WorldCupFileError
from fantasy.worldcup.importer import import_worldcup

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(tmp_path):
    """The small cup, imported once."""
    cup = SmallCup(tmp_path)
    import_worldcup(cup.write())
    return cup


def create_lineup(*players):
    """A line-up with these players in the first round of the cup; the first is the captain."""
    (user,) = worlds.create_users("Anna")
    team = create_league(user.pk, Competition.objects.get().pk, "Friends", "Anna's team")
    round_ = Round.objects.get(number=1)
    lineup = Lineup.objects.create(
        team=team, round=round_, captain=players[0], saved_at=round_.deadline
    )
    for place, player in enumerate(players, start=1):
        LineupPlace.objects.create(lineup=lineup, place=place, player=player)
    return lineup


def test_done_twice_it_changes_nothing(imported):
    before = everything()
    import_worldcup(imported.directory)
    assert everything() == before


def test_a_score_that_came_in_is_imported(imported):
    goals1 = [{"name": "Kim Min-Jae", "minute": "30"}]
    imported.fixture.update(score={"ft": [1, 0]}, goals1=goals1)
    import_worldcup(imported.write())
    match = Match.objects.get(number=3)
    assert (match.status, match.home_goals) == ("finished", 1)
    assert goals(3) == [(30, 0, "goal", "Kim Min-jae", "UIS")]
    assert points()["Kim Min-jae"] == 6


def test_a_corrected_goal_moves_its_points(imported):
    imported.opening["goals2"] = [{"name": "Petar Sučić", "minute": "90+2"}]
    import_worldcup(imported.write())
    assert goals(1)[2] == (90, 2, "goal", "Petar Sučić", "BOR")
    assert points()["Petar Sučić"] == 5
    assert "Luka Sučić" not in points()


def test_cards_and_assists_that_the_files_do_not_know_stay(imported):
    match = Match.objects.get(number=1)
    gladz = Player.objects.get(name="Plekszy Gladz")
    card = MatchEvent.objects.create(
        match=match, sequence=4, kind="red_card", player=gladz, team=gladz.team, minute=20
    )
    imported.opening["goals2"] = [{"name": "Petar Sučić", "minute": "90+2"}]
    import_worldcup(imported.write())
    assert [(minute, kind) for minute, _stoppage, kind, *_who in goals(1)] == [
        (8, "penalty_goal"),
        (20, "red_card"),
        (51, "own_goal"),
        (90, "goal"),
    ]
    assert MatchEvent.objects.get(kind=EventKind.RED_CARD).pk == card.pk
    assert points()["Plekszy Gladz"] == -3


def test_a_match_without_score_in_the_file_keeps_what_a_live_feed_said(imported):
    Match.objects.filter(number=3).update(status="live", minute=12, home_goals=1)
    import_worldcup(imported.directory)
    match = Match.objects.get(number=3)
    assert (match.status, match.minute, match.home_goals) == ("live", 12, 1)


def test_a_match_that_was_moved_keeps_its_row(imported):
    before = Match.objects.get(number=3).pk
    imported.fixture.update(date="2030-06-30", round="Matchday 1")
    import_worldcup(imported.write())
    match = Match.objects.get(pk=before)
    assert (match.number, match.round.name) == (1, "Matchday 1")
    assert list(Round.objects.values_list("name", flat=True)) == ["Matchday 1", "Final"]
    assert Round.objects.get(number=1).deadline == datetime(2030, 6, 30, 19, 0, tzinfo=UTC)


def test_rounds_that_change_places_keep_their_rows(imported):
    before = dict(Round.objects.values_list("name", "pk"))
    imported.fixture["date"] = "2030-06-30"
    import_worldcup(imported.write())
    assert list(Round.objects.order_by("number").values_list("name", "pk")) == [
        ("Matchday 2", before["Matchday 2"]),
        ("Matchday 1", before["Matchday 1"]),
        ("Final", before["Final"]),
    ]


def test_a_renamed_round_keeps_its_row(imported):
    before = Round.objects.get(name="Final").pk
    imported.final["round"] = "The Final"
    import_worldcup(imported.write())
    assert Round.objects.get(number=3).pk == before
    assert Round.objects.get(number=3).name == "The Final"


def test_a_round_with_line_ups_cannot_disappear(imported):
    create_lineup(Player.objects.get(name="Zé"))
    del imported.matches[2:]
    with pytest.raises(WorldCupFileError) as refused:
        import_worldcup(imported.write())
    assert str(refused.value) == (
        'worldcup.json: "Matchday 1" is gone, but line-ups were made for it. Put it back.'
    )
    assert Match.objects.count() == 4


def test_a_corrected_name_keeps_the_player(imported):
    before = Player.objects.get(name="Luka Sučić").pk
    imported.player("BOR", 2)["name"] = "Luka Sutschitsch"
    imported.opening["goals2"][0]["name"] = "Luka Sutschitsch"
    import_worldcup(imported.write())
    player = Player.objects.get(pk=before)
    assert (player.name, player.plain_name) == ("Luka Sutschitsch", "Luka Sutschitsch")


def test_swapped_numbers_stay_with_their_players(imported):
    before = dict(Player.objects.values_list("name", "pk"))
    imported.player("BOR", 2)["number"], imported.player("BOR", 3)["number"] = 3, 2
    import_worldcup(imported.write())
    assert Player.objects.get(team__code="BOR", number=2).pk == before["Petar Sučić"]
    assert Player.objects.get(team__code="BOR", number=3).pk == before["Luka Sučić"]


def test_a_player_who_is_replaced_leaves(imported):
    imported.player("UIS", 4).update(name="Bo Newcomer", date_of_birth="2005-05-05")
    import_worldcup(imported.write())
    squad = Player.objects.filter(team__code="UIS")
    assert list(squad.order_by("number").values_list("number", "name"))[-1] == (4, "Bo Newcomer")
    assert squad.count() == 4


def test_a_player_who_is_replaced_stays_where_he_stands_in_line_ups(imported):
    lineup = create_lineup(ze := Player.objects.get(name="Zé"))
    imported.player("UIS", 4).update(name="Bo Newcomer", date_of_birth="2005-05-05")
    import_worldcup(imported.write())
    ze.refresh_from_db()
    assert ze.number == 100
    assert lineup.places.get().player == ze
    assert Player.objects.get(team__code="UIS", number=4).name == "Bo Newcomer"
    before = everything()
    import_worldcup(imported.directory)
    assert everything() == before


def test_line_ups_survive(imported):
    players = list(Player.objects.order_by("pk")[:15])
    lineup = create_lineup(*players)
    import_worldcup(imported.directory)
    assert [place.player for place in lineup.places.order_by("place")] == players
    assert Lineup.objects.get().captain == players[0]


def test_a_new_squad_and_its_matches_are_added(imported):
    player = {"number": 9, "pos": "FW", "name": "Ben Kalish"}
    imported.teams.append({"name": "Khemed", "fifa_code": "KHE"})
    imported.squads.append({"name": "Khemed", "fifa_code": "KHE", "players": [player]})
    imported.matches.append({**imported.fixture, "team1": "Khemed"})
    import_worldcup(imported.write())
    assert Match.objects.get(home__code="KHE").number == 5
    assert Player.objects.get(team__code="KHE").name == "Ben Kalish"


def test_a_team_that_did_not_come_leaves_with_its_matches(imported):
    del imported.squads[3], imported.teams[3], imported.matches[1:3]
    import_worldcup(imported.write())
    assert set(Team.objects.values_list("code", flat=True)) == {"ARK", "BOR", "SYL"}
    assert list(Match.objects.order_by("number").values_list("home__code", "away__code")) == [
        ("ARK", "BOR"),
        ("ARK", "SYL"),
    ]
    assert Player.objects.count() == 12


def test_a_team_with_players_in_line_ups_cannot_disappear(imported):
    create_lineup(Player.objects.get(name="Zé"))
    del imported.squads[3], imported.teams[3], imported.matches[1:3]
    with pytest.raises(WorldCupFileError) as refused:
        import_worldcup(imported.write())
    assert str(refused.value) == (
        'worldcup.squads.json: "UI" is gone, but its players stand in line-ups. Put it back.'
    )
    assert Match.objects.count() == 4
