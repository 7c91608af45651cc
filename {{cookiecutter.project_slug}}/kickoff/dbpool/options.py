"""OPTIONS["pool"]: True, or a dict with the names that SQLAlchemy's QueuePool uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class PoolOptions:
    """How many connections, and for how long. Times are in seconds."""

    # As many as one process has threads: 5 in deploy/. More would never be used, fewer queue.
    pool_size: int = 5
    # Connections beyond that are opened under load and closed at once: thrash, so there are none.
    max_overflow: int = 0
    # How long a thread waits for a connection. Less than anybody waits for the thread.
    timeout: float = 3.0
    # A connection is replaced at this age: before the server's wait_timeout (300) ends it.
    recycle: int = 280
    # A connection that was idle for longer is asked whether it lives: one round trip.
    ping_idle: float = 5.0


# The least that makes sense. Less than one connection, or no time at all, serves nobody.
LEAST: Mapping[str, float] = {
    "pool_size": 1,
    "max_overflow": 0,
    "timeout": 0.001,
    "recycle": 1,
    "ping_idle": 0,
}


def parse(alias: str, given: object) -> PoolOptions:
    """Raises ImproperlyConfigured, which names the database, the option and what it may be."""
    place = f'DATABASES["{alias}"]["OPTIONS"]["pool"]'
    if given is True:
        return PoolOptions()
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"{place} is {given!r}. It may be True or a dict.")
    known = {field.name: type(field.default) for field in fields(PoolOptions)}
    for name, value in given.items():
        if name not in known:
            raise ImproperlyConfigured(f"{place} has {name!r}. It may have {', '.join(known)}.")
        is_number = isinstance(value, (int, known[name])) and not isinstance(value, bool)
        if not is_number or value < LEAST[name]:
            kind = "a whole number" if known[name] is int else "a number"
            raise ImproperlyConfigured(
                f"{place}[{name!r}] is {value!r}. It must be {kind} of at least {LEAST[name]:g}."
            )
    return PoolOptions(**given)
