"""When a mark is written and when others see it: autocommit, nested blocks, on_commit.

On the database of this run; `test_snapshots.py` has what only MariaDB does.
"""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.models.signals import post_save

from kickoff.caching.tests.app.models import Club
from kickoff.caching.tests.transactions.acts import (
    StoppedError,
    marked,
    rename,
    rename_and_fail,
)
from kickoff.caching.tests.transactions.elsewhere import elsewhere

# Where a change is rolled back, or made in a thread, the auditor of this connection has no say.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]


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


class TestAutocommitOff:
    def test_the_mark_waits_for_the_commit_of_the_change(self, ajax, autocommit_off):
        rename(ajax, "AFC Ajax")
        assert elsewhere(lambda: (Club.objects.get().name, marked())) == ("Ajax", set())
        transaction.commit()
        assert elsewhere(lambda: (Club.objects.get().name, marked())) == ("AFC Ajax", {ajax.pk})

    def test_a_rollback_takes_change_and_mark_along(self, ajax, autocommit_off):
        Club.objects.update(name="AFC Ajax")
        transaction.rollback()
        assert elsewhere(lambda: (Club.objects.get().name, marked())) == ("Ajax", set())


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
