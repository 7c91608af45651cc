"""A mark is kept exactly when its change is."""

from __future__ import annotations

import pytest
from django.db import transaction

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Member
from kickoff.caching.tests.marking.marked import PAGE, pages_marked


def change_and_fail(member):
    member.save()
    raise ZeroDivisionError


class TestAMark:
    def test_a_rolled_back_change_marks_nothing(self, anna):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            change_and_fail(anna)
        assert not Mark.objects.exists()

    def test_a_savepoint_that_is_rolled_back_takes_its_marks_along_and_no_others(self, anna):
        with transaction.atomic():
            anna.save()
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                change_and_fail(anna)
        assert Mark.objects.filter(entry=PAGE).count() == 1

    def test_a_mark_is_written_again_after_an_inner_rollback(self, anna):
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                change_and_fail(anna)
            anna.save()
        assert pages_marked() == {"Ajax"}

    def test_each_change_writes_its_own_mark(self, anna):
        anna.save()
        anna.save()
        assert Mark.objects.filter(entry=PAGE).count() == 2

    @pytest.mark.unaudited
    @pytest.mark.django_db(transaction=True)
    def test_in_autocommit_change_and_mark_are_one_transaction(self, anna, monkeypatch):
        def fail(*args, **kwargs):
            raise RuntimeError("killed")

        monkeypatch.setattr("kickoff.caching.watched.mark_rows", fail)
        anna.name = "Ann"
        with pytest.raises(RuntimeError):
            anna.save()
        with pytest.raises(RuntimeError):
            Member.objects.filter(pk=anna.pk).update(name="Ann")
        with pytest.raises(RuntimeError):
            Member.objects.bulk_create([Member(name="Dora")])
        assert Member.objects.get(pk=anna.pk).name == "Anna"
        assert not Member.objects.filter(name="Dora").exists()
