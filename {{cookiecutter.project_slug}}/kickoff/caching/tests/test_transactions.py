"""When marks are written and when others see them: transactions, threads, tasks and forks.

On the database of this run: SQLite, or MariaDB with TEST_DATABASE_URL. `test_snapshots.py` has what
only MariaDB does.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import wait
from threading import Event

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.db.models.signals import post_save, pre_delete
from django.http import HttpResponse
from django.test import AsyncRequestFactory

from kickoff.caching.leadership import Leadership
from kickoff.caching.models import Mark
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Badge, Club, Member
from kickoff.caching.tests.elsewhere import elsewhere, in_a_fork, under_way

# Where a change is rolled back, or made in a thread, the auditor of this connection has no say.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]

BLOCKED_S = 0.5  # what the other one has time for; on SQLite it waits until the first is done


@pytest.fixture
def ajax():
    """Ajax with Anna, who wears a badge. No marks."""
    club = Club.objects.create(name="Ajax")
    Badge.objects.create(member=club.members.create(name="Anna"), title="Captain")
    Mark.objects.all().delete()
    return club


@pytest.fixture
def bayern(ajax):
    club = Club.objects.create(name="Bayern")
    club.members.create(name="Cleo")
    Mark.objects.all().delete()
    return club


def marked():
    """The clubs whose page is marked, as this connection sees it."""
    marks = Mark.objects.filter(entry=ClubReads.page.name)
    return {int(arguments.strip("[]")) for arguments in marks.values_list("arguments", flat=True)}


def rename(club, name):
    club.name = name
    club.save()


def refresh():
    Refresher(Shard(), Leadership("1/1")).once()
    reader.memory.forget()


class StoppedError(Exception):
    """Rolls back what it passes through."""


def rename_and_fail(club):
    rename(club, "AFC Ajax")
    raise StoppedError


class TestAutocommit:
    def test_when_post_save_is_sent_nobody_sees_change_or_mark_and_then_both(self, ajax):
        def look(**kwargs):
            seen.append(elsewhere(lambda: (Club.objects.get().name, marked())))

        seen = []
        post_save.connect(look, sender=Club)
        try:
            rename(ajax, "AFC Ajax")
        finally:
            post_save.disconnect(look, sender=Club)
        look()
        assert seen == [("Ajax", set()), ("AFC Ajax", {ajax.pk})]

    def test_a_receiver_that_fails_takes_change_and_mark_along(self, ajax):
        def fail(**kwargs):
            raise StoppedError

        post_save.connect(fail, sender=Club)
        try:
            with pytest.raises(StoppedError):
                rename(ajax, "AFC Ajax")
        finally:
            post_save.disconnect(fail, sender=Club)
        assert (Club.objects.get().name, marked()) == ("Ajax", set())


class TestNestedBlocks:
    def test_the_mark_of_an_inner_block_waits_for_the_outermost(self, ajax):
        with transaction.atomic():
            with transaction.atomic():
                rename(ajax, "AFC Ajax")
            assert elsewhere(marked) == set()
        assert elsewhere(marked) == {ajax.pk}

    def test_the_mark_of_an_inner_block_goes_with_the_outermost(self, ajax):
        @transaction.atomic
        def outermost():
            with transaction.atomic():
                rename(ajax, "AFC Ajax")
            raise StoppedError

        with pytest.raises(StoppedError):
            outermost()
        assert elsewhere(marked) == set()

    def test_an_inner_block_that_is_rolled_back_leaves_the_mark_of_the_outermost(
        self, ajax, bayern
    ):
        with transaction.atomic():
            rename(bayern, "FC Bayern")
            with pytest.raises(StoppedError), transaction.atomic():
                rename_and_fail(ajax)
        assert elsewhere(marked) == {bayern.pk}


class TestOnCommit:
    def test_a_change_in_a_callback_marks(self, ajax, bayern):
        with transaction.atomic():
            transaction.on_commit(lambda: rename(bayern, "FC Bayern"))
            rename(ajax, "AFC Ajax")
        assert elsewhere(marked) == {ajax.pk, bayern.pk}

    def test_a_callback_that_fails_comes_too_late_for_change_and_mark(self, ajax):
        def fail():
            raise StoppedError

        @transaction.atomic
        def change():
            transaction.on_commit(fail)
            rename(ajax, "AFC Ajax")

        with pytest.raises(StoppedError):
            change()
        assert elsewhere(lambda: (Club.objects.get().name, marked())) == ("AFC Ajax", {ajax.pk})


async def asave(club):
    club.name = "AFC Ajax"
    await club.asave()


async def abulk_update(club):
    club.name = "AFC Ajax"
    await Club.objects.abulk_update([club], ["name"])


async def in_a_transaction(club):
    await sync_to_async(transaction.atomic(rename))(club, "AFC Ajax")


ASYNC_WAYS = {
    "asave": asave,
    "aupdate": lambda club: Club.objects.filter(pk=club.pk).aupdate(name="AFC Ajax"),
    "acreate": lambda club: Member.objects.acreate(club=club, name="Ben"),
    "aget_or_create": lambda club: Member.objects.aget_or_create(club=club, name="Ben"),
    "aupdate_or_create": lambda club: Member.objects.aupdate_or_create(
        club=club, defaults={"name": "Ann"}
    ),
    "abulk_create": lambda club: Member.objects.abulk_create([Member(club=club, name="Ben")]),
    "abulk_update": abulk_update,
    "adelete of an object": lambda club: club.adelete(),
    "adelete of a queryset": lambda club: Badge.objects.all().adelete(),
    "reverse acreate": lambda club: club.members.acreate(name="Ben"),
    "reverse aclear": lambda club: club.members.aclear(),
    "a transaction in sync_to_async": in_a_transaction,
}


def visit(*changes):
    """A request to an async view that makes these changes at once."""

    async def view(request):
        await asyncio.gather(*(change() for change in changes))
        return HttpResponse()

    # In another thread: the browser tests keep an event loop running in this one.
    request = AsyncRequestFactory().post("/")
    assert elsewhere(lambda: async_to_sync(view)(request)).status_code == 200


class TestAsyncViews:
    @pytest.mark.parametrize("way", ASYNC_WAYS)
    def test_what_they_change_is_marked(self, ajax, way):
        key = ajax.pk  # that of a deleted object is None
        visit(lambda: ASYNC_WAYS[way](ajax))
        assert marked() == {key}

    def test_changes_at_once_are_each_marked(self, ajax, bayern):
        visit(
            lambda: Member.objects.filter(club=ajax).adelete(),
            lambda: Member.objects.filter(club=bayern).adelete(),
        )
        assert marked() == {ajax.pk, bayern.pk}

    def test_a_transaction_that_fails_marks_nothing(self, ajax):
        change_and_fail = sync_to_async(transaction.atomic(rename_and_fail))
        with pytest.raises(StoppedError):
            visit(lambda: change_and_fail(ajax))
        assert marked() == set()


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


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
class TestForks:
    def test_what_a_child_changes_its_parent_refreshes(self, ajax):
        assert Club.cached.page(ajax.pk).name == "Ajax"  # the parent has a connection to the store
        assert in_a_fork(lambda: rename(ajax, "AFC Ajax")) == 0
        assert marked() == {ajax.pk}
        refresh()
        assert Club.cached.page(ajax.pk).name == "AFC Ajax"

    def test_what_a_child_fills_and_refreshes_its_parent_reads(
        self, ajax, django_assert_num_queries
    ):
        def fill_and_refresh():
            assert Club.cached.page(ajax.pk).name == "Ajax"
            rename(ajax, "AFC Ajax")
            refresh()
            assert Club.cached.page(ajax.pk).name == "AFC Ajax"

        assert Club.cached.page(99) is None  # opens the connection to the store
        assert in_a_fork(fill_and_refresh) == 0
        assert marked() == set()
        with django_assert_num_queries(0):
            assert Club.cached.page(ajax.pk).name == "AFC Ajax"

    def test_a_child_in_a_transaction_marks_nothing_when_it_dies(self, ajax):
        def change_and_die():
            with transaction.atomic():
                rename_and_fail(ajax)

        assert in_a_fork(change_and_die) == 1
        assert (Club.objects.get().name, marked()) == ("Ajax", set())
