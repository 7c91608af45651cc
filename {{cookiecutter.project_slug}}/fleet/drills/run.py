"""A whole run: the fleet, the drills on it, and what is written about them."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from fleet.bench.machine import describe
from fleet.drills.drill import Drill, Result
from fleet.drills.report import Report
from fleet.drills.scene import Lengths
from fleet.drills.stage import stage
from fleet.target import RefusedError, host_of, is_loopback
from fleet.up import FleetSettings, RunningFleet, running_fleet
from kickoff.testing.processes import program

Say = Callable[[str], None]


def run(drills: Sequence[Drill], lengths: Lengths, command: str, say: Say) -> Report:
    """Raises FleetError when there is no fleet to do them on, RefusedError when it is not here."""
    started = time.monotonic()
    results: list[Result] = []
    with running_fleet(FleetSettings(leagues=lengths.leagues, speed=None), say) as fleet:
        refuse_elsewhere(fleet)
        with stage(fleet, lengths, say) as site:
            for drill in drills:
                say(f"{drill.name}: {drill.breaks}")
                results.append(site.perform(drill))
                say(f"{drill.name}: {results[-1].verdict.value}")
        machine, shape = {**describe(), **_versions(fleet)}, _shape(fleet)
    return Report(results, machine, command, time.monotonic() - started, shape)


def refuse_elsewhere(fleet: RunningFleet) -> None:
    """What is broken here is this fleet's own, on loopback. RefusedError for any other address."""
    addresses = [host_of(fleet.url), *(node.address for node in fleet.nodes)]
    addresses += [fleet.mariadb.host, *(cache.host for cache in fleet.memcacheds)]
    for address in addresses:
        if not is_loopback(address):
            raise RefusedError(f"Drills break what they use, and {address} is not this machine.")


def write(report: Report, folder: Path) -> None:
    """drills.json and docs/drills.md."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    document = json.dumps(report.document(), indent=2, ensure_ascii=False)
    (folder / "drills.json").write_text(f"{document}\n", encoding="utf-8")
    (folder / "docs" / "drills.md").write_text(report.markdown(), encoding="utf-8")


def _versions(fleet: RunningFleet) -> dict[str, str]:
    asked = {
        "HAProxy": [fleet.haproxy.command()[0], "-v"],
        "Apache": [program("apache2", "httpd", package="apache2"), "-v"],
        "MariaDB": [fleet.mariadb.command()[0], "--version"],
        "memcached": [fleet.memcacheds[0].command()[0], "--version"],
    }
    return {name: _first_number(command) for name, command in asked.items()}


def _first_number(command: Sequence[str]) -> str:
    """The version, in what a server says about itself."""
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else "unknown"


def _shape(fleet: RunningFleet) -> str:
    processes = len(fleet.nodes[0].daemon_pids)
    nodes, caches, refreshers = len(fleet.nodes), len(fleet.memcacheds), len(fleet.refreshers)
    return (
        f"The fleet: HAProxy, {nodes} nodes of Apache with {processes} daemon processes each, "
        f"MariaDB, {caches} memcached, {refreshers} refreshers, all on one machine, from the "
        "files in `deploy/`."
    )
