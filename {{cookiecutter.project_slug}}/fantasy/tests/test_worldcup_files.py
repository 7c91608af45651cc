import pytest

from fantasy.tests.small_cup import SCHEDULE, SQUADS, TEAMS, SmallCup
from fantasy.worldcup.files import WorldCupFileError
from fantasy.worldcup.tournament import read_tournament


@pytest.fixture
def cup(tmp_path):
    return SmallCup(tmp_path)


def complaint(cup):
    with pytest.raises(WorldCupFileError) as refused:
        read_tournament(cup.write())
    return str(refused.value)


# -- Whole files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [SCHEDULE, SQUADS, TEAMS])
def test_a_missing_file_is_named(cup, file):
    (cup.write() / file).unlink()
    with pytest.raises(WorldCupFileError, match=f"^{file}: cannot be read: No such file"):
        read_tournament(cup.directory)


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(WorldCupFileError, match=r"/nowhere: there is no such directory. Name the"):
        read_tournament(tmp_path / "nowhere")


@pytest.mark.parametrize("file", [SCHEDULE, SQUADS, TEAMS])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": is empty. Get it from https://github.com/openfootball/worldcup.json."),
        (b" \n", ": is empty. Get it from https://github.com/openfootball/worldcup.json."),
        (b"\n\nNot Found", ", line 3: is no JSON. Get it from https://github.com/openfootball/"),
        (b"7", ", at the top: Expected `"),
        (b"null", ", at the top: Expected `"),
    ],
)
def test_a_file_of_something_else_is_refused(cup, file, content, message):
    (cup.write() / file).write_bytes(content)
    with pytest.raises(WorldCupFileError) as refused:
        read_tournament(cup.directory)
    assert str(refused.value).startswith(f"{file}{message}")


@pytest.mark.parametrize("file", [SCHEDULE, SQUADS, TEAMS])
def test_a_file_that_was_cut_off_is_refused_with_its_last_line(cup, file):
    path = cup.write() / file
    path.write_text(path.read_text().replace("}, {", "},\n{")[:-5])
    lines = path.read_text().count("\n") + 1
    with pytest.raises(WorldCupFileError, match=f"^{file}, line {lines}: is no JSON."):
        read_tournament(cup.directory)


@pytest.mark.parametrize("file", [SCHEDULE, SQUADS, TEAMS])
def test_a_file_nested_without_end_is_refused(cup, file):
    (cup.write() / file).write_bytes(b'[{"x":' * 100_000)
    with pytest.raises(WorldCupFileError, match=f"^{file}"):
        read_tournament(cup.directory)


def test_text_that_is_no_utf_8_is_refused(cup):
    (cup.write() / TEAMS).write_bytes(b'[{"name": "Cura\xe7ao", "fifa_code": "CUW"}]')
    with pytest.raises(WorldCupFileError, match=r"^worldcup.teams.json: is no JSON in UTF-8"):
        read_tournament(cup.directory)


def test_a_list_of_matches_is_no_schedule(cup):
    cup.schedule = cup.matches
    assert complaint(cup) == (
        "worldcup.json, at the top: Expected `object`, got `array`. Correct it, and import again."
    )


# -- Single values ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("team1", 7, "matches[3].team1: Expected `str`, got `int`"),
        ("round", " ", "matches[3].round: Expected some text, got none"),
        ("num", "4", "matches[3].num: Expected `int | null`, got `str`"),
        ("num", 0, "matches[3].num: Expected `int` >= 1"),
        ("ground", "x" * 81, "matches[3].ground: Expected `str` of length <= 80"),
        ("goals1", {}, "matches[3].goals1: Expected `array`, got `object`"),
        ("score", [2, 1], "matches[3].score: Expected `object | null`, got `array`"),
        ("score", {"ft": [2]}, "matches[3].score.ft: Expected `array` of length 2"),
        ("score", {"ft": [2, -1]}, "matches[3].score.ft[1]: Expected `int` >= 0"),
        ("score", {"ht": [2, 1]}, "matches[3].score: Object missing required field `ft`"),
        ("goals2", [{"name": "Luka Sučić"}], "matches[3].goals2[0]: Object missing required field"),
        ("goals2", [{"name": "Luka Sučić", "minute": 9}], "matches[3].goals2[0].minute: Expected"),
    ],
)
def test_a_wrong_value_of_a_match_is_refused_with_its_place(cup, key, value, message):
    cup.opening[key] = value
    assert complaint(cup).startswith(f"worldcup.json, {message}")


@pytest.mark.parametrize("key", ["round", "date", "time", "team1", "team2"])
def test_a_missing_value_of_a_match_is_refused_with_its_place(cup, key):
    del cup.opening[key]
    assert complaint(cup).startswith(
        f"worldcup.json, matches[3]: Object missing required field `{key}`"
    )


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("number", 0, ".number: Expected `int` >= 1"),
        ("number", "10", ".number: Expected `int`, got `str`"),
        ("pos", "Goalie", ".pos: Invalid enum value 'Goalie'"),
        ("name", "", ".name: Expected some text, got none"),
        ("name", "x" * 101, ".name: Expected `str` of length <= 100"),
        ("date_of_birth", "2001-02-30", '.date_of_birth: This is no date; expected for example "2'),
        ("club", "FC Ark", ".club: Expected `object | null`, got `str`"),
    ],
)
def test_a_wrong_value_of_a_player_is_refused_with_its_place(cup, key, value, message):
    cup.player("BOR", 2)[key] = value
    assert complaint(cup).startswith(f"worldcup.squads.json, [1].players[1]{message}")


def test_a_player_without_club_and_birthday_is_read(cup):
    del cup.player("BOR", 2)["club"], cup.player("BOR", 2)["date_of_birth"]
    player = read_tournament(cup.write()).squads["BOR"].players[1]
    assert (player.club, player.date_of_birth) == (None, None)


def test_a_squad_without_players_is_refused(cup):
    cup.squads[2]["players"] = []
    assert complaint(cup).startswith("worldcup.squads.json, [2].players: Expected `array` of leng")


def test_a_code_has_three_capital_letters(cup):
    cup.teams[0]["fifa_code"] = "Ark"
    assert complaint(cup) == (
        "worldcup.teams.json, [0].fifa_code: Expected a code of three capital letters. "
        "Correct it, and import again."
    )
