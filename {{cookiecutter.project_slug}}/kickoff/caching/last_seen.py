"""Whose session it was when this process last saw it: a guess, to know what to ask for."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock


class LastSeen:
    """The users of the last so many sessions. Nobody is signed in because of it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._users: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def user_of(self, session_key: str) -> int | None:
        return self._users.get(session_key)

    def forget(self) -> None:
        with self._lock:
            self._users.clear()

    def keep(self, session_key: str, user_id: int) -> None:
        with self._lock:
            self._users[session_key] = user_id
            self._users.move_to_end(session_key)
            if len(self._users) > self._most:
                self._users.popitem(last=False)


# 10,000 sessions are 2 MB: as many visitors as a process of a large site sees in some minutes.
last_seen = LastSeen(10_000)
