"""What a rule is, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kickoff.brakes.values import Value

if TYPE_CHECKING:
    from kickoff.brakes.configuration import Configuration


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"  # what it needs could not be found or read
    IDLE = "does not apply"  # the site has nothing that it is about


class Severity(StrEnum):
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Outcome:
    """Whether a rule holds, by which values, and what was expected: the arithmetic with numbers."""

    holds: bool
    expected: str
    found: tuple[Value[object], ...] = ()


Check = Callable[["Configuration"], Outcome]


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    severity: Severity
    reads: str
    why: str
    mend: str
    check: Check
    is_live: bool = False  # needs the running servers


@dataclass(frozen=True)
class Result:
    """`found` and `expected` are sentences; for `unknown` and `idle`, `expected` says why."""

    rule: Rule
    status: Status
    found: tuple[str, ...]
    expected: str


def expect(holds: bool, expected: str, *found: Value[object]) -> Outcome:
    return Outcome(holds, expected, found)
