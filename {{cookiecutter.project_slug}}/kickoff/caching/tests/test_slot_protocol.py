"""The protocol of a slot, in any order of the steps of readers, refreshers and changes.

The real code of slots.py, reading.py and refresher.py runs against models of a store and a
database. Hypothesis chooses who makes the next call, and when the store loses values, a lease ends,
an actor dies or a call fails. The mutants at the end break one rule each, and must be found out.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any
from unittest import mock

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kickoff.caching import delays, memory, reading, refresher, slots, turns
from kickoff.caching.entries import Entry, Registry
from kickoff.caching.envelope import Lease, seal, seal_lease
from kickoff.caching.keys import encode_arguments
from kickoff.caching.reading import BusyError, Reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.stores.base import Held, StoreUnavailableError
from kickoff.caching.tests.actors import Actor, Role, current_actor, pause
from kickoff.caching.tests.models_of_servers import ModelDatabase, ModelQueue, ModelStore

ARGUMENTS = (7,)
MOST_AT_ONCE = 4
STEPS_TO_SETTLE = 400
WRITES = ("cas", "overwrite", "delete marks")
INDEX = st.integers(0, MOST_AT_ONCE - 1)


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


class SlotMachine(RuleBasedStateMachine):
    """One key, two web processes, any number of refreshers.

    `checked` are the rules of the design that are looked at. The methods `lease`, `fill` and
    `refresh` are the code under test, for mutants to replace.
    """

    checked: tuple[str, ...] = ("I1", "I2", "I4")
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

    # -- What may happen ---------------------------------------------------------------------------

    @initialize(filled=st.booleans())
    def begin_with(self, filled: bool) -> None:
        if filled:
            self.a_reader_comes(0)
            self._finish()

    @precondition(lambda self: len(self.active) < MOST_AT_ONCE)
    @rule(process=st.sampled_from([0, 0, 0, 1]))  # most share a memory
    def a_reader_comes(self, process: int) -> None:
        self._spawn(Role.READER, lambda: self._read(self.processes[process]))

    @precondition(lambda self: len(self.active) < MOST_AT_ONCE)
    @rule()
    def a_refresher_comes(self) -> None:
        """While others work, too: they have lost the leadership and do not know it yet."""
        self._spawn(Role.REFRESHER, self._work)

    @precondition(lambda self: self.active)
    @rule(index=INDEX, steps=st.integers(1, 3))
    def step(self, index: int, steps: int) -> None:
        self._step(self._choose(index), steps)

    @precondition(lambda self: self.active)
    @rule(index=INDEX, call=st.sampled_from([*WRITES, "the answer", "the end"]))
    def go_on_until(self, index: int, call: str) -> None:
        """Most orders that matter have somebody who is slow just before it writes."""
        actor = self._choose(index)
        self._step(actor, 1)
        while actor.is_active and actor.waits_for != call:
            self._step(actor, 1)

    @precondition(lambda self: self.active)
    @rule(
        index=INDEX, accident=st.sampled_from(["crash", "lost request", "lost answer", "demoted"])
    )
    def accident(self, index: int, accident: str) -> None:
        """The store does not answer: the call had its effect or not. Or worse."""
        actor = self._choose(index)
        if accident == "crash":
            actor.crash()
        elif accident == "demoted":
            actor.leads = False
        else:
            self.store.fails = accident
            self.store.has_failed = True
            self._step(actor, 1)
            self.store.fails = ""

    @rule()
    def change(self) -> None:
        self.database.begin()
        self.database.commit(-1)

    @rule(is_kept=st.booleans())
    def begin_or_end_slow_change(self, is_kept: bool) -> None:
        """Its mark has a smaller id than those of the changes that overtake it."""
        if not self.database.open:
            self.database.begin()
        elif is_kept:
            self.database.commit(0)
        else:
            self.database.roll_back(0)

    @precondition(lambda self: self.store.content is not None)
    @rule()
    def lose_the_slot(self) -> None:
        """Evicted or flushed, or its lease ended: for one slot they are the same."""
        self.store.content = None

    # -- What must hold ----------------------------------------------------------------------------

    @invariant()
    def all_is_well(self) -> None:
        self._check()

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
        return last.value if last else 0

    def _builders(self) -> list[str]:
        """Who can still write the slot under a lease."""
        token = self.store.content.token if self.store.content else None
        return [str(actor) for actor in self.active if token and actor.held == token]

    # -- How ---------------------------------------------------------------------------------------

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
            value = process.read(self.entry, ARGUMENTS).value
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
        self._replace(reading, "connection", mock.Mock(in_atomic_block=False))
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
        """When everybody has finished, one refresher is enough to bring all up to date."""
        self._finish()
        self._spawn(Role.REFRESHER, self._work)
        self._finish()
        assert not self.database.marks or "I2" not in self.checked, (
            "I2: marks are left although nothing is in the way"
        )
        content = self.store.content
        if "I2" in self.checked and content is not None and not content.is_lease:
            assert content.number == self.database.value, "I2: a lost change"

    def teardown(self) -> None:
        try:
            self._settle()
        finally:
            for actor in self.active:
                actor.crash()
            self._patches.close()


BOUNDED = settings(
    max_examples=600,
    stateful_step_count=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_no_order_of_steps_breaks_the_protocol():
    run_state_machine_as_test(SlotMachine, settings=BOUNDED)


# -- Mutants: the same code with one rule broken, and what that breaks -----------------------------


class ReaderWritesWithoutCompare(SlotMachine):
    checked = ("I4",)

    def fill(self, store, entry, arguments, held, build=None):
        value = entry.build(*arguments)
        store.overwrite(sealed(entry, value))
        return value, True


class ReaderReadsDatabaseBeforeItsLease(SlotMachine):
    checked = ("I2",)

    def lease(self, store, key):
        current_actor().early_view = self.database.read()
        return slots.lease(store, key)


class ReaderTakesAnyLeaseForItsOwn(SlotMachine):
    checked = ("I1",)

    def lease(self, store, key):
        return store.gets(key) if store.add(key, seal_lease(b"a token"), 10) else None


class MarksAreDeletedBeforeTheRebuild(SlotMachine):
    checked = ("I2",)

    class queue_class(ModelQueue):  # noqa: N801
        def after(self, entry, last_id, limit):
            marks = super().after(entry, last_id, limit)
            self.delete([mark.pk for mark in marks])
            return marks


class RefresherSkipsLeasedSlots(SlotMachine):
    checked = ("I2",)

    def refresh(self, store, entry, arguments):
        if isinstance(slots.look(store, entry.key(arguments)), Lease):
            return slots.Outcome.LEASE_VOIDED
        return slots.refresh(store, entry, arguments)


class RefresherWritesWithoutCompare(SlotMachine):
    checked = ("I4",)

    def refresh(self, store, entry, arguments):
        if not isinstance(slots.look(store, entry.key(arguments)), slots.Filled):
            return slots.refresh(store, entry, arguments)
        store.overwrite(sealed(entry, entry.build(*arguments)))
        return slots.Outcome.REBUILT


class RefresherReadsDatabaseBeforeTheSlot(SlotMachine):
    checked = ("I4",)

    def refresh(self, store, entry, arguments):
        current_actor().early_view = self.database.read()
        return slots.refresh(store, entry, arguments)


class ProcessRemembersWhatItHearsLast(SlotMachine):
    checked = ("I4",)

    def _patch(self):
        super()._patch()
        self._replace(memory.Memory, "keep", self.keep)

    @staticmethod
    def keep(of, key, remembered, asked_at):
        of._values[key] = remembered
        return remembered


def sealed(entry, value):
    return seal(entry.encode(value), compress_over_bytes=1_000)


@pytest.mark.parametrize("mutant", SlotMachine.__subclasses__(), ids=lambda cls: cls.__name__)
def test_a_broken_rule_is_found(mutant):
    found_at_once = settings(BOUNDED, max_examples=4_000, phases=[Phase.generate])

    with pytest.raises(AssertionError, match=f"^{mutant.checked[0]}: "):
        run_state_machine_as_test(mutant, settings=found_at_once)
