"""A builder that fetches row by row is found out, where Django has fetch modes (6.1)."""

from __future__ import annotations

import django
import pytest

from kickoff.caching.entries import Entry
from kickoff.caching.fetching import LazyFetchError
from kickoff.caching.tests.app.models import Club, Member

pytestmark = pytest.mark.django_db(transaction=True)

HAS_FETCH_MODES = django.VERSION >= (6, 1)


def build_lazily() -> list[str]:
    return [str(member.club) for member in Member.objects.all()]


def build_at_once() -> list[str]:
    return [str(member.club) for member in Member.objects.select_related("club")]


def build_half() -> list[str]:
    return [member.name for member in Member.objects.only("pk")]


@pytest.fixture(autouse=True)
def _anna():
    Member.objects.create(club=Club.objects.create(name="Ajax"), name="Anna")


def entry(build):
    found = Entry(build, stale_when={})
    found.name = "members"
    return found


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (build_lazily, "cachingtests.Member.club"),
        (build_half, "cachingtests.Member.name"),
    ],
    ids=["a related row", "a deferred field"],
)
def test_a_lazy_fetch_is_an_error_that_names_the_field(build, field):
    if not HAS_FETCH_MODES:
        assert entry(build).read() in (["Ajax"], ["Anna"])
        return
    with pytest.raises(LazyFetchError, match=rf"^members fetches {field} row by row: say select_"):
        entry(build).read()


def test_what_the_queryset_brings_along_is_none():
    assert entry(build_at_once).read() == ["Ajax"]


def test_in_production_it_is_logged_and_happens(settings, caplog):
    settings.CACHING_RAISE_LAZY_FETCHES = False
    assert entry(build_lazily).read() == ["Ajax"]
    assert ("members fetches cachingtests.Member.club" in caplog.text) is HAS_FETCH_MODES


def test_outside_of_builders_rows_fetch_as_they_like():
    entry(build_at_once).read()
    assert Member.objects.get().club.name == "Ajax"
