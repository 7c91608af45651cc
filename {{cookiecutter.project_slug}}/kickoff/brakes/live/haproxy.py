"""What HAProxy tells over its stats socket: limits, weights, and which nodes are up."""

from __future__ import annotations

import csv
import io
import socket

from kickoff.brakes.answers import SilentError
from kickoff.brakes.configuration import Configuration
from kickoff.brakes.values import NotFoundError, Value

LIMIT_S = 2.0


def ask(site: Configuration, path: str) -> list[Value[object]]:
    path = path or _socket_of(site)
    where = f"{path} (running)"
    rows = csv.DictReader(io.StringIO(_answer(path, "show stat").lstrip("# ")))
    found = list[Value[object]]()
    for row in rows:
        name = row["svname"]
        if name in ("FRONTEND", "BACKEND"):
            continue
        place = (row["pxname"], name)
        limit = Value(f"{name} maxconn", row["slim"] or "0", where)
        found += _differences(site, place, limit)
        site.haproxy.overrides[place] = {"maxconn": limit}
        site.haproxy.states[place] = Value(f"{row['pxname']}/{name}", row["status"], where)
    return found


def _differences(
    site: Configuration, place: tuple[str, str], limit: Value[str]
) -> list[Value[object]]:
    section = site.haproxy.named(place[0])
    for server in site.haproxy.servers(section) if section else []:
        if server.name == place[1] and server.text("maxconn").value != limit.value:
            return [server.text("maxconn"), limit]
    return []


def _socket_of(site: Configuration) -> str:
    try:
        return site.haproxy.overall("stats", "socket").value
    except NotFoundError as error:
        raise SilentError(f"{error} --haproxy-socket PATH names it.") from error


def _answer(path: str, command: str) -> str:
    received = b""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(LIMIT_S)
            connection.connect(path)
            connection.sendall(command.encode() + b"\n")
            while part := connection.recv(65_536):
                received += part
    except OSError as error:
        raise SilentError(f"HAProxy did not answer at {path}: {error}") from error
    return received.decode()
