"""Connections that give up soon."""

from __future__ import annotations

import pytest
from django.db import connections

from kickoff.health.connections import bounded_connections


@pytest.mark.django_db(transaction=True)
class TestBoundedConnections:
    def test_are_others_and_are_closed_at_the_end(self):
        usual = connections["default"]
        with bounded_connections(0.3):
            bounded = connections["default"]
            bounded.ensure_connection()
            assert bounded is not usual
            assert bounded.settings_dict["NAME"] == usual.settings_dict["NAME"]
        assert bounded.connection is None
        assert connections["default"] is usual

    def test_of_mysql_wait_a_whole_second_and_come_from_no_pool(self, monkeypatch):
        mysql = {
            **connections.settings["default"],
            "ENGINE": "django.db.backends.mysql",
            "OPTIONS": {"pool": True, "charset": "utf8mb4"},
        }
        monkeypatch.setitem(connections.settings, "default", mysql)
        with bounded_connections(0.3):
            assert connections["default"].settings_dict["OPTIONS"] == {
                "charset": "utf8mb4",
                "connect_timeout": 1,
                "read_timeout": 1,
                "write_timeout": 1,
            }
        assert mysql["OPTIONS"]["pool"] is True
