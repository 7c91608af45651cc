"""The peers of the site: the same page made in other ways, each mounted in the node's Apache.

What lies here runs in processes of Apache and knows the site, as the probes do.
"""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass

# In the release of the node.
BUILDS = "bench-builds"
REDIS_SOCKET = "redis.sock"


@dataclass(frozen=True)
class Mount:
    """A script of this folder, at a path of the node, in a group of daemon processes."""

    path: str
    script: str
    group: str


# ORM caches change Django itself: each has processes of its own.
BARE = Mount("/bare", "bare_wsgi.py", "bench")
VIEWS = Mount("/bench", "django_wsgi.py", "bench")
CACHALOT = Mount("/cachalot", "cachalot_wsgi.py", "bench-cachalot")
CACHEOPS = Mount("/cacheops", "cacheops_wsgi.py", "bench-cacheops")


def mounts() -> list[Mount]:
    """Those that can be."""
    found = [BARE, VIEWS]
    found += [] if without_cachalot() else [CACHALOT]
    found += [] if without_cacheops() else [CACHEOPS]
    return found


def without_cachalot() -> str:
    """What is missing; empty when nothing is."""
    return "" if _is_installed("cachalot") else "django-cachalot is not installed"


def without_cacheops() -> str:
    """What is missing; empty when nothing is."""
    if not _is_installed("cacheops"):
        return "django-cacheops is not installed"
    return "" if shutil.which("redis-server") else "Redis is not installed"


def _is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
