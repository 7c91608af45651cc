"""Who wants to know what a page reads: the debug toolbar, and tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum

from kickoff.caching.keys import Arguments


class Source(Enum):
    """Where a value came from."""

    MEMORY = "process memory"
    STORE = "store"
    BUILT = "built here"
    LAST_KNOWN = "last known"


@dataclass(frozen=True, slots=True)
class Read:
    """One read of an entry. `size_bytes` is 0 where no bytes came from the store."""

    entry: str
    arguments: Arguments
    source: Source
    age_s: float
    size_bytes: int
    duration_s: float
    declared_at: str

    @property
    def is_hit(self) -> bool:
        return self.source is not Source.BUILT


_reads: ContextVar[list[Read] | None] = ContextVar("reads", default=None)


def observer() -> list[Read] | None:
    """The list that wants to know of reads in this context; mostly there is none."""
    return _reads.get()


@contextmanager
def observed_reads() -> Iterator[list[Read]]:
    """Collects the reads of this context (thread or task)."""
    reads: list[Read] = []
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)
