"""Mistakes in declarations that are found at start-up."""

from __future__ import annotations

import msgspec
import pytest
from django.contrib.auth.models import Group
from django.core.checks import run_checks

from kickoff.caching import checks
from kickoff.caching.entries import Entry, Registry
from kickoff.caching.tests.app.models import Club
from kickoff.caching.watch import Watch, Watches


class Page(msgspec.Struct, frozen=True):
    name: str


def build(club_id: int) -> Page | None:
    return None


def build_without_annotation(club_id):
    return None


@pytest.fixture
def found(monkeypatch):
    """The ids of what the checks find when these entries and watches are declared."""

    def run(*entries, watched=()):
        registry, watches = Registry(), Watches()
        for number, entry in enumerate(entries):
            entry.name = entry.name or f"entry{number}"
            registry.add(entry)
        for watch in watched:
            watches.add(watch)
        monkeypatch.setattr(checks, "registry", registry)
        monkeypatch.setattr(checks, "watches", watches)
        return [message.id for message in checks.check_entries(None)]

    return run


def test_the_entries_of_this_site_are_all_right():
    assert run_checks(tags=["caching"]) == []


def test_a_sound_entry_is_all_right(found):
    assert found(Entry(build, stale_when={"cachingtests.Club": "pk"})) == []


def test_two_entries_of_one_name(found):
    first, second = (Entry(build, stale_when={}) for _ in range(2))
    first.name = second.name = "same"
    assert found(first, second) == ["caching.E001"]


@pytest.mark.parametrize(
    "stale_when",
    [
        {"cachingtests.Clubb": "pk"},
        {"nothing.Club": "pk"},
        {"cachingtests.Club": "nam"},
        {"cachingtests.Member": "club__nam"},
        {"cachingtests.Club": "members"},
        {"cachingtests.Club": "name__first"},
    ],
)
def test_a_typo_in_what_makes_it_stale(found, stale_when):
    assert found(Entry(build, stale_when=stale_when)) == ["caching.E002"]


def test_a_builder_without_a_type(found):
    entry = Entry(build_without_annotation, stale_when={})
    assert found(entry) == ["caching.E003"]


def test_a_pinned_entry_without_keys(found):
    assert found(Entry(build, stale_when={}, pinned=True)) == ["caching.E004"]


def test_a_model_that_does_not_mark(found):
    watch = Watch("entry", Group, ("pk",))
    assert found(watched=[watch]) == ["caching.E005"]


class ToAnArchive:
    """A router that keeps clubs in a database of their own."""

    def db_for_write(self, model, **hints):
        return "archive" if model is Club else None


PRIMARY = "kickoff.caching.routing.BuildersReadThePrimary"
ARCHIVE = f"{__name__}.ToAnArchive"


def test_a_model_whose_changes_are_in_another_database_than_the_marks(found, settings):
    settings.DATABASE_ROUTERS = [PRIMARY, ARCHIVE]
    assert found(watched=[Watch("entry", Club, ("pk",))]) == ["caching.E009"]


def test_a_router_that_might_send_builders_to_a_replica(found, settings):
    settings.DATABASE_ROUTERS = [ARCHIVE, PRIMARY]
    assert found() == ["caching.E010"]


@pytest.mark.parametrize("routers", [[], [PRIMARY], [PRIMARY, ARCHIVE]])
def test_routers_that_come_after_the_one_for_builders(found, settings, routers):
    settings.DATABASE_ROUTERS = routers
    assert found() == []
