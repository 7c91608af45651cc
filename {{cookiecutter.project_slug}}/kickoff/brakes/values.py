"""Values that know where they stand, and how servers write seconds, sizes and switches."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")

DEFAULT = "default"

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400}
BYTES = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
SWITCHES = {
    **dict.fromkeys(["on", "1", "true", "yes"], True),
    **dict.fromkeys(["off", "0", "false", "no"], False),
}

_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|min|s|m|h|d)?")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)


class NotFoundError(Exception):
    """What a rule needs is not there, or cannot be read. The message says what, and where."""


class DoesNotApplyError(Exception):
    """The site has nothing that this rule is about. The message says what."""


@dataclass(frozen=True)
class Value(Generic[T_co]):
    """What something is set to, and where: `file:line`, a server's variable, or its default."""

    name: str
    value: T_co
    where: str

    def __str__(self) -> str:
        return f"{self.name} = {shown(self.value)} ({self.where})"

    def map(self, read: Callable[[T_co], U]) -> Value[U]:
        """The same place, read as something else. NotFoundError when it cannot be read so."""
        try:
            return Value(self.name, read(self.value), self.where)
        except (TypeError, ValueError) as error:
            raise NotFoundError(f"{self.where}: {self.name} {self.value!r}: {error}") from error


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return "no limit" if math.isinf(value) else f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value) or "nothing"
    return "nothing" if value in (None, "") else str(value)


class Size(int):
    """Bytes, shown as people say them."""

    def __str__(self) -> str:
        return mib(self)


def whole(text: str) -> int:
    return int(text)


def seconds(text: str, unit: str = "s") -> float:
    """`10`, `500ms`, `5min`, `2 h`. A number alone counts in `unit`."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError("is no time. Examples: 10, 500ms, 5m")
    return float(found[1]) * SECONDS[found[2] or unit]


def milliseconds(text: str) -> float:
    """HAProxy's times: a number alone counts milliseconds. The result is in seconds."""
    return seconds(text, "ms")


def size(text: str) -> Size:
    """`64`, `512K`, `1G`, `2 GiB`: powers of 1024, in bytes."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError("is no size. Examples: 512K, 64M, 1G")
    return Size(float(found[1]) * BYTES[found[2].lower()])


def switch(text: str) -> bool:
    try:
        return SWITCHES[text.strip().lower()]
    except KeyError:
        raise ValueError("is neither on nor off") from None


def mib(size_bytes: float) -> str:
    """For people: `512 MiB`, `5.5 GiB`."""
    if size_bytes >= 2**30:
        return f"{size_bytes / 2**30:.3g} GiB"
    return f"{size_bytes / 2**20:.4g} MiB"
