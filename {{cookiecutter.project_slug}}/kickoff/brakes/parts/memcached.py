"""What memcached is told: the same on every one of its nodes."""

from __future__ import annotations

from dataclasses import dataclass, field

from kickoff.brakes.parts.base import Part
from kickoff.brakes.values import DEFAULT, NotFoundError, Size, Value, size, whole

# memcached 1.6, where nothing is written.
DEFAULTS = {
    "-m": "64",
    "-c": "1024",
    "-t": "4",
    "-I": "1m",
    "-U": "0",
    "-l": "every address",
    "-p": "11211",
    "-b": "1024",
    "-R": "20",
    "-o": "",
}


@dataclass
class Memcached(Part):
    options: dict[str, Value[str]] = field(default_factory=dict)
    others: list[dict[str, Value[str]]] = field(default_factory=list)  # of its other nodes

    def text(self, letter: str) -> Value[str]:
        self.require()
        if letter in self.options:
            return self.options[letter]
        if letter not in DEFAULTS:
            raise NotFoundError(f"memcached has no {letter}.")
        return Value(letter, DEFAULTS[letter], DEFAULT)

    def is_set(self, letter: str) -> bool:
        self.require()
        return letter in self.options

    def whole(self, letter: str) -> Value[int]:
        return self.text(letter).map(whole)

    def size(self, letter: str) -> Value[Size]:
        return self.text(letter).map(size)

    @property
    def memory_bytes(self) -> Value[Size]:
        """`-m` counts MiB."""
        return self.whole("-m").map(lambda mebibytes: Size(mebibytes * 2**20))
