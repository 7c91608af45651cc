"""The settings that each memcached of CACHES tells."""

from __future__ import annotations

import socket

from kickoff.brakes.answers import SilentError, differences
from kickoff.brakes.configuration import Configuration
from kickoff.brakes.values import DoesNotApplyError, Value

LIMIT_S = 2.0
MIB = 2**20
# The names of `stats settings`, and the options that set them.
LETTERS = {
    "maxconns": "-c",
    "udpport": "-U",
    "item_size_max": "-I",
    "num_threads": "-t",
    "tcp_backlog": "-b",
}


def ask(site: Configuration) -> list[Value[object]]:
    try:
        servers = site.settings.memcached_servers
    except DoesNotApplyError as error:
        raise SilentError(f"{error} Run brakes where CACHE_URL names the servers.") from error
    if not servers:
        raise SilentError(f"{site.settings.module}: the LOCATION of CACHES names no memcached.")
    running = [options_of(server) for server in servers]
    written = [site.memcached.options, *site.memcached.others]
    found = list[Value[object]]()
    # Several servers may be told by one file.
    for place, options in enumerate(running):
        found += differences(written[min(place, len(written) - 1)], options)
    site.memcached.absent = ""
    site.memcached.options, *site.memcached.others = running
    return found


def options_of(server: str) -> dict[str, Value[str]]:
    """The options that a running server has, by their letters."""
    where = f"memcached at {server} (running)"
    lines = (line.split(maxsplit=2) for line in _answer(server).splitlines())
    stats = {words[1]: words[2] for words in lines if len(words) == 3 and words[0] == "STAT"}
    if not stats:
        raise SilentError(f"{server} gave no settings.")
    found = {
        letter: Value(letter, stats[name], where)
        for name, letter in LETTERS.items()
        if name in stats
    }
    found["-m"] = Value("-m", str(int(stats["maxbytes"]) // MIB), where)
    address = stats.get("inter", "NULL")
    found["-l"] = Value("-l", "every address" if address == "NULL" else address, where)
    found["-p"] = Value("-p", stats.get("tcpport", "11211"), where)
    return found


def _answer(server: str) -> str:
    received = b""
    try:
        with _connected(server) as connection:
            connection.sendall(b"stats settings\r\n")
            while not received.endswith((b"END\r\n", b"ERROR\r\n")):
                part = connection.recv(65_536)
                if not part:
                    break
                received += part
    except OSError as error:
        raise SilentError(f"memcached at {server} did not answer: {error}") from error
    return received.decode()


def _connected(server: str) -> socket.socket:
    if not server.startswith("unix:"):
        host, _, port = server.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=LIMIT_S)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(LIMIT_S)
    connection.connect(server.removeprefix("unix:"))
    return connection
