"""A row of the report, and the subjects that measure rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fleet.bench.requirements import Requirement
from fleet.bench.sampling import Measured
from fleet.bench.world import World


@dataclass(frozen=True)
class Row:
    """`key` names it in bench.json, `what` in the table. The unit × is that of a ratio. With an
    `obstacle` it cannot be measured here, and the table says why. `limit` says what stands in the
    way, should it be missed, and `profile` looks at it."""

    key: str
    what: str
    unit: str
    required: Requirement
    obstacle: str = ""
    limit: str = ""
    profile: Callable[[], str] | None = None


class Subject(Protocol):
    """Measures one row, or several that come from the same work."""

    name: str  # for --only

    def __init__(self, world: World) -> None:
        """Asks the world for what it needs, and warms it up."""

    @property
    def rows(self) -> Sequence[Row]:
        """The same for the whole run."""

    def measure(self) -> Mapping[str, Measured]:
        """One round: a number for each row, by its key; later for what takes several rounds."""
