"""The brakes among the system checks."""

from __future__ import annotations

from django.core.checks import run_checks

from kickoff.brakes.node_settings import settings_here


def check(deploy: bool = True) -> list[str | None]:
    return [m.id for m in run_checks(tags=["brakes"], include_deployment_checks=deploy)]


def _place(sound, tmp_path, settings) -> None:
    sound.read(tmp_path)
    settings.BASE_DIR = tmp_path
    for name, value in sound.settings.items():
        if name not in ("CACHES", "DATABASES", "INSTALLED_APPS", "TEMPLATES"):
            setattr(settings, name, value)


def test_files_and_settings_are_checked_for_deployment(sound, tmp_path, settings):
    _place(sound, tmp_path, settings)
    assert "brakes.C80b" not in check()
    settings.ALLOWED_HOSTS = ["*"]
    assert "brakes.C80b" in check()
    path = tmp_path / "deploy" / "apache" / "site.conf"
    path.write_text(path.read_text().replace("HostnameLookups Off", "HostnameLookups On"))
    assert "brakes.C16" in check()


def test_nothing_is_checked_when_it_is_not_for_deployment(sound, tmp_path, settings):
    _place(sound, tmp_path, settings)
    settings.ALLOWED_HOSTS = ["*"]
    assert check(deploy=False) == []


def test_the_settings_of_development_are_not_those_of_a_node(sound, tmp_path, settings):
    _place(sound, tmp_path, settings)
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["*"]
    assert not {"brakes.C80", "brakes.C80b"} & set(check())


def test_the_settings_here_name_their_module():
    assert settings_here().module == "tests.settings"
