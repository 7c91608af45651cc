"""The fleet of fleet.toml on the addresses of this machine."""

from dataclasses import replace

from fleet.up import shape
from kickoff.testing.fleet import EXAMPLE, example_fleet, fleet_of
from kickoff.tuning.files import tuned_files


def test_three_nodes_with_what_stands_beside_them():
    found = shape.local_fleet()
    assert [(node.name, node.address) for node in found.nodes] == [
        ("web1", "127.0.0.2"),
        ("web2", "127.0.0.3"),
        ("web3", "127.0.0.4"),
    ]
    assert (found.load_balancer.address, found.load_balancer.cpus) == ("127.0.0.5", 1)
    assert found.database.address == "127.0.0.6"
    assert [server.address for server in found.memcached] == ["127.0.0.2", "127.0.0.3"]


def test_more_nodes_and_the_weight_of_a_canary(monkeypatch):
    fleet = fleet_of(nodes=5, cpus=8, memory_gb=32)
    *others, canary = fleet.nodes
    fleet = replace(fleet, nodes=(*others, replace(canary, weight=10)))
    monkeypatch.setattr(shape, "own_fleet", lambda: fleet)

    found = shape.local_fleet()
    assert [node.address for node in found.nodes] == [f"127.0.0.{n}" for n in range(2, 7)]
    assert [node.weight for node in found.nodes] == [100, 100, 100, 100, 10]
    assert {node.cpus for node in found.nodes} == {2}


def test_files_changed_by_hand_are_named(monkeypatch, tmp_path):
    (tmp_path / "fleet.toml").write_text(EXAMPLE.read_text())
    for file in tuned_files(example_fleet()):
        file.write(tmp_path)
    monkeypatch.setattr(shape, "deploy_folder", lambda: tmp_path)
    assert shape.changed_by_hand() == []

    path = tmp_path / "haproxy" / "haproxy.cfg"
    path.write_text(path.read_text().replace("retries 2", "retries 9"))
    assert shape.changed_by_hand() == ["haproxy/haproxy.cfg"]
