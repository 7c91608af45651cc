"""Models of the store, the database and the mark queue for actors: they pause before each call."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from kickoff.caching.envelope import Lease, unseal
from kickoff.caching.models import Mark
from kickoff.caching.stores.base import Held, StoreUnavailableError, Write
from kickoff.caching.tests.protocol.actors import Actor, Role, pause

T = TypeVar("T")


@dataclass(frozen=True)
class Content:
    """What lies in the slot, who put it there, and the token by which `cas` knows it."""

    value: bytes
    token: int
    writer: Actor

    @property
    def is_lease(self) -> bool:
        return isinstance(unseal(self.value), Lease)

    @property
    def number(self) -> int:
        """The value of the database from which a filled slot was built."""
        envelope = unseal(self.value)
        assert not isinstance(envelope, Lease)
        return msgspec.msgpack.decode(envelope.payload, type=int)


class ModelStore:
    """A store of one slot. `fails` makes calls fail, before or after their effect."""

    def __init__(self) -> None:
        self.content: Content | None = None
        self.newest_filled = 0
        self.fails = ""
        self.has_failed = False
        self.violations: list[str] = []
        self._last_token = 0

    def get(self, key: str) -> bytes | None:
        self._called("get")
        answer = self._answered(self.content.value if self.content else None)
        pause("the answer")  # on its way, it is overtaken by the answers to later calls
        return answer

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        raise AssertionError("only derived entries ask for several keys")

    def gets(self, key: str) -> Held | None:
        self._called("gets")
        found = self.content
        return self._answered(Held(found.value, found.token) if found else None)

    def add(self, key: str, value: bytes, ttl_s: int) -> bool:
        actor = self._called("add")
        if self.content is not None:
            return self._answered(False)
        self._put(value, actor)
        return self._answered(True)

    def add_or_gets(self, key: str, value: bytes, ttl_s: int) -> Held | None:
        self.add(key, value, ttl_s)
        return self.gets(key)  # others may come in between, as on a real server

    def add_or_gets_many(self, values: Mapping[str, bytes], ttl_s: int) -> dict[str, Held]:
        raise AssertionError("only pages that are made ahead are leased together")

    def write_many(self, writes: Sequence[Write]) -> list[bool]:
        raise AssertionError("only pages that are made ahead are written together")

    def cas(self, key: str, value: bytes, token: Hashable, ttl_s: int) -> bool:
        actor = self._called("cas")
        if self.content is None or self.content.token != token:
            return self._answered(False)
        self._put(value, actor)
        answer = self._answered(True)
        pause("the answer")
        return answer

    def set(self, key: str, value: bytes, ttl_s: int) -> None:
        raise AssertionError("a slot is never overwritten")

    def delete(self, key: str) -> bool:
        self._called("delete")
        was_there = self.content is not None
        self.content = None
        return self._answered(was_there)

    def server_of(self, key: str) -> str:
        return "the model"

    def prune(self) -> int:
        return 0  # what expires is lost by an accident

    def close(self) -> None:
        pass

    def overwrite(self, value: bytes) -> None:
        """Stores whatever is there: no store of ours can do that, only mutants do."""
        self._put(value, self._called("overwrite"))

    def _called(self, call: str) -> Actor:
        actor = pause(call)
        if self.fails == "lost request":
            raise StoreUnavailableError("the model", self.fails)
        return actor

    def _answered(self, answer: T) -> T:
        if self.fails == "lost answer":
            raise StoreUnavailableError("the model", self.fails)
        return answer

    def _put(self, value: bytes, actor: Actor) -> None:
        before = self.content
        self._last_token += 1
        self.content = Content(value, self._last_token, actor)
        if self.content.is_lease:
            return
        self._check_writer(before, actor)
        if self.content.number < self.newest_filled:
            self.violations.append(
                f"I4: {actor} wrote {self.content.number} after {self.newest_filled}"
            )
        self.newest_filled = max(self.newest_filled, self.content.number)

    def _check_writer(self, before: Content | None, actor: Actor) -> None:
        if before is None:
            self.violations.append(f"I1: {actor} filled an absent slot without a lease")
        elif before.is_lease and before.writer is not actor:
            self.violations.append(f"I1: {actor} filled the slot that {before.writer} leases")
        elif not before.is_lease and actor.role is Role.READER:
            self.violations.append(f"I1: {actor} rebuilt a filled slot")


@dataclass
class Change:
    """A transaction: `mark` has its id from the beginning and is seen when it is committed."""

    mark: int
    makes: int = 0  # the value that the database has from its commit on


@dataclass
class ModelDatabase:
    """One number that each change counts up, and the marks of the changes."""

    value: int = 1
    marks: list[Change] = field(default_factory=list)
    open: list[Change] = field(default_factory=list)
    newest_forgotten: int = 0  # the newest change of which the mark is gone
    _last_mark: int = 0

    def read(self) -> int:
        actor = pause("read the database")
        early, actor.early_view = actor.early_view, None
        return self.value if early is None else early

    def begin(self) -> None:
        self._last_mark += 1
        self.open.append(Change(self._last_mark))

    def commit(self, index: int) -> None:
        change = self.open.pop(index)
        self.value += 1
        change.makes = self.value
        self.marks.append(change)

    def roll_back(self, index: int) -> None:
        self.open.pop(index)


class ModelQueue:
    """The marks of a model database, as `MarkQueue` gives them."""

    def __init__(self, database: ModelDatabase, entry: str, arguments: str) -> None:
        self._database = database
        self._entry = entry
        self._arguments = arguments

    def entries(self) -> list[str]:
        return [self._entry] if self._database.marks else []

    def after(self, entry: str, last_id: int, limit: int) -> list[Mark]:
        pause("read marks")
        ids = sorted(change.mark for change in self._database.marks)
        return [
            Mark(pk=pk, entry=self._entry, arguments=self._arguments) for pk in ids if pk > last_id
        ][:limit]

    def fingerprints(self, entry: str) -> list[str]:
        return []  # all processes run the same code

    def delete(self, ids: Iterable[int]) -> None:
        pause("delete marks")
        self._delete(set(ids))

    def _delete(self, ids: set[int]) -> None:
        database = self._database
        gone = [change.makes for change in database.marks if change.mark in ids]
        database.newest_forgotten = max([database.newest_forgotten, *gone])
        database.marks = [change for change in database.marks if change.mark not in ids]
