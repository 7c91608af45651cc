"""mod_wsgi's daemon processes: the slots in which requests are worked on."""

from __future__ import annotations

from dataclasses import dataclass

from kickoff.brakes.parsers.apache import Directive
from kickoff.brakes.parts.base import limit
from kickoff.brakes.values import DEFAULT, NotFoundError, Value, seconds, whole

DEFAULTS = {"processes": "1", "threads": "15"}


@dataclass(frozen=True)
class Daemon:
    """A line with WSGIDaemonProcess."""

    name: str
    where: str
    options: dict[str, str]

    @classmethod
    def read(cls, directive: Directive) -> Daemon:
        name, *pairs = directive.arguments or ("",)
        split = (pair.partition("=") for pair in pairs)
        return cls(name, directive.where, {key: value for key, _, value in split})

    def value(self, option: str) -> Value[str]:
        """NotFoundError where it is neither written nor has a default that counts."""
        if option in self.options:
            return Value(option, self.options[option], self.where)
        if option in DEFAULTS:
            return Value(option, DEFAULTS[option], DEFAULT)
        raise NotFoundError(f"{self.where}: WSGIDaemonProcess {self.name} has no {option}.")

    def whole(self, option: str, default: int | None = None) -> Value[int]:
        if option not in self.options and default is not None:
            return Value(option, default, DEFAULT)
        return self.value(option).map(whole)

    def limit(self, option: str) -> Value[float]:
        """A time-out in seconds; most are off when they are not written."""
        is_set = option in self.options
        return limit(self.value(option).map(seconds) if is_set else None, option)

    @property
    def is_service(self) -> bool:
        """A supervised script without requests, `threads=0`."""
        return self.whole("threads").value == 0
