"""The protocol of a slot: look at the slot, then read the database, then compare-and-set.

Whoever writes has looked first, so no value is ever overwritten by one from an older view of the
database, with any number of readers and refreshers, and whoever of them dies at whichever moment.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from kickoff.caching import conf
from kickoff.caching.envelope import (
    Envelope,
    EnvelopeError,
    Lease,
    seal,
    seal_lease,
    unseal,
)
from kickoff.caching.keys import Arguments
from kickoff.caching.stores.base import Held, Store, StoreUnavailableError, ValueTooLargeError

if TYPE_CHECKING:
    from kickoff.caching.entries import Entry

logger = logging.getLogger(__name__)

TOKEN_BYTES = 12


class Outcome(Enum):
    """What became of a key that was marked."""

    REBUILT = "rebuilt"
    ABSENT = "absent"
    LEASED = "leased"  # somebody fills it, perhaps with an older view: its mark must stay
    OVERTAKEN = "overtaken"  # somebody wrote meanwhile: look again


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot with a value in it, and what a compare-and-set must find there."""

    held: Held
    envelope: Envelope


def look(store: Store, key: str) -> Filled | Lease | None:
    """What is in the slot now; None when it is absent. What is not ours to read is absent too."""
    held = store.gets(key)
    if held is None:
        return None
    try:
        content = unseal(held.value)
    except EnvelopeError:
        logger.warning("The slot %s held no envelope: it is cleared.", key)
        store.delete(key)
        return None
    return content if isinstance(content, Lease) else Filled(held, content)


def lease(store: Store, key: str) -> tuple[Held | None, Held | None]:
    """Takes the lease of an absent slot: ours, or else what is there of somebody else."""
    ours = seal_lease(secrets.token_bytes(TOKEN_BYTES))
    held = store.add_or_gets(key, ours, conf.whole("CACHING_LEASE_S"))
    return (held, None) if held is not None and held.value == ours else (None, held)


def lease_many(store: Store, keys: Sequence[str]) -> dict[str, Held]:
    """Takes the leases of those slots that are absent, in one round trip: ours."""
    offered = {key: seal_lease(secrets.token_bytes(TOKEN_BYTES)) for key in keys}
    found = store.add_or_gets_many(offered, conf.whole("CACHING_LEASE_S"))
    return {key: held for key, held in found.items() if held.value == offered[key]}


def fill(
    store: Store,
    entry: Entry[Any],
    arguments: Arguments,
    held: Held,
    build: Callable[[], Any] | None = None,
) -> tuple[Any, bytes | None]:
    """Builds the value of a slot that we lease; returns it and what the slot holds now, None when
    that is not this value.

    What the builder raises goes to the caller, with the lease given back.
    """
    key = entry.key(arguments)
    try:
        value = build() if build else entry.build(*arguments)
    except BaseException:
        give_back(store, key)
        raise
    try:
        return value, _write(store, entry, key, value, held)
    except ValueTooLargeError as error:
        give_back(store, key)
        _tell_too_large(entry, arguments, error)
    except StoreUnavailableError:
        pass  # The value is good all the same.
    return value, None


def _tell_too_large(entry: Entry[Any], arguments: Arguments, error: Exception) -> None:
    if entry.tally.count_too_large():
        logger.error("%s%s is not cached: %s", entry.name, arguments, error)


def give_back(store: Store, key: str) -> None:
    """An absent slot can be leased by the next; if the store is away the lease ends by itself."""
    with suppress(StoreUnavailableError):
        store.delete(key)


def refresh(store: Store, entry: Entry[Any], arguments: Arguments) -> Outcome:
    """Brings a marked key up to date, once. OVERTAKEN: call again.

    Whoever is filling the slot may have read the database before the change. Taking the lease away
    would send the next reader to the database as well, and under steady changes a slow page would
    never be filled. So the mark waits, for the value, which is then rebuilt, or for the end of the
    lease.
    """
    key = entry.key(arguments)
    content = look(store, key)
    if content is None:
        return Outcome.ABSENT
    if isinstance(content, Lease):
        return Outcome.LEASED
    value = entry.build(*arguments)
    try:
        written = _write(store, entry, key, value, content.held)
    except ValueTooLargeError as error:
        # The old value must not stay: readers build it for themselves from now on.
        store.delete(key)
        _tell_too_large(entry, arguments, error)
        return Outcome.ABSENT
    return Outcome.REBUILT if written else Outcome.OVERTAKEN


def _write(store: Store, entry: Entry[Any], key: str, value: Any, held: Held) -> bytes | None:
    """What the slot holds now; None when somebody else has written meanwhile."""
    data = sealed(entry, value)
    return data if store.cas(key, data, held.token, entry.ttl_s(value)) else None


def sealed(entry: Entry[Any], value: Any) -> bytes:
    """What a slot holds when it is filled with this value."""
    limit = conf.whole("CACHING_COMPRESS_OVER_BYTES")
    return seal(entry.encode(value), compress_over_bytes=limit)
