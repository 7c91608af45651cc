"""Drills break what they use: so it has to be here, and prepared for it."""

from contextlib import ExitStack
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from fleet.drills.drill import Drill
from fleet.drills.run import prepare, refuse_elsewhere
from fleet.drills.scene import DrillError
from fleet.target import RefusedError

HERE = "127.0.0.5"


def fleet(url="http://localhost:8000", node=HERE, database=HERE, cache=HERE):
    return SimpleNamespace(
        url=url,
        nodes=[SimpleNamespace(address=HERE), SimpleNamespace(address=node)],
        mariadb=SimpleNamespace(host=database),
        memcacheds=[SimpleNamespace(host=cache)],
    )


def test_a_fleet_on_this_machine_may_be_broken():
    refuse_elsewhere(fleet())


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"url": "https://example.com/"},
        {"node": "10.0.0.11"},
        {"database": "10.0.0.5"},
        {"cache": "10.0.0.12"},
    ],
)
def test_any_other_may_not(elsewhere):
    with pytest.raises(RefusedError, match="is not this machine"):
        refuse_elsewhere(fleet(**elsewhere))


class TestPreparing:
    @pytest.fixture
    def started(self):
        return []

    @pytest.fixture
    def prepared(self, started):
        """A function: prepares drills with these functions; what could not be."""

        def prepared(*how):
            drills = [
                Drill(f"drill-{number}", "nothing", lambda scene: None, [], prepare=each)
                for number, each in enumerate(how)
            ]
            fleet = SimpleNamespace(launch=lambda *servers: started.extend(servers))
            with ExitStack() as stack:
                return prepare(drills, fleet, stack)

        return prepared

    def test_starts_each_server_anew_once(self, prepared, started):
        server = Mock()
        assert prepared(lambda *_: [server], lambda *_: [], lambda *_: [server]) == {}
        assert started == [server]
        server.stop.assert_called_once_with()

    def test_what_fails_keeps_no_other_from_it(self, prepared, started):
        def fail(fleet, stack):
            raise DrillError("mount: permission denied")

        server = Mock()
        assert prepared(fail, lambda *_: [server]) == {"drill-0": "mount: permission denied"}
        assert started == [server]
