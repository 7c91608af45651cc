"""The shipped fleet.toml, and fleets of other sizes, on the addresses of this machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings

from kickoff.tuning.fleet import Fleet, fleet_from

# What stands in place of the project's names before cookiecutter has filled them in.
_UNFILLED = re.compile(r"\{\{ cookiecutter\.(project_slug|domain_name) \}\}")
_FILLED = {"project_slug": "game_day", "domain_name": "example.com"}


def deploy_folder() -> Path:
    return Path(settings.BASE_DIR) / "deploy"


def filled(text: str) -> str:
    """A file of the template as the project has it."""
    return _UNFILLED.sub(lambda found: _FILLED[found[1]], text)


def shipped_table() -> dict[str, Any]:
    """fleet.toml, parsed."""
    return tomllib.loads(filled((deploy_folder() / "fleet.toml").read_text(encoding="utf-8")))


def shipped_fleet() -> Fleet:
    return fleet_from(shipped_table())


def fleet_of(nodes: int, cpus: int, memory_gb: int) -> Fleet:
    """The shipped fleet with so many nodes of this size, and a database of the same size."""
    table = shipped_table()
    table["nodes"] = [
        {"name": f"web{n}", "address": f"10.0.0.{10 + n}", "cpus": cpus, "memory_gb": memory_gb}
        for n in range(1, nodes + 1)
    ]
    table["database"] |= {"cpus": cpus, "memory_gb": memory_gb}
    table["site"]["peak_requests_per_s"] = (nodes - 1) * cpus * 50
    return fleet_from(table)


def on_this_machine(fleet: Fleet) -> Fleet:
    """The same with 127.0.0.11 for 10.0.0.11 and so on: Linux answers on all of 127."""
    return _moved(fleet)


def _moved(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"^10\.(\d+\.\d+\.\d+)", r"127.\1", value)
    if isinstance(value, tuple):
        return tuple(_moved(item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        fields = {name: _moved(getattr(value, name)) for name in value.__dataclass_fields__}
        return type(value)(**fields)
    return value
