"""What running servers have answered, and where that differs from their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kickoff.brakes.values import NotFoundError, Value, size, switch


class SilentError(Exception):
    """A server that could not be asked; the message says why, and what would help."""


@dataclass
class Live:
    """By server: what differs from its file, as pairs of values, and who did not answer."""

    answers: dict[str, list[Value[object]]] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)

    def differences(self, server: str) -> list[Value[object]]:
        """Each value of the file followed by that of the server. NotFoundError if it is silent."""
        if server not in self.answers:
            raise NotFoundError(self.silent.get(server, f"{server} was not asked."))
        return self.answers[server]


def differences(
    written: Mapping[str, Value[str]], running: Mapping[str, Value[str]]
) -> list[Value[object]]:
    """Where a file and its server disagree. What only one of them has says nothing."""
    found = list[Value[object]]()
    for name, value in written.items():
        if name in running and not same(value.value, running[name].value):
            found += [value, running[name]]
    return found


def same(one: str, other: str) -> bool:
    """`6144M` is 6442450944, `ON` is 1, and a list of modes has no order."""
    for read in (switch, float, size):
        try:
            return read(one) == read(other)
        except ValueError:
            continue
    return {*one.upper().split(",")} == {*other.upper().split(",")}
