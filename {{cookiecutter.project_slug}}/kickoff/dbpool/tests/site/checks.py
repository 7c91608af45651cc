"""Tests of the site, which `manage.py test --pattern checks.py` finds; pytest does not."""

from __future__ import annotations

from django.db import connection, connections
from django.test import TestCase, TransactionTestCase

from kickoff.dbpool.mysql.base import DatabaseWrapper
from kickoff.dbpool.tests.site.models import Club


class Rolled(TestCase):
    def test_one(self) -> None:
        Club.objects.create(name="Ajax")
        assert Club.objects.count() == 1

    def test_another(self) -> None:
        Club.objects.create(name="Ajax")
        assert Club.objects.count() == 1


class Flushed(TransactionTestCase):
    def test_one(self) -> None:
        Club.objects.create(name="Ajax")
        connection.close()
        assert Club.objects.get().name == "Ajax"

    def test_another(self) -> None:
        assert Club.objects.count() == 0


class Elsewhere(TestCase):
    def test_one(self) -> None:
        connection = connections["default"]
        assert isinstance(connection, DatabaseWrapper)
        assert connection.pool is not None
        name = str(connection.settings_dict["NAME"])
        assert name.startswith("test_"), name
        with connection.cursor() as cursor:
            cursor.execute("SELECT DATABASE()")
            assert cursor.fetchone() == (name,)
