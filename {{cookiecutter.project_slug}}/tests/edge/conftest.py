"""The site behind Apache, and HAProxy in front of it, with the files of deploy/: once for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kickoff.testing.fleet import fleet_of, on_this_machine
from kickoff.testing.haproxy import HAProxyProcess, running_haproxy
from kickoff.testing.site import SiteProcess, running_site
from tests.edge.doors import Door

SETTINGS = "tests.edge.site.settings"


@pytest.fixture(scope="session")
def site() -> Iterator[SiteProcess]:
    """One node with two processes × five threads."""
    fleet = on_this_machine(fleet_of(2, 2, 4))
    with running_site(
        replace(fleet, nodes=fleet.nodes[:1], refreshers=("web1",)), SETTINGS
    ) as node:
        yield node


@pytest.fixture(scope="session")
def haproxy(site) -> Iterator[HAProxyProcess]:
    with running_haproxy(site.fleet, {"web1": site.port}) as balancer:
        yield balancer


@pytest.fixture(params=["haproxy", "apache"])
def door(request) -> Door:
    """HAProxy as visitors meet it; Apache as HAProxy meets it, and whoever gets past that."""
    found: Door = request.getfixturevalue(f"{request.param}_door")
    return found


@pytest.fixture(scope="session")
def haproxy_door(haproxy) -> Door:
    return Door.of_haproxy(haproxy)


@pytest.fixture(scope="session")
def apache_door(site) -> Door:
    return Door.of_apache(site)
