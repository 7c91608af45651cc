"""The processes beside the fleet: the visitors, and the probes that know the site."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from fleet.bench.processes import Child, Probe
from fleet.drills.visitors.flood import FloodPlan

ANSWER_LIMIT_S = 60.0


class DrillProbe(Probe):
    """See fleet/drills/probes/: the module of that name."""

    def __init__(self, role: str, environment: Mapping[str, str], log: Path) -> None:
        Child.__init__(self, ["-m", "fleet.drills.probes", role], environment, log)


class VisitorsProcess(Probe):
    """Visits by a plan until it is ended."""

    def __init__(self, plan: Path, log: Path) -> None:
        Child.__init__(self, ["-m", "fleet.drills.visitors", str(plan)], _bare(), log)

    def waiting_since(self) -> float:
        """When the oldest request began that has no answer yet; now, when all have."""
        return float(self.ask("waiting since", limit_s=ANSWER_LIMIT_S))


class FloodProcess(Probe):
    """See fleet/drills/visitors/flood.py: its answer comes at the end."""

    def __init__(self, plan: FloodPlan, folder: Path) -> None:
        path = folder / "flood.json"
        path.write_bytes(msgspec.json.encode(plan))
        command = ["-m", "fleet.drills.visitors.flood", str(path)]
        Child.__init__(self, command, _bare(), folder / "flood.log")


def _bare() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def probe_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """That of manage.py on the fleet, without the file that this project has."""
    return {
        **environment,
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "NODE_NAME": "drills",
    }
