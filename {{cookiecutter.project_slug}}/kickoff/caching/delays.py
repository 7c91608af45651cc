"""Keys whose builders have failed, and when they are tried again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 60.0

Key = tuple[str, str]  # the name of the entry, its arguments as a mark keeps them


@dataclass
class Delays:
    """Each failure of a key doubles its delay, up to a limit."""

    _until: dict[Key, tuple[float, float]] = field(default_factory=dict)
    _reported: set[Key] = field(default_factory=set)

    def is_due(self, key: Key) -> bool:
        return key not in self._until or time.monotonic() >= self._until[key][0]

    def is_new_error(self, key: Key) -> bool:
        """Whether nobody has been told of this key's error yet; says yes once."""
        is_new = key not in self._reported
        self._reported.add(key)
        return is_new

    def fail(self, key: Key, longest_s: float = LONGEST_DELAY_S) -> None:
        previous = self._until.get(key, (0.0, FIRST_DELAY_S / 2))[1]
        delay = min(previous * 2, longest_s)
        self._until[key] = (time.monotonic() + delay, delay)

    def succeed(self, key: Key) -> None:
        self._until.pop(key, None)
        self._reported.discard(key)

    def forget(self, before: float) -> None:
        """Those that nobody has tried since: another refresher has handled their marks."""
        self._until = {key: until for key, until in self._until.items() if until[0] >= before}
        self._reported &= self._until.keys()
