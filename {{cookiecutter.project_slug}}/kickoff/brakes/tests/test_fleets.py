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
    "C58d": "max_statement_time",
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


def test_the_prefork_variant_holds_together_but_for_its_memory(sound, tmp_path):
    site = sound.read(tmp_path)
    prefork = sound.changed()
    prefork.files["apache/site.conf"] = prefork.files["apache/prefork.conf"]
    results = run(prefork.read(tmp_path))
    assert not site.apache.is_embedded
    assert [r.rule.id for r in results if r.status is Status.ERROR] == ["C94"]
