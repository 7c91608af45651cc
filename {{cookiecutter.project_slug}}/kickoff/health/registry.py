"""The probes of /healthz: what they find, and where an app adds its own.

An app that has something to watch gets a module `probes.py`, which is imported at start-up:

    from kickoff.health.registry import Finding, Probe, passed, registry, warned

    def mail() -> dict[str, Finding]:
        waiting = Outbox.objects.count()
        return {"mail": warned("many wait", waiting=waiting) if waiting > 100 else passed()}

    registry.add(lambda: [Probe(("mail",), mail)])
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

logger = logging.getLogger(__name__)

Fact = float | int | str | bool | None
Facts = dict[str, Fact]


class Level(IntEnum):
    """How bad it is. FAIL is what somebody should be woken for."""

    PASS = 0
    WARN = 1
    FAIL = 2

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """What a probe says of one thing: never a secret, nor the text of an exception."""

    level: Level
    text: str = ""
    facts: Facts = field(default_factory=dict)


def passed(text: str = "", **facts: Fact) -> Finding:
    return Finding(Level.PASS, text, facts)


def warned(text: str, **facts: Fact) -> Finding:
    return Finding(Level.WARN, text, facts)


def failed(text: str, **facts: Fact) -> Finding:
    return Finding(Level.FAIL, text, facts)


Check = Callable[[], dict[str, Finding]]


@dataclass(frozen=True)
class Probe:
    """A check, and the names of all it finds: when it does not answer, each of them fails.

    It runs in a thread of its own, one at a time, where Django's connections have short time-outs
    and are closed afterwards.
    """

    names: tuple[str, ...]
    check: Check


Source = Callable[[], Iterable[Probe]]


class Registry:
    """Where probes come from. A source is asked anew for each sample."""

    def __init__(self) -> None:
        self._sources: list[Source] = []

    def add(self, source: Source) -> None:
        self._sources.append(source)

    def __iter__(self) -> Iterator[Probe]:
        for source in self._sources:
            try:
                probes = list(source())
            except Exception:
                logger.exception("The probes of %s cannot be listed", source.__module__)
                probes = [_unlisted(f"probes of {source.__module__}")]
            yield from probes


def _unlisted(name: str) -> Probe:
    return Probe((name,), lambda: {name: failed("they cannot be listed")})


registry = Registry()
