"""What systemd is told: services and timers by the name of their file."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kickoff.brakes.parsers.ini import Option
from kickoff.brakes.parts.base import Part
from kickoff.brakes.values import NotFoundError, Value, seconds, whole


@dataclass
class Unit:
    """A unit, with the drop-ins for it. Of several values the last one counts."""

    name: str
    where: str
    options: list[Option]

    def all(self, section: str, name: str) -> list[Value[str]]:
        return [
            Value(f"{self.name} {name}", option.value or "", option.where)
            for option in self.options
            if option.section == section and option.name == name
        ]

    def text(self, section: str, name: str) -> Value[str]:
        if found := self.all(section, name):
            return found[-1]
        raise NotFoundError(f"{self.where}: [{section}] has no {name}.")

    def anywhere(self, name: str) -> Value[str]:
        """Of whatever section: systemd moved some from [Service] to [Unit]."""
        for option in reversed(self.options):
            if option.name == name:
                return Value(f"{self.name} {name}", option.value or "", option.where)
        raise NotFoundError(f"{self.where}: there is no {name}.")

    def whole(self, section: str, name: str) -> Value[int]:
        return self.text(section, name).map(whole)

    def seconds(self, section: str, name: str) -> Value[float]:
        read = self.text(section, name)
        return read.map(lambda text: math.inf if text == "infinity" else _span(text))

    @property
    def command(self) -> str:
        return " ".join(value.value for value in self.all("Service", "ExecStart"))


@dataclass
class Units(Part):
    units: dict[str, Unit] = field(default_factory=dict)

    def running(self, *words: str) -> Unit:
        """The service whose command or name contains one of these words."""
        return self._all_running(words)[0]

    def running_apache(self, files: Iterable[Path]) -> Unit:
        """The service that starts Apache with one of these files; the first where none names it."""
        found = self._all_running(("apache", "httpd"))
        names = {file.name for file in files}
        with_them = (unit for unit in found if names & {Path(w).name for w in unit.command.split()})
        return next(with_them, found[0])

    def _all_running(self, words: tuple[str, ...]) -> list[Unit]:
        found = [
            unit
            for unit in self.services()
            if any(word in unit.command or word in unit.name for word in words)
        ]
        if not found:
            raise NotFoundError(f"No unit of systemd runs {' or '.join(words)}.")
        return found

    def services(self) -> list[Unit]:
        self.require()
        return [unit for name, unit in self.units.items() if name.endswith(".service")]


def _span(text: str) -> float:
    """`1min 30s`"""
    return sum(seconds(part) for part in text.split())
