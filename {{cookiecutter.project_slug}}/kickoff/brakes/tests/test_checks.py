"""The brakes among the system checks."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from kickoff.brakes.node_settings import settings_here
from kickoff.brakes.parts.settings import Settings


@pytest.fixture
def node(sound, tmp_path, settings, monkeypatch) -> dict[str, object]:
    """The sound site where the project is; its settings, to be changed."""
    sound.read(tmp_path)
    settings.BASE_DIR = tmp_path
    values: dict[str, object] = sound.changed().settings
    monkeypatch.setattr("kickoff.brakes.checks.settings_here", lambda: Settings(values=values))
    return values


def check(deploy: bool = True) -> list[str | None]:
    return [m.id for m in run_checks(tags=["brakes"], include_deployment_checks=deploy)]


def test_files_and_settings_are_checked_for_deployment(node, tmp_path):
    assert check() == []
    node["ALLOWED_HOSTS"] = ["*"]
    path = tmp_path / "deploy" / "apache" / "site.conf"
    path.write_text(path.read_text().replace("HostnameLookups Off", "HostnameLookups On"))
    assert check() == ["brakes.C16", "brakes.C80b"]


def test_a_message_says_what_why_and_how_to_mend_it(node):
    node["SESSION_COOKIE_SECURE"] = False
    (message,) = run_checks(tags=["brakes"], include_deployment_checks=True)
    assert message.msg == (
        "Cookies travel encrypted only: not so. Found SESSION_COOKIE_SECURE = off (settings); "
        "CSRF_COOKIE_SECURE = on (settings). Expected both on."
    )
    assert message.hint == (
        "A cookie in the clear is a session for whoever listens. To mend it: Set both to True."
    )


def test_nothing_is_checked_when_it_is_not_for_deployment(node):
    node["ALLOWED_HOSTS"] = ["*"]
    assert check(deploy=False) == []


def test_the_settings_of_development_are_not_those_of_a_node(node, settings):
    settings.DEBUG, node["ALLOWED_HOSTS"] = True, ["*"]
    assert check() == []


def test_the_settings_of_a_site_on_one_machine_are_not_those_of_a_node(node):
    node["ALLOWED_HOSTS"] = ["*"]
    node["DATABASES"] = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
    assert check() == []


def test_the_settings_here_name_their_module():
    assert settings_here().module == "tests.settings"
