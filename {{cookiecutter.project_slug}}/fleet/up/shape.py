"""The project's own fleet.toml, on the addresses of this machine and small enough for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fleet.up.errors import FleetError
from kickoff.testing.fleet import deploy_folder, own_fleet
from kickoff.tuning.files import tuned_files
from kickoff.tuning.fleet import Fleet, read_fleet
from kickoff.tuning.fleet import FleetError as FleetFileError

DOMAIN = "localhost"  # Browsers find it, and web1.localhost, without asking anybody.
NETWORK = "127.0.0.0/8"  # Linux answers on all of it.
CPUS = 2  # 2 daemon processes for each node: one of them can die.
MEMORY_GB = 1
MEMCACHED_MB = 64
MOST_NODES = 100


def local_fleet() -> Fleet:
    """The nodes at 127.0.0.2, 127.0.0.3 …, the other machines behind them.

    What shares an address in fleet.toml does so here. FleetError when it cannot be read.
    """
    try:
        fleet = own_fleet()
    except FleetFileError as error:
        raise FleetError(str(error)) from error
    if len(fleet.nodes) > MOST_NODES:
        raise FleetError(f"{len(fleet.nodes)} nodes are too many for one machine.")
    at = _addresses(fleet)
    site = replace(fleet.site, domain=DOMAIN, direct_networks=(NETWORK,), private_network=NETWORK)
    return replace(
        fleet,
        site=site,
        load_balancer=replace(fleet.load_balancer, address=at(fleet.load_balancer.address), cpus=1),
        database=replace(
            fleet.database,
            address=at(fleet.database.address),
            cpus=CPUS,
            memory_gb=MEMORY_GB,
        ),
        nodes=tuple(
            replace(node, address=at(node.address), cpus=CPUS, memory_gb=MEMORY_GB)
            for node in fleet.nodes
        ),
        memcached=tuple(
            replace(server, address=at(server.address), memory_mb=MEMCACHED_MB)
            for server in fleet.memcached
        ),
    )


def changed_by_hand() -> list[str]:
    """The files of deploy/ that are not what fleet.toml makes of them: the fleet has the latter."""
    folder = deploy_folder()
    if "{{" in (folder / "fleet.toml").read_text(encoding="utf-8"):
        return []  # The template: its names are not known yet.
    files = tuned_files(read_fleet(folder / "fleet.toml"))
    return [file.name for file in files if file.difference(folder)]


def _addresses(fleet: Fleet) -> Callable[[str], str]:
    known = [node.address for node in fleet.nodes]
    known += [fleet.load_balancer.address, fleet.database.address]
    known += [server.address for server in fleet.memcached]
    order = {address: number for number, address in enumerate(dict.fromkeys(known))}
    return lambda address: f"127.0.0.{2 + order[address]}"
