"""Actors that a test moves step by step: each stops before everything that others could notice.

An actor is a greenlet running real code. The code calls a model of a store or a database, the model
calls `pause`, and the test decides who goes on. One step is one such call and what follows it up to
the next, so a test reaches every order of calls, and the same order again when it is repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet


class Role(Enum):
    READER = "reader"
    REFRESHER = "refresher"


class Actor:
    """Runs `act` up to its first pause. What it raises is raised by the step that led there."""

    def __init__(self, role: Role, number: int, act: Callable[[], Any]) -> None:
        self.role = role
        self.number = number
        self.waits_for = ""  # the call that its next step makes
        self.held: object = None  # the token of the lease under which it builds
        self.early_view: int | None = None  # what a mutant has read too early
        self.leads = True
        self._crashed = False
        self._greenlet = _ActorGreenlet(act)
        self._greenlet.actor = self
        self._greenlet.switch()

    @property
    def is_active(self) -> bool:
        return not self._crashed and not self._greenlet.dead

    def step(self) -> None:
        self._greenlet.switch()

    def crash(self) -> None:
        """It is never resumed, and nothing that its code does on its way out has an effect.

        Collected as garbage, a greenlet would run its `finally` blocks; so it is ended here, with
        every call to the world refused.
        """
        self._crashed = True
        self._greenlet.throw(GreenletExit)

    def pause(self, call: str) -> None:
        if self._crashed:
            raise GreenletExit
        self.waits_for = call
        self._greenlet.parent.switch()

    def __str__(self) -> str:
        return f"{self.role.value} {self.number}"


class _ActorGreenlet(greenlet):  # type: ignore[misc]
    actor: Actor


def current_actor() -> Actor:
    running = getcurrent()
    assert isinstance(running, _ActorGreenlet), "Only actors call the models."
    return running.actor


def pause(call: str) -> Actor:
    """Stops the actor that calls this, until the test steps it; returns the actor."""
    actor = current_actor()
    actor.pause(call)
    return actor
