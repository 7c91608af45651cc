"""Many writers at the same moment: none of them fails because of the marks, none is overlooked.

On SQLite writers queue and all of this is easy; on MariaDB locks can meet.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from kickoff.caching.fingerprints import Recorder
from kickoff.caching.models import Fingerprint, Mark
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Badge, Club, Member

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, TIMES = 4, 10


def at_once(act, writers=WRITERS):
    """Runs `act(number)` in as many threads, and raises what one of them raises."""
    start = Barrier(writers)

    def run(number):
        try:
            start.wait(timeout=30)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as threads:
        return list(threads.map(run, range(writers)))


@pytest.fixture
def anna():
    return Member.objects.create(club=Club.objects.create(name="Ajax"), name="Anna")


def test_children_of_one_parent_can_be_created_at_once(anna):
    def create(number):
        for time in range(TIMES):
            Badge.objects.create(member=anna, title=f"{number}/{time}")

    at_once(create)
    assert Badge.objects.count() == WRITERS * TIMES


def test_so_can_those_of_one_grandparent_be_changed(anna):
    badges = [Badge.objects.create(member=anna, title="") for _ in range(WRITERS)]

    def change(number):
        for time in range(TIMES):
            badges[number].title = str(time)
            badges[number].save()

    at_once(change)
    assert set(Badge.objects.values_list("title", flat=True)) == {str(TIMES - 1)}


def test_an_update_waits_for_a_row_that_is_being_changed_and_does_not_miss_it(anna):
    """Compare-and-swap by `filter(…).update(…)` works as without marks."""
    locked, looked_for = Barrier(2), []

    def act(number):
        if number == 0:
            with transaction.atomic():
                Club.objects.filter(name="Ajax").update(name="ready")
                locked.wait(timeout=30)
                looked_for.append(1)
        else:
            locked.wait(timeout=30)
            while not Club.objects.filter(name__in=["ready", "done"]).update(name="done"):
                pass

    at_once(act, 2)
    assert Club.objects.get().name == "done"


def test_many_processes_can_record_the_same_fingerprint_for_the_first_time():
    for _ in range(TIMES):
        Fingerprint.objects.all().delete()
        at_once(lambda number: Recorder().record(ClubReads.page), 8)
        assert Fingerprint.objects.count() == 1
    assert not Mark.objects.exists()
