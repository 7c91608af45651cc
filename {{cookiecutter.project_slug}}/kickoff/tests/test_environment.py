"""What people write into the environment or an .env, and what they hear about mistakes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from kickoff.environment import Env


def test_what_is_not_set_has_its_default():
    env = Env({})
    assert env.str("NAME", "Kickoff") == "Kickoff"
    assert env.bool("DEBUG", True) is True
    assert env.int("SIZE", 5) == 5
    assert env.float("TIMEOUT_S", 0.5) == 0.5
    assert env.list("HOSTS", ("a", "b")) == ["a", "b"]
    assert env.path("FILE", Path("/srv/file")) == Path("/srv/file")
    assert env.database("URL", "sqlite:////srv/db")["NAME"] == "/srv/db"


@pytest.mark.parametrize("word", ["on", "On", "TRUE", "true", "yes", "1", "t", "Y"])
def test_a_switch_is_on(word):
    assert Env({"DEBUG": word}).bool("DEBUG", False) is True


@pytest.mark.parametrize("word", ["off", "OFF", "False", "false", "no", "0", "f", "N"])
def test_a_switch_is_off(word):
    assert Env({"DEBUG": word}).bool("DEBUG", True) is False


def test_numbers_and_paths_are_read():
    env = Env({"SIZE": "12", "TIMEOUT_S": "2.5", "FILE": "/srv/file"})
    assert env.int("SIZE", 5) == 12
    assert env.float("TIMEOUT_S", 1) == 2.5
    assert env.path("FILE", Path("/")) == Path("/srv/file")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a.example", ["a.example"]),
        ("a.example,b.example", ["a.example", "b.example"]),
        (" a.example, b.example,", ["a.example", "b.example"]),
        ("", []),
    ],
)
def test_a_list_has_commas(text, items):
    assert Env({"HOSTS": text}).list("HOSTS", ["default.example"]) == items


def test_the_url_of_a_database_is_read():
    env = Env({"URL": "mysql://anna:p%40ss@10.0.0.5:3306/game?connect_timeout=2"})
    found = env.database("URL", "")
    assert found["ENGINE"] == "django.db.backends.mysql"
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("anna", "p@ss", "10.0.0.5")
    assert (found["PORT"], found["NAME"]) == (3306, "game")
    assert found["OPTIONS"] == {"connect_timeout": 2}


@pytest.mark.parametrize(
    ("method", "text", "said"),
    [
        ("bool", "yep", "X is 'yep'. It may be on or off."),
        ("bool", "", "X is ''. It may be on or off."),
        ("int", "five", "X is 'five'. It may be a whole number."),
        ("int", "2.5", "X is '2.5'. It may be a whole number."),
        ("float", "soon", "X is 'soon'. It may be a number."),
        ("float", "nan", "X is 'nan'. It may be a number."),
    ],
)
def test_a_mistake_is_named_with_what_is_right(method, text, said):
    with pytest.raises(ImproperlyConfigured) as refusal:
        getattr(Env({"X": text}), method)("X", 0)
    assert str(refusal.value) == said


@pytest.mark.parametrize(
    "url", ["", "10.0.0.5/game", "mysqll://anna:secret@10.0.0.5/game", "mysql://anna:secret@h:x/g"]
)
def test_what_is_no_database_is_refused_without_a_word_of_its_password(url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        Env({"URL": url}).database("URL", "")
    assert str(refusal.value).startswith("URL is no URL of a database. It may be mysql://user")
    assert "secret" not in str(refusal.value)


class TestAFile:
    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / ".env"

    def test_it_is_read(self, path):
        path.write_text(
            "# A comment\nPLAIN=on\nexport QUOTED=\"Fußball 'am' Sonntag\"\nRAW='a$b#c'\n",
            encoding="utf-8",
        )
        env = Env.with_file(path)
        assert env.bool("PLAIN", False) is True
        assert env.str("QUOTED", "") == "Fußball 'am' Sonntag"
        assert env.str("RAW", "") == "a$b#c"

    def test_the_real_environment_wins(self, path, monkeypatch):
        path.write_text("SITE_NAME=file\n")
        monkeypatch.setenv("SITE_NAME", "real")
        assert Env.with_file(path).str("SITE_NAME", "") == "real"

    def test_it_stays_out_of_the_real_environment(self, path):
        path.write_text("ONLY_IN_THE_FILE=1\n")
        assert Env.with_file(path).int("ONLY_IN_THE_FILE", 0) == 1
        assert "ONLY_IN_THE_FILE" not in os.environ

    def test_a_name_without_a_value_is_not_set(self, path):
        path.write_text("SITE_NAME\n")
        assert Env.with_file(path).str("SITE_NAME", "default") == "default"

    @pytest.mark.parametrize("path", [Path(os.devnull), Path("/nowhere/.env")])
    def test_it_need_not_be_there(self, path):
        assert Env.with_file(path).str("NOT_SET_ANYWHERE", "default") == "default"
