"""A circuit breaker: a server that is away costs its time-out once, not once per request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from kickoff.caching.stores.locks import ForkSafeLock

logger = logging.getLogger("kickoff.caching.stores")

PAUSE_S = 1.0
WARN_EVERY_S = 60.0


class Breaker:
    """One server as this process sees it. After a failure `allows` says no for `pause_s` seconds.

    Then one caller in each pause may probe; its success lets everybody through again. The probe
    needs no release: a caller that dies on its way is followed by the next after another pause.

    Logged are one warning per `WARN_EVERY_S` and, for an outage that was logged, its end.
    """

    def __init__(
        self,
        server: str,
        *,
        pause_s: float = PAUSE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = server
        self._pause_s = pause_s
        self._clock = clock
        self._lock = ForkSafeLock()
        self._is_open = False
        self._retry_at = 0.0
        self._failures = 0
        self._warned_at: float | None = None
        self._outage_was_logged = False

    @property
    def is_open(self) -> bool:
        """True from the first failure until a success."""
        return self._is_open

    def allows(self) -> bool:
        """May this caller talk to the server now? Costs an attribute while all is well."""
        if not self._is_open:
            return True
        with self._lock:
            now = self._clock()
            if now < self._retry_at:
                return False
            self._retry_at = now + self._pause_s
            return True

    def failed(self, reason: str) -> None:
        with self._lock:
            now = self._clock()
            self._is_open = True
            self._retry_at = now + self._pause_s
            self._failures += 1
            if self._warned_at is not None and now < self._warned_at + WARN_EVERY_S:
                return
            self._warned_at = now
            self._outage_was_logged = True
            failures, self._failures = self._failures, 0
        logger.warning(
            "%s does not answer (%s): %d calls failed since the last warning.",
            *(self.server, reason, failures),
        )

    def succeeded(self) -> None:
        if not self._is_open:
            return
        with self._lock:
            self._is_open = False
            is_to_be_logged, self._outage_was_logged = self._outage_was_logged, False
        if is_to_be_logged:
            logger.warning("%s answers again.", self.server)
