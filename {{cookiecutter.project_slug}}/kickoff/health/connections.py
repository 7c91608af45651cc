"""Connections to the databases that give up soon, for a thread that only takes a look."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

# By vendor, the options that bound a wait in seconds. mysqlclient knows no bound by default.
TIMEOUTS = {
    "mysql": ("connect_timeout", "read_timeout", "write_timeout"),
    "sqlite": ("timeout",),
}


@contextmanager
def bounded_connections(timeout_s: float) -> Iterator[None]:
    """In this thread `connections` are new ones with these time-outs; at the end they are closed.

    They come from no pool: a full pool is not a database that is away.
    """
    usual = {alias: connections[alias] for alias in connections}
    try:
        for alias in usual:
            connections[alias] = _bounded(alias, timeout_s)
        yield
    finally:
        connections.close_all()
        for alias, connection in usual.items():
            connections[alias] = connection


def _bounded(alias: str, timeout_s: float) -> BaseDatabaseWrapper:
    settings: dict[str, Any] = deepcopy(connections.settings[alias])
    wrapper = load_backend(settings["ENGINE"]).DatabaseWrapper
    limits = dict.fromkeys(TIMEOUTS.get(wrapper.vendor, ()), math.ceil(timeout_s))
    settings["OPTIONS"] = {**settings["OPTIONS"], **limits}
    settings["OPTIONS"].pop("pool", None)
    connection: BaseDatabaseWrapper = wrapper(settings, alias)
    return connection
