"""Old and new code side by side: neither loses a change of the other's slots."""

from __future__ import annotations

import msgspec
import pytest

from kickoff.caching import fingerprints
from kickoff.caching.entries import Entry
from kickoff.caching.fingerprints import recorder
from kickoff.caching.leadership import Leadership
from kickoff.caching.marks import mark
from kickoff.caching.models import Fingerprint, Mark
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club

pytestmark = pytest.mark.django_db(transaction=True)


class NewClubPage(msgspec.Struct, frozen=True):
    """The page object of the next release: it has a field more."""

    name: str
    length: int


def build_new_page(club_id: int) -> NewClubPage | None:
    club = Club.objects.filter(pk=club_id).first()
    return NewClubPage(club.name, len(club.name)) if club else None


@pytest.fixture(autouse=True)
def _as_after_a_start():
    recorder.forget()


@pytest.fixture
def ajax(settings):
    settings.CACHING_MEMORY_S = -1.0
    return Club.objects.create(name="Ajax")


@pytest.fixture
def new_page():
    """The same entry in the code of the next release; the refresher does not know it."""
    entry = Entry(build_new_page, stale_when=ClubReads.page.stale_when)
    entry.name = ClubReads.page.name
    return entry


def refresh():
    Refresher(Shard(), Leadership("1/1")).once()


def rename(club):
    club.name = "AFC Ajax"
    club.save()
    refresh()
    reader.memory.forget()


def test_old_and_new_code_have_slots_of_their_own(ajax, new_page):
    assert Club.cached.page(ajax.pk).members == ()
    assert new_page.read(ajax.pk) == NewClubPage("Ajax", 4)


def test_a_change_reaches_the_slots_of_code_that_the_refresher_does_not_have(ajax, new_page):
    Club.cached.page(ajax.pk)
    new_page.read(ajax.pk)
    rename(ajax)
    assert not Mark.objects.exists()
    assert new_page.read(ajax.pk) == NewClubPage("AFC Ajax", 8)
    assert Club.cached.page(ajax.pk).name == "AFC Ajax"


def test_a_change_reaches_the_slots_of_an_entry_that_the_refresher_does_not_have(ajax):
    entry = Entry(build_new_page, stale_when={"cachingtests.Club": "pk"})
    entry.name = "cachingtests.Club.next_year"
    entry.read(ajax.pk)
    Club.objects.filter(pk=ajax.pk).update(name="AFC Ajax")
    mark(entry.name, [(ajax.pk,)])
    refresh()
    assert not Mark.objects.exists()
    assert entry.read(ajax.pk) == NewClubPage("AFC Ajax", 8)


def test_the_refreshers_own_slots_are_rebuilt_and_not_emptied(ajax, django_assert_num_queries):
    Club.cached.page(ajax.pk)
    rename(ajax)
    with django_assert_num_queries(0):
        assert Club.cached.page(ajax.pk).name == "AFC Ajax"


def test_a_process_records_a_fingerprint_once(ajax, django_assert_num_queries):
    Club.cached.page(ajax.pk)
    other = Club.objects.create(name="Bayern")
    with django_assert_num_queries(3):
        Club.cached.page(other.pk)


def test_fingerprints_of_which_no_slot_is_left_are_forgotten(ajax, settings):
    Club.cached.page(ajax.pk)
    fingerprints.drop_old()
    assert Fingerprint.objects.filter(entry=ClubReads.page.name).exists()
    settings.CACHING_HARD_LIMIT_S = -2 * fingerprints.RECORD_S - 1
    fingerprints.drop_old()
    assert not Fingerprint.objects.exists()
