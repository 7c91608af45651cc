"""Probes of other apps, and of the package of a database's ENGINE, are found at start-up."""

from __future__ import annotations

import sys

import pytest
from django.apps import apps

from kickoff.health import registry as registry_module
from kickoff.health.registry import Registry

pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")

PROBES = """
from kickoff.health.registry import Probe, passed, registry

registry.add(lambda: [Probe(("pool",), lambda: {"pool": passed(checked_out=3)})])
"""


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(registry_module, "registry", Registry())
    return registry_module.registry


def test_the_package_of_an_engine_brings_its_own(registry, settings, tmp_path, monkeypatch):
    package = tmp_path / "healthtestpool"
    (package / "mysql").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "probes.py").write_text(PROBES)
    monkeypatch.syspath_prepend(tmp_path)
    settings.DATABASES = {"default": {"ENGINE": "healthtestpool.mysql"}}
    try:
        apps.get_app_config("health").ready()
        (probe,) = registry
        assert probe.check()["pool"].facts == {"checked_out": 3}
    finally:
        for name in ("healthtestpool", "healthtestpool.probes"):
            sys.modules.pop(name, None)


def test_engines_of_django_bring_none(registry, settings):
    settings.DATABASES = {
        "default": {"ENGINE": "django.db.backends.mysql"},
        "old": {"ENGINE": "sqlite3"},
    }
    apps.get_app_config("health").ready()
    assert list(registry) == []
