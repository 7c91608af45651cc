"""How a pool is doing, for the health page and for the brakes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PoolStatus:
    """One pool at one moment. The counts begin with the process."""

    alias: str
    database: str
    size: int  # connections that are kept
    max_overflow: int  # that may be opened beyond
    idle: int
    checked_out: int
    overflow: int  # connections beyond the size, until the last of them comes back
    waiting: int  # threads, now
    waits: int  # times that a thread had to wait
    exhausted: int  # times that it waited in vain
    connects: int  # physical connections ever opened
    losses: int  # times that a connection was found broken
    is_away: bool  # the server does not answer
