"""What the brakes assume of a pool and of a store is what these do.

They are not imported there: a site that Kickoff did not make need not have what they need.
"""

from __future__ import annotations

from dataclasses import asdict

from kickoff.brakes.parts.settings import POOL_DEFAULTS, STORE_DEFAULTS
from kickoff.caching.stores.server import CONNECT_TIMEOUT_S, TIMEOUT_S
from kickoff.dbpool.options import PoolOptions


def test_the_defaults_of_the_pool_are_those_of_dbpool():
    assert asdict(PoolOptions()) == POOL_DEFAULTS


def test_the_time_outs_of_the_store_are_those_of_its_client():
    assert STORE_DEFAULTS == {"connect_timeout": CONNECT_TIMEOUT_S, "timeout": TIMEOUT_S}
