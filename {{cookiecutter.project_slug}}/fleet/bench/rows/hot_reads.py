"""Reading a hot page: from the store against a bare get, from memory against a dict."""

from __future__ import annotations

from collections.abc import Mapping

from fleet.bench.requirements import AtMost, Shown
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World


class HotReads:
    name = "hot_reads"
    rows = (
        Row(
            "page_from_store",
            "`League.cached.page` from the store, of a league that the process does not know, "
            "against a bare pymemcache get and decoding of the same bytes",
            "×",
            AtMost(1.5),
        ),
        Row(
            "expired_page",
            "the same when the process knows the page, from more than CACHING_MEMORY_S ago",
            "×",
            Shown(),
        ),
        Row(
            "first_page",
            "the same with an empty memory, as the first read of a process: five gets",
            "×",
            Shown(),
        ),
        Row(
            "entry_from_store",
            "the same with an entry that is not derived, `League.cached.roster`",
            "×",
            Shown(),
        ),
        Row("page_from_memory", "`League.cached.page` from process memory", "µs", AtMost(5)),
        Row("page_from_memory_to_dict", "the same against a dict lookup", "×", Shown()),
    )

    def __init__(self, world: World) -> None:
        self._reads = world.plan.reads
        self._probe = world.live.probe("hot_reads")

    def measure(self) -> Mapping[str, Measured]:
        store = self._probe.ask("from_store", self._reads)
        memory = self._probe.ask("from_memory", self._reads)
        return {
            "page_from_store": Measured(store["page µs"] / store["bare page µs"], store),
            "expired_page": Measured(store["expired page µs"] / store["bare page µs"]),
            "first_page": Measured(store["first page µs"] / store["bare page µs"]),
            "entry_from_store": Measured(store["roster µs"] / store["bare roster µs"]),
            "page_from_memory": Measured(memory["page µs"]),
            "page_from_memory_to_dict": Measured(memory["page µs"] / memory["dict µs"], memory),
        }
