"""Those who are no visitors: slow clients, those who never read, probes with a foreign Host."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import HTTPException

from fleet.drills.drill import Drill
from fleet.drills.promises import NO_ERROR, FactAtLeast, FactAtMost, NoSpike
from fleet.drills.scene import Scene
from kickoff.testing.http import ask

SLOW_OF_EACH = 60  # more than all slots of three nodes with two CPUs
BYTE_EVERY_S = 0.2
HEADERS = "GET / HTTP/1.1\r\nHost: {site}\r\nX-Slow: " + 4000 * "a"
FORM = (
    "POST /accounts/sign-in/ HTTP/1.1\r\nHost: {site}\r\nContent-Length: 400\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\nusername="
)
HELD = "connections held"
FOREIGN_HOSTS = ["10.0.0.99", "127.0.0.1:80", "probe.invalid", "kube-probe"]
ANSWERED, REFUSED = "probes answered", "probes not answered with 200"


def slow_clients(scene: Scene) -> None:
    """Some say nothing, some their headers byte by byte, some announce a form and send no more."""
    scene.broken()
    silent, dripping, unfinished = (
        [_connected(scene) for _ in range(SLOW_OF_EACH)] for _ in range(3)
    )
    for held in [*silent, *dripping, *unfinished]:
        scene.undo.callback(held.close)
    form = FORM.format(site=_site(scene)).encode()
    for held in unfinished:
        held.sendall(form)
    scene.facts["bytes dripped"] = _drip(scene, dripping)
    scene.facts[HELD] = 3 * SLOW_OF_EACH
    scene.mended()


def _drip(scene: Scene, connections: Sequence[socket.socket]) -> int:
    """A byte of its headers to each in turn; how many were sent."""
    head = HEADERS.format(site=_site(scene)).encode()
    until, turn, sent = time.monotonic() + scene.lengths.outage_s, 0, 0
    while time.monotonic() < until:
        byte, place = divmod(turn, len(connections))
        with suppress(OSError):  # the load balancer has had enough
            sent += connections[place].send(head[byte : byte + 1])
        turn += 1
        time.sleep(BYTE_EVERY_S / len(connections))
    return sent


def half_open(scene: Scene) -> None:
    """They ask and go away without a word, or never close their side."""
    request = f"GET /leagues/ HTTP/1.1\r\nHost: {_site(scene)}\r\n\r\n".encode()
    until = time.monotonic() + scene.lengths.outage_s
    opened: list[socket.socket] = []
    scene.broken()
    while time.monotonic() < until:
        held = scene.undo.enter_context(_connected(scene))
        held.sendall(request)
        if len(opened) % 2:
            held.shutdown(socket.SHUT_WR)  # no more to say, but the answer is never read
        opened.append(held)
        time.sleep(0.02)
    scene.facts[HELD] = len(opened)
    scene.mended()


def foreign_host(scene: Scene) -> None:
    """Another load balancer looks at the nodes, by addresses and names that are not the site's."""
    answered = refused = 0
    until = time.monotonic() + scene.lengths.outage_s
    scene.broken()
    while time.monotonic() < until:
        for node in scene.fleet.nodes:
            for host in FOREIGN_HOSTS:
                status = _probe(node.address, node.port, host)
                answered += status == 200
                refused += status != 200
        time.sleep(0.1)
    scene.facts[ANSWERED], scene.facts[REFUSED] = answered, refused
    scene.mended()


def _probe(address: str, port: int, host: str) -> int:
    try:
        return ask(port, "/readyz", host=host, address=address, timeout_s=5).status
    except (OSError, HTTPException):
        return 0


def _site(scene: Scene) -> str:
    return f"{scene.fleet.shape.site.domain}:{scene.fleet.haproxy.port}"


def _connected(scene: Scene) -> socket.socket:
    return socket.create_connection(("127.0.0.1", scene.fleet.haproxy.port), timeout=5)


def _drill(name: str, breaks: str, act: Callable[[Scene], None]) -> Drill:
    return Drill(
        name,
        breaks,
        act,
        [NO_ERROR, NoSpike(), FactAtLeast(HELD, 50, "others unaffected")],
    )


DRILLS = [
    _drill(
        "slow-clients", "slow clients: silent, dripping headers, unfinished forms", slow_clients
    ),
    _drill("half-open", "connections that ask and never read", half_open),
    Drill(
        "foreign-host",
        "probes with a foreign Host",
        foreign_host,
        [
            NO_ERROR,
            FactAtLeast(ANSWERED, 10, "they are answered"),
            FactAtMost(REFUSED, 0, "all of them"),
        ],
    ),
]
