"""Declaring cached reads: what is read, who builds it, and what makes it stale.

class LeagueReads(CachedManager, model=League):
    page = Entry(build_league_page, stale_when={"fantasy.Membership": "league"})

League.cached.page(7)
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, wraps
from typing import Any, Generic, TypeVar, overload

import msgspec
from django.apps import apps
from django.db import models

from kickoff.caching import conf
from kickoff.caching.declared import declared_at
from kickoff.caching.demand import Demand
from kickoff.caching.derived_reading import DerivedReading
from kickoff.caching.fetching import building
from kickoff.caching.keys import Argument, Arguments, key_beside, slot_key, type_fingerprint
from kickoff.caching.memory import Versioned as Versioned  # for those who declare entries
from kickoff.caching.reading import Reading, reader
from kickoff.caching.runtime import current_store
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tally import Tally
from kickoff.caching.watch import Paths, Watch, by_watch

V = TypeVar("V")


class Entry(Generic[V]):
    """A named cached read with arguments.

    `build` makes the value from the database. Its return annotation is the type of the page object;
    None means that there is no such thing. `stale_when` maps the label of a model to the paths that
    lead from a changed row to the arguments. `keys` lists the arguments of all keys that make
    sense; with `pinned` the refresher keeps these present, with `every_s` it rebuilds them after so
    many seconds even without a mark. `limit_s` is the age at which a value is dropped, for what no
    mark could keep up to date. With `at_once` a change clears the slot when it is committed and no
    process remembers the value: for what must not be seen a moment longer, such as rights.
    """

    name = ""
    limit = "CACHING_HARD_LIMIT_S"
    reading: type[Reading] = Reading
    is_derived = False

    def __init__(
        self,
        build: Callable[..., V | None],
        *,
        stale_when: Mapping[str, Paths],
        keys: Callable[[], Iterable[Arguments]] | None = None,
        pinned: bool = False,
        every_s: float | None = None,
        limit_s: int | None = None,
        at_once: bool = False,
    ) -> None:
        self.at_once = at_once
        self.tally = Tally()
        self.build = self._guarded(build)
        self.stale_when = stale_when
        self.declared_at = declared_at()
        self.keys = keys
        self.pinned = pinned
        self.every_s = every_s
        self.limit_s = limit_s
        # Pages that the refresher makes when this entry has changed; see ahead.py.
        self.pages_ahead: list[DerivedEntry[Any]] = []
        self.demand: Demand | None = None  # for such a page

    def _guarded(self, build: Callable[..., V | None]) -> Callable[..., V | None]:
        counted = self.tally.timed(build)

        @wraps(build)
        def guarded(*arguments: Any) -> V | None:
            with building(self.name):
                return counted(*arguments)

        return guarded

    @overload
    def __get__(self, manager: None, owner: type) -> Entry[V]: ...
    @overload
    def __get__(self, manager: CachedManager, owner: type) -> Callable[..., V | None]: ...

    def __get__(
        self, manager: CachedManager | None, owner: type
    ) -> Entry[V] | Callable[..., V | None]:
        return self if manager is None else self.read

    def read(self, *arguments: Argument) -> V | None:
        """The value for these arguments, from the cache.

        Raises BusyError when the value is absent and cannot be built within the limits.
        """
        return typing.cast("V | None", reader.value(self, arguments))

    def versioned(self, *arguments: Argument) -> Versioned[V]:
        """The value and the version by which derived entries know it.

        Raises BusyError as `read` does.
        """
        return reader.read(self, arguments)

    @cached_property
    def argument_types(self) -> tuple[type, ...]:
        """Those that the builder's annotations name, in order; empty when it has none."""
        hints = typing.get_type_hints(self.build)
        return tuple(kind for name, kind in hints.items() if name != "return")

    def check(self, arguments: Arguments) -> None:
        """Raises TypeError for arguments that no mark would lead to: 7 and "7" are two keys."""
        for argument, expected in zip(arguments, self.argument_types, strict=False):
            if expected in (int, str) and type(argument) is not expected:
                raise TypeError(
                    f"{self.name} takes {expected.__name__}, not {argument!r}: a change would not "
                    "reach what is cached for it."
                )

    def key(self, arguments: Arguments) -> str:
        return slot_key(conf.namespace(), self.name, self.fingerprint, arguments)

    def slots_ahead(self, arguments: Arguments) -> list[str]:
        """The keys to ask for at once when nothing is known of a value."""
        return [self.key(arguments)]

    def ttl_s(self, value: V | None) -> int:
        """How long a value may lie in its slot, in seconds."""
        if value is None:
            return conf.whole("CACHING_ABSENT_S")
        return self.limit_s or conf.whole(self.limit)

    def clear(self, arguments: Arguments) -> None:
        """Empties a slot: the next reader builds its value anew. Always safe."""
        # While the store is away the mark does it, later.
        with suppress(StoreUnavailableError):
            current_store().delete(self.key(arguments))

    def encode(self, value: V | None) -> bytes:
        return msgspec.msgpack.encode(value)

    def decode(self, payload: bytes) -> V | None:
        """Raises msgspec.ValidationError or DecodeError for bytes of another type."""
        return typing.cast("V | None", self._decoder.decode(payload))

    @property
    def needs_care(self) -> bool:
        """Whether the refresher looks after its keys even without marks."""
        return self.pinned or self.every_s is not None

    @cached_property
    def value_type(self) -> Any:
        """The return annotation of the builder, None included."""
        return typing.get_type_hints(self.build)["return"]

    @cached_property
    def fingerprint(self) -> str:
        return type_fingerprint(self.value_type)

    @cached_property
    def _decoder(self) -> msgspec.msgpack.Decoder[Any]:
        return msgspec.msgpack.Decoder(self.value_type)

    def watches(self) -> Iterator[Watch]:
        """What its declaration watches. Raises LookupError and FieldDoesNotExist for typos."""
        after_commit = self.clear if self.at_once else None
        for label, paths in self.stale_when.items():
            for chain, fields in by_watch(paths):
                watch = Watch(self.name, apps.get_model(label), chain, fields, after_commit)
                watch.verify()
                yield watch


