"""Slots in one SQLite file: for a single machine, no server needed, several processes at once.

Readers take no lock that a writer waits for (WAL), writers queue. `synchronous=OFF`: nothing waits
for the disk; after a crash of the machine the file may be damaged, then it is begun anew.

Tokens are random numbers of 62 bits, a new one for each write: a value that went away and came back
never has the token it had before. Expiry compares times of this one machine's clock.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kickoff.caching.stores.base import (
    Held,
    StoreUnavailableError,
    Write,
    check_key,
    check_write,
)
from kickoff.caching.stores.breaker import Breaker
from kickoff.caching.stores.sqlite_file import SlotFile, is_damage

TIMEOUT_S = 0.3
PRUNE_BATCH = 500  # rows per transaction: writers wait only for one batch

GET = "SELECT value FROM slot WHERE key = ? AND expires_at > ?"
GETS = "SELECT value, token FROM slot WHERE key = ? AND expires_at > ?"
SET = """
    INSERT INTO slot (key, value, token, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE
    SET value = excluded.value, token = excluded.token, expires_at = excluded.expires_at
"""
ADD = SET + "WHERE slot.expires_at <= ?"
CAS = """
    UPDATE slot SET value = ?, token = ?, expires_at = ?
    WHERE key = ? AND token = ? AND expires_at > ?
"""
DELETE = "DELETE FROM slot WHERE key = ? AND expires_at > ?"
PRUNE = "DELETE FROM slot WHERE id IN (SELECT id FROM slot WHERE expires_at <= ? LIMIT ?)"


class SqliteStore:
    """A `Store` in the file `path`, which must be its own: not the site's database.

    `timeout_s` is how long a writer waits for its turn. Every write is one statement, that is one
    immediate transaction. A file that was deleted or replaced under way is noticed by the next
    call, a damaged one is set aside as `<path>.damaged`.
    """

    def __init__(self, path: str | Path, *, timeout_s: float = TIMEOUT_S) -> None:
        self.path = Path(path).absolute()
        self._file = SlotFile(self.path, timeout_s=timeout_s)
        # For writers only: readers never wait.
        self._breaker = Breaker(f"sqlite {self.path}")

    def get(self, key: str) -> bytes | None:
        check_key(key)
        row = self._read(GET, key, time.time())
        return None if row is None else row[0]

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        values = {key: self.get(key) for key in keys}
        return {key: value for key, value in values.items() if value is not None}

    def gets(self, key: str) -> Held | None:
        check_key(key)
        row = self._read(GETS, key, time.time())
        return None if row is None else Held(value=row[0], token=row[1])

    def add(self, key: str, value: bytes, ttl_s: int) -> bool:
        check_write(key, value, ttl_s)
        now = time.time()
        return self._write(ADD, key, value, _new_token(), now + ttl_s, now) == 1

    def add_or_gets(self, key: str, value: bytes, ttl_s: int) -> Held | None:
        check_write(key, value, ttl_s)
        held = self.gets(key)
        if held is None:  # Only then is it a writer, who waits for others.
            self.add(key, value, ttl_s)
            held = self.gets(key)
        return held

    def add_or_gets_many(self, values: Mapping[str, bytes], ttl_s: int) -> dict[str, Held]:
        found = {key: self.add_or_gets(key, value, ttl_s) for key, value in values.items()}
        return {key: held for key, held in found.items() if held is not None}

    def cas(self, key: str, value: bytes, token: Hashable, ttl_s: int) -> bool:
        check_write(key, value, ttl_s)
        now = time.time()
        return self._write(CAS, value, _new_token(), now + ttl_s, key, token, now) == 1

    def set(self, key: str, value: bytes, ttl_s: int) -> None:
        check_write(key, value, ttl_s)
        self._write(SET, key, value, _new_token(), time.time() + ttl_s)

    def write_many(self, writes: Sequence[Write]) -> list[bool]:
        return [self._write_one(write) for write in writes]

    def _write_one(self, write: Write) -> bool:
        if write.token is not None:
            return self.cas(write.key, write.value, write.token, write.ttl_s)
        self.set(write.key, write.value, write.ttl_s)
        return True

    def delete(self, key: str) -> bool:
        check_key(key)
        return self._write(DELETE, key, time.time()) == 1

    def prune(self) -> int:
        """Remove what has expired; returns how many rows. Their room in the file is used again."""
        removed = 0
        while batch := self._write(PRUNE, time.time(), PRUNE_BATCH):
            removed += batch
        return removed

    def server_of(self, key: str) -> str:
        check_key(key)
        return str(self.path)

    def close(self) -> None:
        self._file.close()

    def _read(self, sql: str, *params: Any) -> tuple[Any, ...] | None:
        try:
            return self._file.execute(sql, params)[0]
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def _write(self, sql: str, *params: Any) -> int:
        """How many rows were written."""
        if not self._breaker.allows():
            raise StoreUnavailableError(str(self.path), "writing failed a moment ago")
        try:
            rows = self._file.execute(sql, params)[1]
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        self._breaker.succeeded()
        return rows

    def _unavailable(self, error: sqlite3.Error) -> StoreUnavailableError:
        if not is_damage(error):  # A damaged file has been replaced by now.
            self._breaker.failed(str(error))
        return StoreUnavailableError(str(self.path), str(error))


def _new_token() -> int:
    return secrets.randbits(62)
