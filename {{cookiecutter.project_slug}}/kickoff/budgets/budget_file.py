"""The contract, `query_budgets.toml`: what it can say, and reading it.

    version = 1

    [skip]
    "admin:*" = "Django's own pages."

    ["fantasy:league".anonymous.GET]
    status = 200
    cold.queries."SELECT fantasy_league" = 1
    cache."get fantasy.league.#" = 1
    mysql.cold.queries."SELECT fantasy_league" = 2
    reason = "Why it may make more queries than before."

What cold and hot have in common stands without either. `mysql` replaces single numbers where MySQL
or MariaDB is the database. Visitors who have the same budget share a header:
["fantasy:league"."anonymous, manager".GET].
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

FILE_NAME = "query_budgets.toml"
VERSION = 1  # of the format and of the labels: another number is another contract
STATES = ("cold", "hot")
KINDS = ("queries", "cache")
OK = 200
OVERRIDES = ("mysql",)  # vendors, as Django's connections call them


class BudgetFileError(Exception):
    """The file cannot be used; the message names the place and what may stand there."""


class Case(NamedTuple):
    """What has a budget: a route as a visitor sees it, by one method."""

    route: str
    visitor: str
    method: str

    def __str__(self) -> str:
        return f"{self.route} ({self.method}, {self.visitor})"

    @property
    def id(self) -> str:
        return "-".join(self)


@dataclass(frozen=True)
class Counts:
    """How many queries and cache calls, by label. A label that is not there is 0."""

    queries: Mapping[str, int] = field(default_factory=dict)
    cache: Mapping[str, int] = field(default_factory=dict)

    def of(self, kind: str) -> Mapping[str, int]:
        return self.queries if kind == "queries" else self.cache

    def total(self, kind: str) -> int:
        return sum(self.of(kind).values())

    def with_overrides(self, other: Counts) -> Counts:
        return Counts(*(_without_zeros({**self.of(kind), **other.of(kind)}) for kind in KINDS))


@dataclass(frozen=True)
class Entry:
    """The budget of a case. `overrides` has, by vendor and state, the numbers that differ there."""

    status: int
    cold: Counts = Counts()
    hot: Counts = Counts()
    overrides: Mapping[str, Mapping[str, Counts]] = field(default_factory=dict)
    reason: str = ""

    def of(self, state: str, vendor: str = "") -> Counts:
        """What is allowed in a state, on a database of that vendor."""
        counts = self.cold if state == "cold" else self.hot
        return counts.with_overrides(self.overrides.get(vendor, {}).get(state, Counts()))


@dataclass(frozen=True)
class Budgets:
    """The whole file."""

    entries: Mapping[Case, Entry] = field(default_factory=dict)
    skip: Mapping[str, str] = field(default_factory=dict)

    def skips(self, route: str, method: str = "", visitor: str = "") -> bool:
        """Whether the route, or only this method or this visitor of it, is left out with a
        reason."""
        names = [route]
        names += [f"{route} {method}"] if method else []
        names += [f"{route} as {visitor}"] if visitor else []
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.skip)


def read_budgets(text: str, name: str = FILE_NAME) -> Budgets:
    """Raises BudgetFileError for whatever the format does not have, misspelt keys included."""
    try:
        data = tomllib.loads(text)
        return _budgets(data)
    except tomllib.TOMLDecodeError as error:
        raise BudgetFileError(f"{name}: {error}") from error
    except BudgetFileError as error:
        raise BudgetFileError(f"{name}: {error}") from None


def _budgets(data: dict[str, Any]) -> Budgets:
    if data and data.pop("version", None) != VERSION:
        raise BudgetFileError(f"the first line must be `version = {VERSION}`")
    skip = _table(data.pop("skip", {}), "skip")
    for pattern, reason in skip.items():
        if not isinstance(reason, str) or not is_reason(reason):
            raise BudgetFileError(f'[skip] "{pattern}" needs a reason: "{pattern}" = "why"')
    return Budgets(entries=_entries(data), skip=skip)


def is_reason(text: str) -> bool:
    """Whether somebody has written something, and not only pasted the dots."""
    return bool(text.strip(" \t\n.…"))


def visitors_in(key: str) -> list[str]:
    """The visitors whom a header names: "anonymous, manager"."""
    return [name.strip() for name in key.split(",")]


def _entries(data: dict[str, Any]) -> dict[Case, Entry]:
    found: dict[Case, Entry] = {}
    for route, visitors in data.items():
        for names, methods in _table(visitors, f'["{route}"]').items():
            for method, entry in _table(methods, f'["{route}".{names}]').items():
                place = f'["{route}".{_shown(names)}.{method}]'
                read = _entry(_table(entry, place), place)
                for name in visitors_in(names):
                    case = Case(route, name, method)
                    if not name or case in found:
                        raise BudgetFileError(f"{place} {_flaw(case)}")
                    found[case] = read
    return found


def _flaw(case: Case) -> str:
    return f"is a second entry for {case}" if case.visitor else "has a visitor without a name"


def _shown(names: str) -> str:
    return f'"{names}"' if "," in names else names


def _entry(data: dict[str, Any], place: str) -> Entry:
    _refuse_unknown(data, {"status", "reason", *STATES, *KINDS, *OVERRIDES}, place)
    status, reason = data.get("status"), data.get("reason", "")
    if type(status) is not int:
        raise BudgetFileError(f"{place} needs the status that is expected: status = 200")
    if not isinstance(reason, str):
        raise BudgetFileError(f'{place} reason must be a text: reason = "why"')
    overrides = {
        vendor: _states(_table(data[vendor], f"{place} {vendor}"), f"{place} {vendor}")
        for vendor in OVERRIDES
        if vendor in data
    }
    both = _counts({kind: data[kind] for kind in KINDS if kind in data}, place)
    states = _states({state: data.get(state, {}) for state in STATES}, place)
    cold, hot = (both.with_overrides(states[state]) for state in STATES)
    return Entry(status, cold, hot, overrides, reason)


def _states(data: dict[str, Any], place: str) -> dict[str, Counts]:
    _refuse_unknown(data, set(STATES), place)
    return {state: _counts(_table(data[state], place), f"{place} {state}") for state in data}


def _counts(data: dict[str, Any], place: str) -> Counts:
    _refuse_unknown(data, set(KINDS), place)
    for kind in data:
        for label, number in _table(data[kind], f"{place}.{kind}").items():
            if type(number) is not int or number < 0:
                raise BudgetFileError(f'{place}.{kind}."{label}" must be a number from 0 upwards')
    return Counts(data.get("queries", {}), data.get("cache", {}))


def _table(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BudgetFileError(
            f'{place} must be a table: an entry is headed ["route".visitor.METHOD]'
        )
    return value


def _refuse_unknown(data: dict[str, Any], known: set[str], place: str) -> None:
    for key in data.keys() - known:
        raise BudgetFileError(
            f"{place} has {key!r}, which means nothing there; known are {', '.join(sorted(known))}"
        )


def _without_zeros(numbers: dict[str, int]) -> dict[str, int]:
    return {label: number for label, number in numbers.items() if number}
