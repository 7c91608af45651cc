"""A fork has connections of its own, and its marks arrive."""

from __future__ import annotations

import pytest
from django.db import transaction

from kickoff.caching.tests.app.models import Club
from kickoff.caching.tests.transactions.acts import (
    marked,
    refresh,
    rename,
    rename_and_fail,
)
from kickoff.caching.tests.transactions.elsewhere import in_a_fork

# Where a change is rolled back, or made in a thread, the auditor of this connection has no say.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]


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
