"""What all parts of a site's configuration have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from kickoff.brakes.parsers.source import Reading
from kickoff.brakes.values import DEFAULT, DoesNotApplyError, NotFoundError, Value

NO_LIMIT = math.inf


@dataclass
class Part:
    """One server's configuration. `absent` says why there is none, then nothing can be read.

    `idle` says why nothing is asked of it: the site does not use such a server.
    """

    reading: Reading = field(default_factory=Reading)
    absent: str = ""
    idle: str = ""

    def require(self) -> None:
        if self.idle:
            raise DoesNotApplyError(self.idle)
        if self.absent:
            raise NotFoundError(self.absent)


def limit(value: Value[float] | None, name: str) -> Value[float]:
    """A time-out where 0 and silence mean that there is none."""
    if value is None:
        return Value(name, NO_LIMIT, DEFAULT)
    return value.map(lambda number: number or NO_LIMIT)
