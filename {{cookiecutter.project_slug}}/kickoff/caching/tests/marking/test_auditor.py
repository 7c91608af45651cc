"""No write of a watched table escapes the auditor."""

from __future__ import annotations

import pytest
from django.db import transaction

from kickoff.caching.auditor import UnmarkedWriteError, audited
from kickoff.caching.marks import mark
from kickoff.caching.tests.app.models import Badge
from kickoff.caching.tests.marking.marked import PAGE


class TestAuditor:
    def test_a_write_that_bypasses_the_models_is_found_with_its_line(self, anna):
        with (
            pytest.raises(UnmarkedWriteError, match=r"test_auditor.py:\d+: .*_raw_delete"),
            audited(),
        ):
            Badge.objects.all()._raw_delete("default")

    def test_a_mark_by_hand_settles_it(self, anna):
        with audited(), transaction.atomic():
            Badge.objects.all()._raw_delete("default")
            mark(PAGE, [(anna.club_id,)])

    def test_a_write_that_changed_no_row_needs_no_mark(self, clubs):
        with audited():
            Badge.objects.filter(title="Nobody")._raw_delete("default")

    def test_tables_that_no_page_shows_are_left_alone(self, django_user_model, db):
        with audited():
            django_user_model.objects.create_user("anna")
