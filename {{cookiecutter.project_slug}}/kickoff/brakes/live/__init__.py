"""Asking the running servers: what they say takes the place of what their files say."""

from __future__ import annotations

from collections.abc import Callable

from kickoff.brakes.answers import Live, SilentError
from kickoff.brakes.configuration import Configuration
from kickoff.brakes.live import apache, haproxy, memcached, mysql
from kickoff.brakes.registry import failure
from kickoff.brakes.values import Value


def ask(site: Configuration, haproxy_socket: str, server_status: str) -> Configuration:
    """The same site as its servers see it. Who does not answer is noted, nothing is raised."""
    live = Live()
    questions: dict[str, Callable[[], list[Value[object]]]] = {
        "mysql": lambda: mysql.ask(site),
        "memcached": lambda: memcached.ask(site),
        "haproxy": lambda: haproxy.ask(site, haproxy_socket),
        "apache": lambda: apache.ask(site, server_status),
    }
    for name, question in questions.items():
        try:
            live.answers[name] = question()
        except SilentError as error:
            live.silent[name] = str(error)
        except Exception as error:
            live.silent[name] = failure(error)
    site.live = live
    return site
