"""deploy/fleet.toml as typed values: which machines there are, and what is expected of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from ipaddress import IPv4Network, ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class FleetError(ValueError):
    """fleet.toml says something that cannot be; the message says where and what could."""


@dataclass(frozen=True)
class Site:
    name: str  # of the database, its users, the units and the folders
    domain: str
    folder: str  # releases lie below it
    direct_networks: tuple[str, ...]  # may use web1.<domain> …
    private_network: str  # all machines lie in it; the accounts of the database are for it
    peak_requests_per_s: int  # to Python, in the worst minute


@dataclass(frozen=True)
class Application:
    threads: int  # in each daemon process
    process_mb: int  # resident memory of one daemon process after an hour of load
    request_ms: int  # how long a request holds its slot, on average
    pool_size: int  # connections to the database in each daemon process


@dataclass(frozen=True)
class Node:
    name: str
    address: str
    cpus: int
    memory_gb: int
    weight: int = 100  # its share of requests; a canary gets less


@dataclass(frozen=True)
class Machine:
    """One that has a single task: the database."""

    address: str
    cpus: int
    memory_gb: int


@dataclass(frozen=True)
class MemcachedServer:
    name: str
    address: str
    memory_mb: int  # for values; a node that lends its address lends this memory, too


@dataclass(frozen=True)
class LoadBalancer:
    address: str
    cpus: int  # that it has to itself; 1 where it shares them


@dataclass(frozen=True)
class Fleet:
    site: Site
    application: Application
    load_balancer: LoadBalancer
    database: Machine
    nodes: tuple[Node, ...]
    memcached: tuple[MemcachedServer, ...]
    refreshers: tuple[str, ...]  # the nodes on which one runs; the second is the standby

    def memcached_on(self, address: str) -> list[MemcachedServer]:
        return self._memcached_at.get(address, [])

    @cached_property
    def _memcached_at(self) -> dict[str, list[MemcachedServer]]:
        """Each node asks, and `capacity` tries fleets with thousands of both."""
        found: dict[str, list[MemcachedServer]] = {}
        for server in self.memcached:
            found.setdefault(server.address, []).append(server)
        return found


def read_fleet(path: Path) -> Fleet:
    """The fleet of this file. FleetError when it is missing or says what cannot be."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FleetError(f"{path} is not there. It names the machines of the fleet.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FleetError(f"{path} is no TOML: {error}") from error
    try:
        return fleet_from(found)
    except FleetError as error:
        raise FleetError(f"{path}: {error}") from error


def fleet_from(found: Mapping[str, Any]) -> Fleet:
    """The fleet of such a document; FleetError names the table and the key that are wrong."""
    refreshers = found.get("refreshers")
    if not isinstance(refreshers, list) or not refreshers:
        raise FleetError('refreshers is missing. Add the nodes: refreshers = ["web1", "web2"]')
    fleet = Fleet(
        site=_record(Site, found, "site"),
        application=_record(Application, found, "application"),
        load_balancer=_record(LoadBalancer, found, "load_balancer"),
        database=_record(Machine, found, "database"),
        nodes=tuple(_records(Node, found, "nodes")),
        memcached=tuple(_records(MemcachedServer, found, "memcached")),
        refreshers=tuple(str(name) for name in refreshers),
    )
    _check(fleet)
    return fleet


def _records(kind: type[T], found: Mapping[str, Any], table: str) -> list[T]:
    rows = found.get(table)
    if not isinstance(rows, list) or not rows:
        raise FleetError(f"[[{table}]] is missing: at least one is needed")
    return [_made(kind, row, f"[[{table}]] number {n}") for n, row in enumerate(rows, start=1)]


def _record(kind: type[T], found: Mapping[str, Any], table: str) -> T:
    if not isinstance(found.get(table), dict):
        raise FleetError(f"the table [{table}] is missing")
    return _made(kind, found[table], f"[{table}]")


def _made(kind: type[T], row: Any, place: str) -> T:
    """The record of a table, when each key is there, known, and of its type."""
    if not isinstance(row, dict):
        raise FleetError(f"{place} is no table")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for key in row:
        if key not in known:
            raise FleetError(f"{place} has {key}, which means nothing. Known: {', '.join(known)}")
    values = {}
    for name, field in known.items():
        if name in row:
            values[name] = _value(row[name], str(field.type), f"{place} {name}")
        elif name != "weight":
            raise FleetError(f"{place} has no {name}")
    return kind(**values)


def _value(value: Any, wanted: str, place: str) -> Any:
    if wanted == "int":
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise FleetError(f"{place} is {value!r}, not a whole number from 1")
        return value
    if wanted == "str":
        if not isinstance(value, str) or not value or "\n" in value:
            raise FleetError(f"{place} is {value!r}, not a text of one line")
        return value
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise FleetError(f"{place} is {value!r}, not a list of texts")
    return tuple(value)


def _check(fleet: Fleet) -> None:
    """What must hold between the tables."""
    for network in (*fleet.site.direct_networks, fleet.site.private_network):
        _check_network(network)
    addresses = [fleet.load_balancer.address, fleet.database.address]
    addresses += [node.address for node in fleet.nodes]
    addresses += [server.address for server in fleet.memcached]
    for address in addresses:
        _check_address(address, fleet.site.private_network)
    for group in (fleet.nodes, fleet.memcached):
        for what in ("name", "address"):
            values = [getattr(machine, what) for machine in group]
            for value in sorted({v for v in values if values.count(v) > 1}):
                raise FleetError(f"two machines have the {what} {value}")
    nodes = [node.name for node in fleet.nodes]
    for name in fleet.refreshers:
        if name not in nodes:
            raise FleetError(f"refreshers names {name}, which is no node: {', '.join(nodes)}")
    if fleet.load_balancer.cpus > 64:  # HAProxy's most threads
        raise FleetError(f"[load_balancer] cpus is {fleet.load_balancer.cpus}, more than 64")
    for node in fleet.nodes:
        if node.weight > 256:  # HAProxy's largest
            raise FleetError(f"[[nodes]] {node.name} weight is {node.weight}, more than 256")


def _check_address(address: str, network: str) -> None:
    """An address, not a name: with skip_name_resolve nobody looks names up."""
    try:
        is_inside = ip_address(address) in ip_network(network)
    except ValueError as error:
        raise FleetError(f"{address} is no IP address") from error
    if not is_inside:
        raise FleetError(f"{address} is not in the private_network {network}")


def _check_network(network: str) -> None:
    try:
        parsed = IPv4Network(network)  # MySQL's accounts know a mask for these only
    except ValueError as error:
        raise FleetError(f"{network} is no network such as 10.0.0.0/24: {error}") from error
    if parsed.prefixlen == 0:
        raise FleetError(f"{network} is everybody: name the networks of your own")
