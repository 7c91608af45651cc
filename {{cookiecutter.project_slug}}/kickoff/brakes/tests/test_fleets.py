"""The tuned files of three fleets have their brakes on."""

from __future__ import annotations

import pytest

from kickoff.brakes.registry import run
from kickoff.brakes.results import Status
from kickoff.brakes.tests.conftest import FLEETS

# Rules about what the tuned files do without, each with the word that says so.
IDLE = {
    "C05b": "MPM is event",
    "C15": "no node",  # the release is not on the machine of the tests
    "C42": "server-status",
    "C56b": "log_bin",
}


@pytest.mark.parametrize("fleet", FLEETS)
def test_the_tuned_files_of_a_fleet_have_their_brakes_on(sites, fleet, tmp_path):
    results = run(sites[fleet].read(tmp_path))
    bad = {
        result.rule.id: (result.status.value, result.expected, result.found)
        for result in results
        if result.status is not Status.OK and result.rule.id not in IDLE
    }
    assert bad == {}
    for result in results:
        if result.rule.id in IDLE:
            assert result.status is Status.IDLE
            assert IDLE[result.rule.id] in result.expected


@pytest.mark.parametrize("fleet", FLEETS)
def test_so_has_the_prefork_variant(sites, fleet, tmp_path):
    site = sites[fleet].read(tmp_path, apache="apache/prefork.conf")
    assert site.apache.is_embedded
    assert [result for result in run(site) if result.status is Status.ERROR] == []


def test_the_limits_of_the_other_variant_would_not_do(sound, tmp_path):
    """Memory for 4 processes with Python, of 20."""
    swapped = sound.changed()
    swapped.files["systemd/web-prefork.service"] = swapped.files["systemd/web.service"]
    site = swapped.read(tmp_path, apache="apache/prefork.conf")
    assert [result.rule.id for result in run(site) if result.status is Status.ERROR] == ["C94"]
