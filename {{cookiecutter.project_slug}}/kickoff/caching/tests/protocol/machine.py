"""Everything that may happen to a slot, for Hypothesis to choose from."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from kickoff.caching.tests.protocol.actors import Role
from kickoff.caching.tests.protocol.world import World

MOST_AT_ONCE = 4
WRITES = ("cas", "overwrite", "delete marks")
INDEX = st.integers(0, MOST_AT_ONCE - 1)


class SlotMachine(World, RuleBasedStateMachine):
    """One rule for each thing that may happen; the world is checked after each step."""

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

    @precondition(lambda self: self.active and self.accidents_happen)
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

    @invariant()
    def all_is_well(self) -> None:
        self._check()

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
