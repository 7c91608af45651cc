"""The running servers: they were started with these files, and all of them are there."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import NotFoundError

SERVERS = {
    "L01": ("mysql", "The database", "SHOW GLOBAL VARIABLES"),
    "L02": ("memcached", "Every memcached", "stats settings"),
    "L03": ("haproxy", "HAProxy", "show stat"),
    "L04": ("apache", "Apache", "its processes, or server-status"),
}


def _register(id: str, server: str, title: str, question: str) -> None:
    @rule(
        id,
        ERROR,
        f"{title} runs with what its file says",
        reads=question,
        why="A file that was changed without a restart, or a value that was set by hand: the next "
        "restart brings another site.",
        mend="Restart it with the file, or write what runs into the file.",
        is_live=True,
    )
    def runs_as_written(site: Configuration) -> Outcome:
        found = site.running.differences(server)
        return expect(not found, "the same values", *found)


for _id, _about in SERVERS.items():
    _register(_id, *_about)


@rule(
    "L05",
    WARNING,
    "All nodes are up",
    reads="show stat of HAProxy",
    why="There is none to spare when the next one fails.",
    mend="`manage.py undrain` on the node, or see why its probe fails.",
    is_live=True,
)
def all_nodes_are_up(site: Configuration) -> Outcome:
    site.running.differences("haproxy")  # it has answered
    name = site.haproxy.backend.name
    states = [state for (backend, _), state in site.haproxy.states.items() if backend == name]
    if not states:
        raise NotFoundError(f"HAProxy has no backend {name}.")
    down = [state for state in states if not state.value.startswith(("UP", "no check"))]
    return expect(not down, "UP", *(down or states))
