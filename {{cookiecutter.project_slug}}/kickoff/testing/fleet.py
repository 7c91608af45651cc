"""Fleets for tests, on the addresses of this machine: the example, larger ones, the project's."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from kickoff.tuning.fleet import Fleet, fleet_from, read_fleet

EXAMPLE = Path(__file__).parent / "fleet.toml"


def example_table() -> dict[str, Any]:
    """The fleet that Kickoff ships, parsed: 3 nodes × 4 CPUs × 8 GB."""
    return tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


def example_fleet() -> Fleet:
    return fleet_from(example_table())


def own_fleet() -> Fleet:
    """That of the project; of the template, which has no names yet, with those of the example."""
    own, site = read_fleet(deploy_folder() / "fleet.toml"), example_fleet().site
    if "{{" not in own.site.name:
        return own
    named = replace(own.site, name=site.name, domain=site.domain, folder=site.folder)
    return replace(own, site=named)


def deploy_folder() -> Path:
    return Path(__file__).parents[2] / "deploy"


def fleet_of(nodes: int, cpus: int, memory_gb: int) -> Fleet:
    """The example with so many nodes of this size, and a database of the same size."""
    table = example_table()
    table["nodes"] = [
        {"name": f"web{n}", "address": f"10.0.0.{10 + n}", "cpus": cpus, "memory_gb": memory_gb}
        for n in range(1, nodes + 1)
    ]
    table["database"] |= {"cpus": cpus, "memory_gb": memory_gb}
    table["load_balancer"]["cpus"] = cpus
    table["site"]["peak_requests_per_s"] = (nodes - 1) * cpus * 50
    return fleet_from(table)


def on_this_machine(fleet: Fleet) -> Fleet:
    """The same with 127.0.0.11 for 10.0.0.11 and so on: Linux answers on all of 127."""
    moved: Fleet = _moved(fleet)
    return moved


def _moved(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"^10\.(\d+\.\d+\.\d+)", r"127.\1", value)
    if isinstance(value, tuple):
        return tuple(_moved(item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        fields = {name: _moved(getattr(value, name)) for name in value.__dataclass_fields__}
        return type(value)(**fields)
    return value
