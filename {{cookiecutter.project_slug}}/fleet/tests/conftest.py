from collections.abc import Iterator

import pytest

from fleet.up import shape
from kickoff.testing.fleet import example_fleet


@pytest.fixture(scope="session", autouse=True)
def _example() -> Iterator[None]:
    """The fleet that Kickoff ships, whatever this project's own looks like by now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shape, "own_fleet", example_fleet)
        yield
