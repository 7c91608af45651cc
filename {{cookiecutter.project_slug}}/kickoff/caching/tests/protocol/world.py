"""The world of one slot: the real code on models of a store and a database, and what must hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any
from unittest import mock

from django.test import override_settings

from kickoff.caching import delays, memory, reading, refresher, slots, turns
from kickoff.caching.entries import Entry, Registry
from kickoff.caching.keys import encode_arguments
from kickoff.caching.reading import BusyError, Reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.stores.base import Held, StoreUnavailableError
from kickoff.caching.tests.protocol.actors import Actor, Role, current_actor, pause
from kickoff.caching.tests.protocol.models_of_servers import ModelDatabase, ModelQueue, ModelStore

ARGUMENTS = (7,)
STEPS_TO_SETTLE = 400


class Clock:
    """Stands in for the module `time`: it moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        self.now += 0.000_001
        return self.now

    time = monotonic

    def sleep(self, seconds: float) -> None:
        pause("sleep")
        self.now += 1  # a second, that few polls are made before a reader gives up


class FakeLeadership:
    """Leads until the test says otherwise."""

    def renew_when_due(self) -> bool:
        return pause("renew the leadership").leads

    def report_error(self, text: str) -> None:
        raise AssertionError(text)


class World:
    """One key, two web processes, any number of refreshers.

    `checked` are the rules of the design that are looked at. The methods `lease`, `fill` and
    `refresh` are the code under test, for mutants to replace.
    """

    checked: tuple[str, ...] = ("I1", "I2", "I4")
    accidents_happen = True
    queue_class = ModelQueue
    lease = staticmethod(slots.lease)
    fill = staticmethod(slots.fill)
    refresh = staticmethod(slots.refresh)

    def __init__(self) -> None:
        super().__init__()
        self.store = ModelStore()
        self.database = ModelDatabase()
        self.clock = Clock()
        self.actors: list[Actor] = []
        self.entry = Entry[int](self.build, stale_when={}, pinned=True)
        self.entry.name = "model.entry"
        self.processes = [Reader(), Reader()]
        self.reads_under_way: dict[Reader, dict[Actor, int]] = {}
        self.remembered = [0, 0]
        self.queue = self.queue_class(self.database, self.entry.name, encode_arguments(ARGUMENTS))
        self._patches = ExitStack()
        self._patch()

    def build(self, number: int) -> int:
        return self.database.read()

    def _check(self) -> None:
        for violation in self.store.violations:
            assert violation[:2] not in self.checked, violation
        if "I1" in self.checked:
            assert len(self._builders()) <= 1, f"I1: {self._builders()} build under one lease"
        content = self.store.content
        if "I2" in self.checked and content is not None and not content.is_lease:
            forgotten = self.database.newest_forgotten
            assert content.number >= forgotten, (
                f"I2: the mark of change {forgotten} is gone, the slot holds {content.number}"
            )
        if "I4" in self.checked and not self.store.has_failed:
            self._check_memories()

    def _check_memories(self) -> None:
        """While the store is away processes build for themselves; it comes back with older values,
        until the marks are handled. So this holds as long as it answers."""
        before = self.remembered
        self.remembered = [self._remembered_by(process) for process in self.processes]
        for old, new in zip(before, self.remembered, strict=True):
            assert new >= old, f"I4: a process that remembered {old} now remembers {new}"

    def _remembered_by(self, process: Reader) -> int:
        last = process.memory.get((self.entry.name, ARGUMENTS))
        return int(last.value or 0) if last else 0

    def _builders(self) -> list[str]:
        """Who can still write the slot under a lease."""
        token = self.store.content.token if self.store.content else None
        return [str(actor) for actor in self.active if token and actor.held == token]

    @property
    def active(self) -> list[Actor]:
        return [actor for actor in self.actors if actor.is_active]

    def _choose(self, index: int) -> Actor:
        return self.active[index % len(self.active)]

    def _step(self, actor: Actor, steps: int) -> None:
        for _ in range(steps):
            if actor.is_active:
                actor.step()
                self._check()

    def _spawn(self, role: Role, act: Callable[[], Any]) -> None:
        self.actors.append(Actor(role, len(self.actors), act))

    def _read(self, process: Reader) -> None:
        """A read may be answered by what another read of its process found that was under way when
        it began: so it is as old as that one's beginning at most."""
        under_way = self.reads_under_way.setdefault(process, {})
        oldest = self.database.newest_forgotten if not process.memory._values else 0
        oldest = min([oldest, *(bound for actor, bound in under_way.items() if actor.is_active)])
        under_way[current_actor()] = oldest
        try:
            value = process.value(self.entry, ARGUMENTS)
        except BusyError:
            return
        finally:
            del under_way[current_actor()]
        if "I2" in self.checked:
            assert value >= oldest, f"I2: {value} was served, whose change {oldest} had its turn"

    def _work(self) -> None:
        """What a refresher does between two pauses: all marks, then what is pinned."""
        leadership: Any = FakeLeadership()
        queue: Any = self.queue
        working = Refresher(Shard(), leadership, queue)
        working.turns.take(leadership.renew_when_due)
        with suppress(StoreUnavailableError):
            working._keep(self.store, self.entry, ARGUMENTS)

    def _finish(self) -> None:
        for _ in range(STEPS_TO_SETTLE):
            if not self.active:
                return
            for actor in self.active:
                actor.leads = True
                actor.step()
                self._check()
        raise AssertionError(f"I5: {[str(actor) for actor in self.active]} do not come to an end")

    def _patch(self) -> None:
        registry = Registry()
        registry.add(self.entry)
        for module in (memory, delays, turns):
            self._replace(module, "time", self.clock)
        for module in (reading, refresher):
            self._replace(module, "current_store", lambda: self.store)
            self._replace(module, "time", self.clock)
            self._replace(module, "lease", self.lease)
            self._replace(module, "fill", self._fill_and_tell)
        self._replace(
            reading, "connections", {"default": mock.Mock(in_atomic_block=False, connection=None)}
        )
        self._replace(refresher, "registry", registry)
        self._replace(refresher, "refresh", self.refresh)
        # Each read looks at the slot; what the process remembers is for when it may not build.
        self._patches.enter_context(override_settings(CACHING_MEMORY_S=-1))

    def _replace(self, module: Any, name: str, value: Any) -> None:
        self._patches.enter_context(mock.patch.object(module, name, value))

    def _fill_and_tell(
        self, store: Any, entry: Any, arguments: Any, held: Held, *build: Any
    ) -> Any:
        """`fill`, while the actor's `held` says under which lease it builds."""
        actor = current_actor()
        actor.held = held.token
        try:
            return self.fill(store, entry, arguments, held, *build)
        finally:
            actor.held = None

    def _settle(self) -> None:
        """When everybody has finished and the leases of the dead have ended, one refresher is
        enough to bring all up to date."""
        self._finish()
        if self.store.content is not None and self.store.content.is_lease:
            self.store.content = None
        self._spawn(Role.REFRESHER, self._work)
        self._finish()
        assert not self.database.marks or "I2" not in self.checked, (
            "I2: marks are left although nothing is in the way"
        )
        content = self.store.content
        if "I2" in self.checked and content is not None and not content.is_lease:
            assert content.number == self.database.value, "I2: a lost change"
