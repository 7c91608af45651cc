"""The settings of health, each with its default and its unit."""

from __future__ import annotations

import re
import tempfile
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from django.conf import settings

DEFAULTS: dict[str, float] = {
    # /healthz shows samples that are at most about so old while somebody asks.
    "HEALTH_INTERVAL_S": 5.0,
    # Nobody has asked for so long: the sampler ends, until somebody does.
    "HEALTH_IDLE_S": 60.0,
    # What takes longer counts as no answer. Clients of MySQL count in whole seconds.
    "HEALTH_PROBE_TIMEOUT_S": 1.0,
    # The refresher looks for marks ten times a second: so old ones mean that it cannot keep up, or
    # that a builder fails.
    "HEALTH_MARKS_WARN_S": 10.0,
    "HEALTH_MARKS_FAIL_S": 300.0,
    # Free space and free inodes, in percent of what there is.
    "HEALTH_DISK_WARN_PERCENT": 15.0,
    "HEALTH_DISK_FAIL_PERCENT": 5.0,
    # Below one of these a disk is as good as full, and the node is not ready.
    "HEALTH_DISK_FULL_MB": 16.0,
    "HEALTH_DISK_FULL_INODES": 100.0,
}

NODE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # it stands in a header and a file's name


def number(name: str) -> float:
    return float(getattr(settings, name, DEFAULTS[name]))


def node_name() -> str:
    return str(settings.NODE_NAME)


def release() -> str:
    return str(getattr(settings, "RELEASE", ""))


def drain_file() -> Path:
    return Path(settings.DRAIN_FILE)


def direct_hosts() -> frozenset[str]:
    return frozenset(host.lower() for host in getattr(settings, "DIRECT_HOSTS", []))


def networks() -> list[IPv4Network | IPv6Network]:
    """HEALTH_NETWORKS; ValueError for what is no network."""
    return [ip_network(text) for text in getattr(settings, "HEALTH_NETWORKS", [])]


def token() -> str:
    return str(getattr(settings, "HEALTH_TOKEN", ""))


def folders() -> list[Path]:
    """The folders whose disks are watched: the site's, the temporary one, and HEALTH_FOLDERS."""
    listed = [Path(folder) for folder in getattr(settings, "HEALTH_FOLDERS", [])]
    return list(dict.fromkeys([Path(settings.BASE_DIR), Path(tempfile.gettempdir()), *listed]))
