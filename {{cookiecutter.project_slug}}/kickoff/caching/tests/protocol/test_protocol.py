"""The protocol of a slot, in any order of the steps of readers, refreshers and changes.

The real code of slots.py, reading.py and refresher.py runs against models of a store and a
database. Hypothesis chooses who makes the next call, and when the store loses values, a lease ends,
an actor dies or a call fails. The mutants break one rule each, and must be found out.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from kickoff.caching import memory, slots
from kickoff.caching.envelope import Lease, seal, seal_lease
from kickoff.caching.tests.protocol.actors import current_actor
from kickoff.caching.tests.protocol.machine import BOUNDED, SlotMachine
from kickoff.caching.tests.protocol.models_of_servers import ModelQueue


def test_no_order_of_steps_breaks_the_protocol():
    run_state_machine_as_test(SlotMachine, settings=BOUNDED)


# -- Mutants: the same code with one rule broken, and what that breaks -----------------------------


class ReaderWritesWithoutCompare(SlotMachine):
    checked = ("I4",)

    def fill(self, store, entry, arguments, held, build=None):
        value = entry.build(*arguments)
        data = sealed(entry, value)
        store.overwrite(data)
        return value, data


class ReaderReadsDatabaseBeforeItsLease(SlotMachine):
    checked = ("I2",)
    accidents_happen = False  # they would hide it

    def lease(self, store, key):
        current_actor().early_view = self.database.read()
        return slots.lease(store, key)


class ReaderTakesAnyLeaseForItsOwn(SlotMachine):
    checked = ("I1",)

    def lease(self, store, key):
        return (store.gets(key) if store.add(key, seal_lease(b"a token"), 10) else None), None


class MarksAreDeletedBeforeTheRebuild(SlotMachine):
    checked = ("I2",)

    class queue_class(ModelQueue):  # noqa: N801
        def after(self, entry, last_id, limit):
            marks = super().after(entry, last_id, limit)
            self.delete([mark.pk for mark in marks])
            return marks


class RefresherForgetsTheMarksOfLeasedSlots(SlotMachine):
    checked = ("I2",)

    def refresh(self, store, entry, arguments):
        if isinstance(slots.look(store, entry.key(arguments)), Lease):
            return slots.Outcome.ABSENT
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
    accidents_happen = False  # they would hide it

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
    found_at_once = settings(BOUNDED, max_examples=20_000, phases=[Phase.generate])

    with pytest.raises(AssertionError, match=f"^{mutant.checked[0]}: "):
        run_state_machine_as_test(mutant, settings=found_at_once)
