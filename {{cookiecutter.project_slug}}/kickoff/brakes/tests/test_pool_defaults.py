"""What the brakes assume of a pool is what the pool does."""

from __future__ import annotations

from dataclasses import asdict

from kickoff.brakes.parts.settings import POOL_DEFAULTS
from kickoff.dbpool.options import PoolOptions


def test_the_defaults_of_the_pool_are_those_of_dbpool():
    assert asdict(PoolOptions()) == POOL_DEFAULTS
