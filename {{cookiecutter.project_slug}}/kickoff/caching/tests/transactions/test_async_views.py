"""Async views mark what they change."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.http import HttpResponse
from django.test import AsyncRequestFactory

from kickoff.caching.tests.app.models import Badge, Club, Member
from kickoff.caching.tests.transactions.acts import (
    StoppedError,
    marked,
    rename,
    rename_and_fail,
)
from kickoff.caching.tests.transactions.elsewhere import elsewhere

# Where a change is rolled back, or made in a thread, the auditor of this connection has no say.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]


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
