"""service_times.json: what one request of each page costs, measured on one machine.

docs/scaling.md says what writes it, and what each number means.
"""

from __future__ import annotations

import json
import math
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TIMES_FILE = "service_times.json"
# Whose processor time is measured: Apache with Python, HAProxy, memcached, MySQL, the refresher.
PARTS = ("web", "balancer", "memcached", "database", "refresher")


class TimesError(ValueError):
    """The service times are missing or cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Cost:
    """One request, when nobody else is there."""

    response_ms: float  # until the answer; as long it holds a slot of its node
    sent_kb: float  # headers and body
    cpu_ms: Mapping[str, float]  # of each of PARTS


@dataclass(frozen=True)
class Page:
    name: str
    share: float  # of all requests
    addresses: float  # how many pages of this kind there are ...
    addresses_per_user: float  # ... and how many more with each visitor
    from_python: Cost
    from_cache: Cost | None  # Apache's own; None for a page that is never public

    def count(self, users: float) -> float:
        """Addresses of this kind on a site with so many visitors."""
        return self.addresses + self.addresses_per_user * users


@dataclass(frozen=True)
class ServiceTimes:
    machine: Mapping[str, str]  # CPU, cores, and the versions of what was measured
    measured_on: str  # the day
    process_mb: int  # resident memory of one daemon process after the measurement
    stored_kb_per_user: float  # in memcached
    pages: tuple[Page, ...]

    def document(self) -> dict[str, Any]:
        """For service_times.json."""
        return asdict(self)

    @property
    def source(self) -> str:
        """`AMD EPYC, 2 cores, Python 3.13.0 …, on 2026-11-24`"""
        words = [
            f"{value} cores" if name == "cores" else _named(name, value)
            for name, value in self.machine.items()
        ]
        return f"{', '.join(words)}, on {self.measured_on}"


def this_machine() -> dict[str, str]:
    """What tells this machine from others for which the times do not hold."""
    found = None
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.MULTILINE)
    model = found[1].strip() if found else platform.machine()
    return {"CPU": model, "cores": str(os.cpu_count() or 1)}


def read_times(path: Path, *, any_machine: bool = False) -> ServiceTimes:
    """The times of this file. TimesError when it is missing, broken, or of another machine."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TimesError(
            f"{path} is not there: nothing was measured. docs/scaling.md says how to measure."
        ) from error
    except (OSError, ValueError) as error:
        raise TimesError(f"{path} cannot be read: {error}") from error
    try:
        times = _times(found)
    except TimesError as error:
        raise TimesError(f"{path}: {error}. Measure again.") from error
    if not any_machine:
        _check_machine(path, times)
    return times


def _check_machine(path: Path, times: ServiceTimes) -> None:
    here = this_machine()
    there = {name: times.machine.get(name, "unknown") for name in here}
    if there != here:
        raise TimesError(
            f"{path} was measured on another machine: {_words(there)}, and this is {_words(here)}. "
            f"Measure here, or say that you mean it: --times {path}"
        )


def _words(machine: Mapping[str, str]) -> str:
    return f"{machine['CPU']}, {machine['cores']} cores"


def _named(name: str, value: str) -> str:
    return value if name == "CPU" else f"{name} {value}"


def _times(found: Any) -> ServiceTimes:
    pages = tuple(_page(row) for row in _list(found, "pages"))
    if not pages:
        raise TimesError("it has no pages")
    if abs(sum(page.share for page in pages) - 1) > 0.001:
        raise TimesError(f"the shares of its pages make {sum(p.share for p in pages):g}, not 1")
    machine = found.get("machine")
    if not isinstance(machine, dict) or not {"CPU", "cores"} <= machine.keys():
        raise TimesError("it does not say on which machine: CPU and cores")
    return ServiceTimes(
        machine={str(name): str(value) for name, value in machine.items()},
        measured_on=str(found.get("measured_on", "an unknown day")),
        process_mb=math.ceil(_number(found, "process_mb")),
        stored_kb_per_user=_number(found, "stored_kb_per_user"),
        pages=pages,
    )


def _page(row: Any) -> Page:
    name = row.get("name", "?") if isinstance(row, dict) else "?"
    python, cached = (_value(row, key) for key in ("from_python", "from_cache"))
    page = Page(
        name=str(name),
        share=_number(row, "share"),
        addresses=_number(row, "addresses"),
        addresses_per_user=_number(row, "addresses_per_user"),
        from_python=_cost(python),
        from_cache=None if cached is None else _cost(cached),
    )
    if page.from_cache is not None and page.count(1) <= 0:
        raise TimesError(f"{name} has no addresses")
    return page


def _cost(row: Any) -> Cost:
    cpu = _value(row, "cpu_ms")
    cost = Cost(
        response_ms=_number(row, "response_ms"),
        sent_kb=_number(row, "sent_kb"),
        cpu_ms={part: _number(cpu, part) for part in PARTS},
    )
    if cost.response_ms <= 0:
        raise TimesError("a response_ms is 0")
    return cost


def _list(row: Any, key: str) -> list[Any]:
    value = _value(row, key)
    if not isinstance(value, list):
        raise TimesError(f"{key} is no list")
    return value


def _number(row: Any, key: str) -> float:
    value = _value(row, key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise TimesError(f"{key} is {value!r}, not a number from 0")
    return float(value)


def _value(row: Any, key: str) -> Any:
    if not isinstance(row, dict) or key not in row:
        raise TimesError(f"{key} is missing")
    return row[key]
