"""The whole fleet on this machine, from the files of deploy/, in a folder of its own.

    with running_fleet(FleetSettings(leagues=20)) as fleet:
        fleet.nodes[0].freeze()
        fleet.manage("drain", node=fleet.nodes[1])

When the block ends, all its processes and files are gone.
"""

from fleet.up.errors import FleetError
from fleet.up.running import FleetSettings, RunningFleet, running_fleet

__all__ = ["FleetError", "FleetSettings", "RunningFleet", "running_fleet"]
