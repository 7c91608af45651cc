from __future__ import annotations

import threading

import pytest

from kickoff.health import warmup
from kickoff.health.registry import registry
from kickoff.health.sampling import Sampler
from kickoff.testing.servers import memcached_server  # noqa: F401
from kickoff.testing.waiting import wait_until


@pytest.fixture
def drain_file(settings, tmp_path):
    settings.NODE_NAME = "web1"
    settings.DRAIN_FILE = tmp_path / "drain.web1"
    return settings.DRAIN_FILE


@pytest.fixture
def warm(monkeypatch):
    """As if `config.wsgi` had been loaded."""
    monkeypatch.setattr(warmup, "_finished", True)


@pytest.fixture
def make_sampler(settings):
    """Samplers that take a sample every hundredth of a second, and have ended with the test."""
    settings.HEALTH_INTERVAL_S = 0.01
    yield Sampler
    settings.HEALTH_IDLE_S = -1.0
    wait_until(lambda: not health_threads())


@pytest.fixture
def site_sampler(make_sampler, monkeypatch):
    """The sampler that the middleware asks, without what an earlier test has seen."""
    sampler = make_sampler(registry)
    monkeypatch.setattr("kickoff.health.middleware.sampler", sampler)
    return sampler


def health_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("health")]