class DerivedEntry(Entry[V]):
    """An entry that is made from the values of other entries, and from nothing else.

    `parts` reads these for some arguments and returns them versioned, or None when there is no such
    thing; `build` makes the value from their values. The key holds the versions of the parts: what
    changes them makes another key, so no mark is needed, and whoever looks first builds it; but see
    ahead.py.

    `own_part` is the part that belongs to the same arguments alone, if there is one: with a copy of
    the value (see copies.py) it is got in one round trip.
    """

    limit = "CACHING_DERIVED_LIMIT_S"
    reading = DerivedReading
    is_derived = True

    def __init__(
        self,
        build: Callable[..., V | None],
        *,
        parts: Callable[..., Sequence[Versioned[Any]] | None],
        own_part: Entry[Any] | None = None,
    ) -> None:
        super().__init__(build, stale_when={})
        self.parts = parts
        self.own_part = own_part

    def made_from(self, parts: Sequence[Versioned[Any]]) -> str:
        """From equal ones equal values are made."""
        return self.joined([part.version for part in parts])

    def joined(self, versions: Sequence[str]) -> str:
        """What the key says about parts of these versions."""
        return ".".join(versions)

    def as_old(self, value: V) -> V:
        """A value that is served a moment after its parts have changed."""
        return value

    def make(self, values: Sequence[Any], last: Callable[[], V | None]) -> V | None:
        """The value that is made from those of the parts. `last` gives what was there before they
        changed, as far as the process or the store has it: it may do once more."""
        return self.build(*values)

    def slots_ahead(self, arguments: Arguments) -> list[str]:
        """The last one is that of the copy. None where the parts have to be known first. All lie
        on one server."""
        ahead = self.own_part.slots_ahead(arguments) if self.own_part else []
        return [*ahead, key_beside(self.key(arguments), ahead[0])] if ahead else []


class CachedManager:
    """The manager named `cached` of a model: it reads entries, and nothing else."""

    def __init_subclass__(cls, *, model: type[models.Model]) -> None:
        super().__init_subclass__()
        for attribute, entry in vars(cls).items():
            if isinstance(entry, Entry):
                entry.name = f"{model._meta.label}.{attribute}"
                registry.add(entry)
        model.cached = cls()  # type: ignore[attr-defined]


class Registry:
    """All entries of the site, by name."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry[Any]] = {}
        self.repeated: list[str] = []

    def add(self, entry: Entry[Any]) -> None:
        if entry.name in self._entries:
            self.repeated.append(entry.name)
        self._entries[entry.name] = entry

    def get(self, name: str) -> Entry[Any] | None:
        return self._entries.get(name)

    def __iter__(self) -> Iterator[Entry[Any]]:
        return iter(self._entries.values())


registry = Registry()
