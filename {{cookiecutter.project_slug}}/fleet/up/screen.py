"""The terminal page: what the fleet does at this moment."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fleet.up.cached_reads import CachedReads
from fleet.up.readings import DatabaseReading, Reading, read
from fleet.up.running import RunningFleet

UNKNOWN = "–"
GOOD, BAD, CALM = "green", "bold red", "dim"


class Screen:
    """Shows the difference between two readings; nothing but the addresses where no terminal is."""

    def __init__(self, fleet: RunningFleet, console: Console) -> None:
        self._fleet = fleet
        self._before = read(fleet)
        self._cached = CachedReads(fleet)
        self._live = Live(self.page(self._before), console=console, auto_refresh=False)
        self._is_live = console.is_terminal
        if not self._is_live:
            console.print(addresses(fleet))

    def __enter__(self) -> Screen:
        if self._is_live:
            self._live.start(refresh=True)
        return self

    def __exit__(self, *error: object) -> None:
        self._live.stop()

    def refresh(self) -> None:
        """Asks all servers and shows what has changed since the last time."""
        if not self._is_live:
            return
        self._cached.look()
        now = read(self._fleet)
        self._live.update(self.page(now), refresh=True)
        self._before = now

    def page(self, now: Reading) -> RenderableType:
        return Group(
            addresses(self._fleet),
            Text(),
            totals(now, self._before, self._cached.hit_ratio),
            Text(),
            nodes(self._fleet, now, self._before),
            Text(f"\nlogs and sockets: {self._fleet.folder}\nCtrl-C stops everything.", CALM),
        )


def addresses(fleet: RunningFleet) -> Text:
    """Where a browser of this machine finds it."""
    direct = "  ".join(fleet.url_of(node) for node in fleet.nodes)
    return Text.assemble((fleet.url, "bold"), f"\ndirect hosts: {direct}")


def totals(now: Reading, before: Reading, hit_ratio: float | None) -> Table:
    table = Table.grid(padding=(0, 3))
    errors = now.per_second("errors", before)
    rows: list[tuple[str, str | Text]] = [
        ("requests/s", number(now.per_second("requests", before))),
        ("errors/s (500 …)", Text(number(errors), BAD if errors else "")),
        ("visitors' connections", number(now.visitors)),
        ("hit ratio of cached reads", UNKNOWN if hit_ratio is None else f"{hit_ratio:.1%}"),
        ("gets/s from memcached", number(now.per_second("gets", before))),
        *database(now.database),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def database(found: DatabaseReading | None) -> list[tuple[str, str | Text]]:
    if found is None:
        return [("database", Text("no answer", BAD))]
    leader = Text(found.leader or "nobody", GOOD if found.leader else BAD)
    if found.leader_age_s is not None:
        leader.append(f", {found.leader_age_s:.1f} s ago", "default")
    return [
        ("refresher leads", leader),
        ("database connections", f"{found.connections} of {found.max_connections}"),
        ("marks waiting", str(found.marks_waiting)),
    ]


def nodes(fleet: RunningFleet, now: Reading, before: Reading) -> Table:
    table = Table("node", "address", "state", "answers/s", "share", "errors", box=None)
    for column in table.columns[3:]:
        column.justify = "right"
    shares = now.shares(before)
    for node in fleet.nodes:
        found, earlier = now.nodes.get(node.name), before.nodes.get(node.name)
        if found is None or earlier is None:
            continue
        speed = (found.answers - earlier.answers) / max(now.at_s - before.at_s, 0.001)
        state = Text(found.state, GOOD if found.state == "UP" else BAD)
        errors = Text(str(found.errors), BAD if found.errors > earlier.errors else "")
        table.add_row(
            node.name,
            f"{node.address}:{node.port}",
            state,
            f"{speed:.0f}",
            f"{shares.get(node.name, 0):.0%}",
            errors,
        )
    return table


def number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.0f}"
