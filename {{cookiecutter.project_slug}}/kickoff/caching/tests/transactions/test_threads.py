"""Each thread has a transaction of its own, and marks of its own."""

from __future__ import annotations

from concurrent.futures import wait
from threading import Event

import pytest
from django.db import transaction
from django.db.models.signals import pre_delete

from kickoff.caching.tests.app.models import Badge, Club, Member
from kickoff.caching.tests.transactions.acts import (
    StoppedError,
    marked,
    refresh,
    rename,
)
from kickoff.caching.tests.transactions.elsewhere import under_way

# Where a change is rolled back, or made in a thread, the auditor of this connection has no say.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]


BLOCKED_S = 0.5  # what the other one has time for; on SQLite it waits until the first is done


class TestThreads:
    def test_a_rollback_takes_no_mark_of_another_thread_along(self, ajax, bayern):
        changed, rolled_back = Event(), Event()

        @transaction.atomic
        def change_and_fail():
            rename(ajax, "AFC Ajax")
            changed.set()
            rolled_back.wait(BLOCKED_S)
            raise StoppedError

        with under_way(change_and_fail) as answer:
            assert changed.wait(10)
            rename(bayern, "FC Bayern")
            rolled_back.set()
            assert isinstance(answer.exception(10), StoppedError)
        assert marked() == {bayern.pk}

    def test_deletions_in_two_threads_at_once_are_each_marked(self, ajax, bayern):
        """While rows are deleted that are marked already, a context variable says so."""
        deleting, other_is_done = Event(), Event()

        def wait_for_the_other(**kwargs):
            deleting.set()
            other_is_done.wait(BLOCKED_S)

        pre_delete.connect(wait_for_the_other, sender=Badge)
        try:
            with under_way(lambda: Member.objects.filter(club=ajax).delete()) as answer:
                assert deleting.wait(10)
                Member.objects.filter(club=bayern).delete()
                other_is_done.set()
                answer.result(10)
        finally:
            pre_delete.disconnect(wait_for_the_other, sender=Badge)
        assert marked() == {ajax.pk, bayern.pk}

    def test_a_page_to_which_a_row_moves_meanwhile_shows_its_change(self, ajax, bayern):
        """The badge is Anna's. She moves, and is refreshed, before its new title is committed."""
        changed = Event()

        def move_anna():
            assert changed.wait(10)
            Member.objects.filter(name="Anna").update(club=bayern)
            refresh()

        Club.cached.page(bayern.pk)
        with under_way(move_anna) as answer:
            with transaction.atomic():
                Badge.objects.update(title="Treasurer")
                changed.set()
                wait([answer], BLOCKED_S)
            answer.result(20)
        refresh()
        assert Club.cached.page(bayern.pk).badges == ("Treasurer",)
