"""A probe in a thread of its own: bounded for whoever waits, and never two of the same."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from kickoff.health.connections import bounded_connections
from kickoff.health.registry import Finding, Probe, failed

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a probe found, and how long it took."""

    findings: dict[str, Finding]
    duration_s: float


class Lane:
    """Runs one probe again and again. While a run has not ended there is no other."""

    def __init__(self, probe: Probe, timeout_s: float) -> None:
        self._probe = probe
        self._timeout_s = timeout_s
        self._started_at = 0.0
        self._outcome: Outcome | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"health {probe.names[0]}", daemon=True
        )

    def start(self) -> None:
        self._started_at = time.monotonic()
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        return self._thread.is_alive()

    def wait_until(self, deadline: float) -> Outcome:
        """Its outcome; failures when it has none at `deadline` (monotonic)."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return self._outcome or self._failures("no answer")

    def _run(self) -> None:
        try:
            with bounded_connections(self._timeout_s):
                findings = self._probe.check()
            missing = dict.fromkeys(self._probe.names, failed("nothing found"))
            self._outcome = Outcome({**missing, **findings}, self._duration_s)
        except Exception as error:
            # Its text may hold addresses and passwords: it goes to the log, not into the answer.
            logger.warning("The probe %s failed: %s", self._probe.names[0], error)
            self._outcome = self._failures(type(error).__name__)

    def _failures(self, text: str) -> Outcome:
        return Outcome(dict.fromkeys(self._probe.names, failed(text)), self._duration_s)

    @property
    def _duration_s(self) -> float:
        return time.monotonic() - self._started_at
