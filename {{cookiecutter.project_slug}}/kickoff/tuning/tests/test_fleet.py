from __future__ import annotations

import pytest

from kickoff.testing.fleet import example_table
from kickoff.tuning.fleet import FleetError, fleet_from, read_fleet


def refusal(change) -> str:
    table = example_table()
    change(table)
    with pytest.raises(FleetError) as refused:
        fleet_from(table)
    return str(refused.value)


class TestRefusals:
    def test_a_missing_table(self):
        assert refusal(lambda t: t.pop("database")) == "the table [database] is missing"

    def test_no_nodes(self):
        said = refusal(lambda t: t.update(nodes=[]))
        assert said == "[[nodes]] is missing: at least one is needed"

    def test_a_missing_key(self):
        assert refusal(lambda t: t["nodes"][1].pop("cpus")) == "[[nodes]] number 2 has no cpus"

    def test_an_unknown_key(self):
        assert refusal(lambda t: t["load_balancer"].update(cpus=65)) == (
            "[load_balancer] cpus is 65, more than 64"
        )
        assert refusal(lambda t: t["load_balancer"].update(adress="10.0.0.2")) == (
            "[load_balancer] has adress, which means nothing. Known: address, cpus"
        )

    @pytest.mark.parametrize("value", [0, -1, "5", 2.5, True])
    def test_what_is_no_count(self, value):
        said = refusal(lambda t: t["application"].update(threads=value))
        assert said == f"[application] threads is {value!r}, not a whole number from 1"

    def test_a_name_in_place_of_an_address(self):
        said = refusal(lambda t: t["database"].update(address="db.example.com"))
        assert said == "db.example.com is no IP address"

    def test_an_address_outside_the_private_network(self):
        said = refusal(lambda t: t["memcached"][0].update(address="192.0.2.1"))
        assert said == "192.0.2.1 is not in the private_network 10.0.0.0/24"

    def test_direct_hosts_for_everybody(self):
        said = refusal(lambda t: t["site"].update(direct_networks=["0.0.0.0/0"]))
        assert said == "0.0.0.0/0 is everybody: name the networks of your own"

    def test_two_nodes_with_one_name(self):
        said = refusal(lambda t: t["nodes"][1].update(name="web1"))
        assert said == "two machines have the name web1"

    def test_a_refresher_on_no_node(self):
        said = refusal(lambda t: t.update(refreshers=["web9"]))
        assert said == "refreshers names web9, which is no node: web1, web2, web3"

    def test_a_weight_that_haproxy_does_not_take(self):
        said = refusal(lambda t: t["nodes"][0].update(weight=257))
        assert said == "[[nodes]] web1 weight is 257, more than 256"


def test_a_file_that_is_not_there(tmp_path):
    path = tmp_path / "fleet.toml"
    with pytest.raises(FleetError, match=f"^{path} is not there. It names the machines"):
        read_fleet(path)


def test_a_file_that_is_no_toml_is_named(tmp_path):
    path = tmp_path / "fleet.toml"
    path.write_text("nodes = [")
    with pytest.raises(FleetError, match=f"^{path} is no TOML: "):
        read_fleet(path)
