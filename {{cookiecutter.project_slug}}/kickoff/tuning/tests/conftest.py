from __future__ import annotations

from collections.abc import Iterator

import pytest

from kickoff.testing.apache import ApacheProcess, running_apache
from kickoff.testing.fleet import example_fleet, fleet_of, on_this_machine, own_fleet

FLEETS = {
    "2 × 2 × 4": lambda: fleet_of(2, 2, 4),
    "3 × 4 × 8": example_fleet,
    "20 × 16 × 64": lambda: fleet_of(20, 16, 64),
    "the project's own": own_fleet,
}


@pytest.fixture(params=FLEETS)
def any_fleet(request):
    """Each of the three sizes, and what deploy/fleet.toml says here."""
    return FLEETS[request.param]()


@pytest.fixture(scope="module")
def apache() -> Iterator[ApacheProcess]:
    """Apache with site.conf of the example."""
    with running_apache(on_this_machine(example_fleet())) as server:
        yield server
