"""All drills, in the order in which they are done."""

from __future__ import annotations

from fleet.drills.catalogue import (
    caches,
    database,
    deploys,
    nodes,
    overload,
    refreshers,
    strangers,
    surroundings,
)
from fleet.drills.drill import Drill

DRILLS: list[Drill] = [
    *nodes.DRILLS,
    *database.DRILLS,
    *caches.DRILLS,
    *refreshers.DRILLS,
    *deploys.DRILLS,
    *overload.DRILLS,
    *strangers.DRILLS,
    *surroundings.DRILLS,
]
