"""Samples of all probes, taken in the background while somebody asks.

django-health-check runs its checks while the request waits, in threads whose connections pile up
(its issues 701 and 756), and its current versions need Python 3.14: hence these modules.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from kickoff.health.conf import number
from kickoff.health.lanes import Lane, Outcome
from kickoff.health.registry import Probe, failed, registry

GRACE_S = 0.5  # for threads to start and end, beside what the probes may take


@dataclass(frozen=True)
class Sample:
    """What all probes found at about the same time."""

    taken_at: datetime
    clock: float  # monotonic
    outcomes: tuple[Outcome, ...]

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.clock


class Sampler:
    """One thread per process, from the first question until nobody has asked for a while.

    At most one sample is under way, however many ask. Whoever asks gets the last one; only when
    there is none of late, one of those who ask waits for it, about as long as a probe may take.
    """

    def __init__(self, probes: Iterable[Probe]) -> None:
        self._probes = probes
        self._begin_anew()
        if hasattr(os, "register_at_fork"):  # not on Windows
            os.register_at_fork(after_in_child=self._begin_anew)

    def latest(self) -> Sample | None:
        """The last sample; None while there is none that is young enough to be believed."""
        self._asked_at = time.monotonic()
        self._keep_running()
        if self._current() is None and self._turn_to_wait.acquire(blocking=False):
            try:
                with self._changed:
                    self._changed.wait_for(lambda: self._current() is not None, self._longest_s())
            finally:
                self._turn_to_wait.release()
        return self._current()

    def unanswered(self) -> Sample:
        """The same layout without findings, for those who ask before there are any."""
        outcomes = [
            Outcome(dict.fromkeys(probe.names, failed("not sampled yet")), 0.0)
            for probe in self._probes
        ]
        return Sample(datetime.now(UTC), time.monotonic(), tuple(outcomes))

    def _begin_anew(self) -> None:
        """Also in a fork, which inherits neither the thread nor, perhaps, open locks."""
        self._changed = threading.Condition()
        self._turn_to_wait = threading.Lock()
        self._thread: threading.Thread | None = None
        self._sample: Sample | None = None
        self._lanes: dict[tuple[str, ...], Lane] = {}
        self._asked_at = 0.0

    def _current(self) -> Sample | None:
        sample = self._sample
        limit_s = 2 * (number("HEALTH_INTERVAL_S") + self._longest_s())
        return sample if sample is not None and sample.age_s < limit_s else None

    @staticmethod
    def _longest_s() -> float:
        return number("HEALTH_PROBE_TIMEOUT_S") + GRACE_S

    def _keep_running(self) -> None:
        with self._changed:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="health", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            sample = self._take()
            with self._changed:
                self._sample = sample
                self._changed.notify_all()
            time.sleep(number("HEALTH_INTERVAL_S"))
            with self._changed:
                if time.monotonic() - self._asked_at > number("HEALTH_IDLE_S"):
                    self._thread = None
                    return

    def _take(self) -> Sample:
        """All probes at once; those that still hang in an earlier sample are not started again."""
        timeout_s = number("HEALTH_PROBE_TIMEOUT_S")
        lanes = [self._lane(probe, timeout_s) for probe in self._probes]
        deadline = time.monotonic() + timeout_s
        outcomes = tuple(lane.wait_until(deadline) for lane in lanes)
        return Sample(datetime.now(UTC), time.monotonic(), outcomes)

    def _lane(self, probe: Probe, timeout_s: float) -> Lane:
        lane = self._lanes.get(probe.names)
        if lane is None or not lane.is_busy:
            lane = self._lanes[probe.names] = Lane(probe, timeout_s)
            lane.start()
        return lane


sampler = Sampler(registry)
