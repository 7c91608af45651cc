"""What processes count, summed up in the store."""

from __future__ import annotations

from collections.abc import Callable

from kickoff.caching.stores.base import Store, StoreUnavailableError


def add_up(
    store: Callable[[], Store], key: str, plus: Callable[[bytes | None], bytes], ttl_s: int
) -> bool:
    """Puts in place of what lies there what `plus` makes of it; None when nothing does.

    False when the store is away or another process was faster.
    """
    try:
        held = store().gets(key)
        if held is None:
            return store().add(key, plus(None), ttl_s)
        return store().cas(key, plus(held.value), held.token, ttl_s)
    except StoreUnavailableError:
        return False
