"""The machines, as deploy/fleet.toml has them. A site that has no such file lacks this part."""

from __future__ import annotations

from dataclasses import dataclass, field

from kickoff.brakes.parts.base import Part
from kickoff.brakes.values import NotFoundError, Size, Value

Table = dict[str, Value[object]]


@dataclass
class Fleet(Part):
    tables: dict[str, Table] = field(default_factory=dict)

    def rows(self, kind: str) -> list[Table]:
        """The tables of an array, such as `nodes`: each has a name and an address."""
        self.require()
        rows = [row for name, row in self.tables.items() if name.startswith(f"{kind}.")]
        if not rows:
            raise NotFoundError(f"{self.place}: there are no [[{kind}]].")
        for number, row in enumerate(rows, start=1):
            if missing := {"name", "address"} - row.keys():
                place = f"{self.place}: [[{kind}]] number {number}"
                raise NotFoundError(f"{place} has no {', '.join(sorted(missing))}.")
        return rows

    def number(self, table: str, key: str) -> Value[float]:
        self.require()
        return self._number(self.tables.get(table, {}), f"[{table}]", key)

    def texts(self, table: str, key: str) -> Value[list[str]]:
        self.require()
        found = self.tables.get(table, {}).get(key)
        if found is None or not isinstance(found.value, list):
            raise NotFoundError(f"{self.place}: [{table}] has no list {key}.")
        return Value(found.name, [str(item) for item in found.value], found.where)

    def text(self, table: str, key: str) -> Value[str]:
        self.require()
        found = self.tables.get(table, {}).get(key)
        if found is None:
            raise NotFoundError(f"{self.place}: [{table}] has no {key}.")
        return Value(found.name, str(found.value), found.where)

    def _number(self, row: Table, title: str, key: str) -> Value[float]:
        found = row.get(key)
        if found is None or not isinstance(found.value, (int, float)):
            raise NotFoundError(f"{self.place}: {title} has no number {key}.")
        return Value(found.name, float(found.value), found.where)

    def _of_nodes(self, key: str) -> list[Value[float]]:
        """Of all nodes, the smallest first: they share their files, so it sets what all can do."""
        numbers = [self._number(row, "[[nodes]]", key) for row in self.rows("nodes")]
        return sorted(numbers, key=lambda number: number.value)

    @property
    def node_count(self) -> Value[int]:
        return Value("nodes", len(self.rows("nodes")), self.place)

    @property
    def cpus(self) -> Value[int]:
        """Of the smallest node."""
        return self._of_nodes("cpus")[0].map(int)

    @property
    def most_cpus(self) -> Value[int]:
        """Of the largest node."""
        return self._of_nodes("cpus")[-1].map(int)

    @property
    def node_memory_bytes(self) -> Value[Size]:
        return self._of_nodes("memory_gb")[0].map(_from_gib)

    @property
    def database_memory_bytes(self) -> Value[Size]:
        return self.number("database", "memory_gb").map(_from_gib)

    @property
    def database_is_shared(self) -> bool:
        """Whether a node or a memcached has the database's address."""
        address = self.text("database", "address").value
        return address in [*self.addresses("nodes"), *self.addresses("memcached")]

    def addresses(self, kind: str) -> list[str]:
        return [str(row["address"].value) for row in self.rows(kind)]

    def memcached_bytes_of_a_node(self) -> float:
        """The memory that the nodes lend to memcached: the most that one of them lends."""
        nodes, lent = self.addresses("nodes"), 0.0
        for row in self.rows("memcached"):
            if str(row["address"].value) in nodes:
                lent = max(lent, self._number(row, "[[memcached]]", "memory_mb").value * 2**20)
        return lent

    @property
    def place(self) -> str:
        return ", ".join(file.name for file in self.reading.files) or "fleet.toml"


def _from_gib(gibibytes: float) -> Size:
    return Size(gibibytes * 2**30)
