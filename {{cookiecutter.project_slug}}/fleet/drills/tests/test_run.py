"""Drills break what they use: so it has to be here."""

from types import SimpleNamespace

import pytest

from fleet.drills.run import refuse_elsewhere
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
