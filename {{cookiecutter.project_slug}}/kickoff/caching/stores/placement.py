"""Which server holds a key: rendezvous hashing, fixed.

Each server draws a number for the key (BLAKE2b of its name and the key), the highest holds it. That
is the same in every process, on every node and in every Python, as long as all write the servers'
names alike; the order of the list does not matter. Taking a server away moves its keys only.

There is no fail-over: the keys of a server that is away stay its own. Moved elsewhere they would
come back with their old values when the server does.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

_DRAW_BYTES = 8


class Placement:
    """Chooses among `servers`, names such as `10.0.0.5:11211`. ValueError: none, or one twice."""

    def __init__(self, servers: Sequence[str]) -> None:
        if not servers or len(set(servers)) != len(servers):
            raise ValueError(f"{list(servers)!r}: name at least one server, and none twice.")
        self._only = servers[0] if len(servers) == 1 else None
        # A hash that has read the name already: copying it is cheaper than reading the name again.
        self._draws = [
            (blake2b(name.encode() + b" ", digest_size=_DRAW_BYTES), name)
            for name in sorted(servers)
        ]

    def server_of(self, key: bytes) -> str:
        if self._only is not None:
            return self._only
        highest, chosen = b"", ""
        for started, name in self._draws:
            draw = started.copy()
            draw.update(key)
            number = draw.digest()
            if number > highest:
                highest, chosen = number, name
        return chosen
