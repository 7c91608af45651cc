"""What every test of a site with cached reads needs: slots of its own, and no write unmarked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kickoff.caching.auditor import audited
from kickoff.caching.entries import registry
from kickoff.caching.fingerprints import recorder
from kickoff.caching.last_seen import last_seen
from kickoff.caching.reading import reader


@pytest.fixture(scope="session")
def slots_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("slots")


@pytest.fixture(autouse=True)
def _own_slots(settings: Any, slots_folder: Path) -> Iterator[None]:
    """No test reads what another has cached, whichever store TEST_CACHE_URL names."""
    if settings.CACHE_URL.startswith("sqlite:"):
        settings.CACHE_URL = f"sqlite:///{slots_folder / 'slots.sqlite3'}"
    settings.CACHING_NAMESPACE = uuid4().hex
    settings.CACHING_AHEAD_S = 0  # What a test has changed it sees at once.
    forget_what_was_read()
    recorder.assume_recorded(entry for entry in registry if entry.stale_when)
    yield
    forget_what_was_read()


def forget_what_was_read() -> None:
    """As in a process that has just been started."""
    reader.memory.forget()
    last_seen.forget()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "unaudited: writes without a mark on purpose, or rolls back what it wrote"
    )


@pytest.fixture(autouse=True)
def _no_write_unmarked(request: pytest.FixtureRequest) -> Iterator[None]:
    """A write to a table that cached pages show, without a mark, fails with the line that wrote."""
    if request.node.get_closest_marker("unaudited"):
        yield
        return
    with audited():
        yield
