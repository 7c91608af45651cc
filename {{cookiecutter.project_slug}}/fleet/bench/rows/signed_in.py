"""A hot page for somebody who is signed in."""

from __future__ import annotations

from collections.abc import Mapping

from fleet.bench.requirements import Exactly
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World


class SignedIn:
    name = "signed_in"
    rows = (
        Row(
            "signed_in_queries",
            "a hot league page and its menu, signed in: queries",
            "",
            Exactly(0),
        ),
    )

    def __init__(self, world: World) -> None:
        world.collect_static()
        self._probe = world.live.probe("signed_in")

    def measure(self) -> Mapping[str, Measured]:
        seen = self._probe.ask("look")
        return {"signed_in_queries": Measured(seen["queries"], {"both ms": seen["ms"]})}
