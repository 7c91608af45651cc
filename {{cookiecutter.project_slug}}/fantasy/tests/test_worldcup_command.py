from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from fantasy.models import Competition, Match, Player, Team
from fantasy.tests.small_cup import SmallCup
from fantasy.worldcup.files import WorldCupFileError
from fantasy.worldcup.importer import import_worldcup

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup(tmp_path):
    return SmallCup(tmp_path)


def run(cup, **options):
    out = StringIO()
    call_command("import_worldcup", cup.write(), stdout=out, **options)
    return out.getvalue().splitlines()


def test_the_command_prints_what_was_imported(cup):
    assert run(cup) == ["Small Cup 2030: 4 matches, 4 squads, 16 players, 7 of 7 goals assigned."]


def test_the_command_lists_goals_that_nobody_got(cup):
    cup.final["goals2"][0]["name"] = "Zlatan Ibrahimović"
    cup.opening["goals2"][0]["name"] = "Sucic"
    assert run(cup) == [
        "Small Cup 2030: 4 matches, 4 squads, 16 players, 5 of 7 goals assigned.",
        "Nobody was given these goals. Write the names in worldcup.json as the squads have them, "
        "and import again:",
        "  Arkadia – Borduria, 90+2′, Sucic: could be Luka Sučić or Petar Sučić",
        "  Arkadia – Syldavia, 90+4′, Zlatan Ibrahimović: nobody in the squad has such a name; "
        "the nearest is Wladimir Zlop",
    ]


def test_the_command_tells_more_about_spellings_when_asked(cup):
    assert run(cup, verbosity=2)[1:] == [
        "  Arkadia – Borduria, 51′, Jonas Weiss: Jonas Weiß Jr.",
        "  Arkadia – Syldavia, 105+1′, R. Jiménez: Raúl Jiménez",
    ]


def test_the_command_says_where_the_files_are_wrong_and_that_nothing_was_changed(cup):
    cup.opening["time"] = "25:00 UTC-6"
    with pytest.raises(CommandError) as refused:
        call_command("import_worldcup", cup.write())
    assert str(refused.value) == (
        'worldcup.json, matches[3].time: "25:00 UTC-6" is no time; '
        'expected for example "13:00 UTC-6". Nothing was changed.'
    )
    assert not Competition.objects.exists()
    assert not Team.objects.exists()


def test_files_that_are_refused_change_nothing(cup):
    import_worldcup(cup.write())
    cup.player("ARK", 1)["name"] = "Somebody Else"
    cup.opening["score"]["ft"] = [5, 5]
    cup.fixture["time"] = "noon"
    with pytest.raises(WorldCupFileError):
        import_worldcup(cup.write())
    assert not Player.objects.filter(name="Somebody Else").exists()
    assert Match.objects.get(number=1).home_goals == 2
