"""A real fleet, measured for a moment and checked with one page: `pytest -m drill`."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from statistics import median

import pytest
from django.core.management import call_command

from fleet.capacity import checking, costs, measuring, meter, sampling, world
from fleet.capacity.check_pages import path
from fleet.capacity.checking import Load, check
from fleet.capacity.costs import measure_cost
from fleet.capacity.load import Request, send
from fleet.capacity.page import page
from fleet.capacity.world import measured_world

pytestmark = pytest.mark.drill

KINDS = ("league", "menu", "line-up saved")  # a public page, a private one, a change
WAITS_MS = 400  # so long that cores are not what runs out, even on a busy machine


@pytest.fixture(scope="module")
def _short():
    """A second or two for each load. Others may use the machine: what is asserted bears that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "LEAGUES", 2)
        patch.setattr(measuring, "LOOK_S", 1)
        patch.setattr(costs, "SECONDS", 2)
        patch.setattr(sampling, "OTHERS_MAY", 1.0)
        patch.setattr(checking, "ROUNDS", 1)
        patch.setattr(checking, "SECONDS", 2)
        patch.setattr(checking, "SETTLE_S", 1)
        patch.setattr(meter, "IDLE_S", 2)
        patch.setattr(checking, "COUNTS", (1, 2))
        patch.setattr(checking, "_loads", one_load)
        yield


def one_load(world, say):
    """A page that waits: slots run out, and of those each node has its own."""
    requests = [Request(path(WAITS_MS, 0))]
    return [Load("waits", requests, measure_cost(world, requests, world.host))]


@pytest.fixture(scope="module")
def whole_world(_short):
    if os.environ.get("CI") != "true":  # there its absence must not go unseen
        pytest.importorskip("MySQLdb")
    with measured_world(lambda text: None) as running:
        yield running


@pytest.fixture(scope="module")
def found(whole_world):
    kinds = [kind for kind in whole_world.kinds if kind.name in KINDS]
    shared = [replace(kind, share=1 / len(KINDS)) for kind in kinds]
    return check(replace(whole_world, kinds=shared), lambda text: None)


def test_every_kind_of_the_mix_is_answered(whole_world):
    requests = [kind.requests[0] for kind in whole_world.kinds]
    port = whole_world.fleet.haproxy.port
    answers = send(port, whole_world.host, requests, clients=1, seconds=1)  # else FleetError
    assert answers.requests > len(requests)


def test_each_cost_lies_where_the_work_is_done(found):
    league, menu, saved = found.times.pages
    assert [league.name, menu.name, saved.name] == list(KINDS)
    assert league.from_cache.cpu_ms["balancer"] > 0
    assert 0 < league.from_cache.cpu_ms["web"] < league.from_python.cpu_ms["web"] / 2
    assert menu.from_python.cpu_ms["web"] > 0
    assert saved.from_python.cpu_ms["web"] > 0
    assert (menu.from_cache, saved.from_cache) == (None, None)
    assert saved.from_python.cpu_ms["database"] > 10 * menu.from_python.cpu_ms["database"]
    assert saved.from_python.cpu_ms["refresher"] > 0


def test_the_command_reads_what_was_measured(found, tmp_path, capsys):
    file = tmp_path / "service_times.json"
    file.write_text(json.dumps(found.times.document()))
    call_command("capacity", "--users", "100000", "--think", "10", "--times", str(file), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["times"]["machine"]["CPU"] == found.times.machine["CPU"]
    assert 9_000 < told["requests_per_s"] < 10_000
    assert told["needed"]["nodes"] >= 2


def test_twice_as_many_nodes_carry_twice_as_many_as_predicted(found):
    one, two = found.rows
    assert (one.nodes, two.nodes) == (1, 2)
    assert (one.limits.first, two.limits.first) == ("slots", "slots")
    assert [row.ratio for row in found.rows] == pytest.approx([1, 1], abs=checking.ALLOWED)
    assert found.missed == []
    assert median(two.measured) / median(one.measured) == pytest.approx(2, rel=0.25)
    assert "| waits | 2 | slots |" in page(found)
