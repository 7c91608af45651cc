"""The command: what it prints, and what it refuses."""

from __future__ import annotations

import json
import shutil
import tomllib

import pytest
from django.core.management import CommandError, call_command

from kickoff.testing.fleet import EXAMPLE, example_fleet
from kickoff.tuning.capacity.plan import plan
from kickoff.tuning.capacity.resources import Peak
from kickoff.tuning.capacity.times import TimesError, read_times
from kickoff.tuning.capacity.toml import lines_to_write
from kickoff.tuning.fleet import fleet_from
from kickoff.tuning.tests.capacity_times import PRIVATE, times


@pytest.fixture
def project(tmp_path, settings):
    """A project with the fleet of the example and service times of this machine."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(EXAMPLE, tmp_path / "deploy" / "fleet.toml")
    settings.BASE_DIR = tmp_path
    write(tmp_path, times().document())
    return tmp_path


def write(project, document):
    (project / "service_times.json").write_text(json.dumps(document))


def refusal(*arguments):
    with pytest.raises(CommandError) as refused:
        call_command("capacity", *arguments)
    return str(refused.value)


PEAK = ("--users", "1001", "--think", "10")


class TestText:
    def test_it_shows_where_the_numbers_come_from_and_the_sums(self, project, capsys):
        call_command("capacity", *PEAK)
        shown = capsys.readouterr().out

        assert "cores, Python 3.13.0, on 2026-01-31: service_times.json\n" in shown
        assert "  X = N / (Z + R) = 1,001 / (10 + 0.0100) = 100.0 requests/s\n" in shown
        assert "  100.0/s of them reach Python" in shown
        (cpus,) = (line for line in shown.splitlines() if line.startswith("CPUs of the nodes"))
        assert cpus.split("  ")[0] == "CPUs of the nodes"
        assert "100/s × 4.000 ms" in cpus
        assert "2 nodes × 4 CPUs × 50%" in cpus
        assert "First to run out: CPUs of the nodes, at 10,010 users.\n" in shown

    def test_what_is_over_already(self, project, capsys):
        call_command("capacity", "--users", "20020", "--think", "10")
        shown = capsys.readouterr().out
        assert "at 10,010 users (over already).\n" in shown
        assert '[[nodes]]\nname = "web4"\naddress = "10.0.0.14"\n' in shown

    def test_nothing_to_write(self, project, capsys):
        document = times().document()
        document["pages"][0]["from_python"]["response_ms"] = 40
        write(project, document)
        call_command("capacity", "--users", "4016", "--think", "10")  # 400/s of 40 ms, 3 nodes
        assert capsys.readouterr().out.endswith("deploy/fleet.toml says so already.\n")


class TestDocument:
    def test_for_programs(self, project, capsys):
        call_command("capacity", *PEAK, "--json")
        found = json.loads(capsys.readouterr().out)

        assert found["requests_per_s"] == 100
        assert found["first_to_run_out"] == "CPUs of the nodes"
        assert found["needed"] == {
            "nodes": 2,
            "node_memory_mb": 4 * 200 + 4 * 30 + 9 + 1024 + 200,
            "memcached": 2,
            "memcached_mb": 2048,
            "database_cpus": 4,
            "database_connections": 100,  # 40 + 20 + 4 + 12 + 5 + 2 + 10 = 93
            "memcached_connections": 1024,
            "refresher_shards": 1,
        }
        (cpus,) = (row for row in found["resources"] if row["name"] == "CPUs of the nodes")
        assert (cpus["busy"], cpus["may"], cpus["lasts_to_users"]) == (0.4, 4, 10_010)


@pytest.mark.parametrize("users", [1, 30_000, 300_000])
def test_the_lines_make_fleet_toml_the_planned_fleet(users):
    before = example_fleet()
    after = plan(before, times(PRIVATE), Peak(users, 10)).fleet
    written = tomllib.loads("\n".join(lines_to_write(before, after)))
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for name in ("site", "application", "database"):
        table[name] |= written.get(name, {})
    for name in ("nodes", "memcached"):
        wanted = {machine.name for machine in getattr(after, name)}
        table[name] = [row for row in table[name] if row["name"] in wanted]
        table[name] += written.get(name, [])
    table["site"]["private_network"] = "10.0.0.0/16"

    made = fleet_from(table)

    assert made.nodes == after.nodes
    assert made.memcached == after.memcached
    assert made.application == after.application
    assert made.site.peak_requests_per_s == after.site.peak_requests_per_s
    assert made.database == after.database


def test_what_is_not_needed_is_said():
    before = example_fleet()
    after = plan(before, times(PRIVATE), Peak(1, 10)).fleet
    assert "# Not needed in [[nodes]]: web3" in lines_to_write(before, after)


class TestRefusals:
    @pytest.mark.parametrize("users", ["0", "-5", "10000000001"])
    def test_of_users(self, project, users):
        said = refusal("--users", users, "--think", "10")
        assert said == f"--users {users} is not a number from 1 to 10,000,000,000."

    @pytest.mark.parametrize("think", ["-1", "nan", "inf", "86401"])
    def test_of_a_think_time(self, project, think):
        said = refusal("--users", "10", f"--think={think}")
        assert said == f"--think {think} is not a time from 0 to 86,400 s."

    def test_of_a_word_in_place_of_a_number(self, project):
        assert "invalid int value: 'many'" in refusal("--users", "many", "--think", "10")

    def test_without_a_fleet(self, project):
        path = project / "deploy" / "fleet.toml"
        path.unlink()
        assert refusal(*PEAK) == f"{path} is not there. It names the machines of the fleet."

    def test_when_nothing_was_measured(self, project):
        path = project / "service_times.json"
        path.unlink()
        assert refusal(*PEAK) == (
            f"{path} is not there: nothing was measured. docs/scaling.md says how to measure."
        )

    def test_of_times_of_another_machine(self, project):
        document = times().document()
        here, cores = document["machine"]["CPU"], document["machine"]["cores"]
        document["machine"] |= {"CPU": "Z80", "cores": "1"}
        write(project, document)
        path = project / "service_times.json"
        assert refusal(*PEAK) == (
            f"{path} was measured on another machine: Z80, 1 cores, and this is {here}, "
            f"{cores} cores. Measure here, or say that you mean it: --times {path}"
        )

    def test_of_a_peak_that_no_fleet_carries(self, project):
        assert refusal("--users", "1000000000", "--think", "1") == (
            "10,000 memcached servers would not be enough for this peak. It takes several fleets: "
            "docs/scaling.md."
        )

    def test_unless_they_are_meant(self, project, capsys):
        document = times().document()
        document["machine"] |= {"CPU": "Z80", "cores": "1"}
        write(project, document)
        call_command("capacity", *PEAK, "--times", str(project / "service_times.json"))
        assert capsys.readouterr().out.startswith("Measured on Z80, 1 cores, Python 3.13.0")


class TestBrokenTimes:
    @pytest.fixture
    def document(self):
        return json.loads(json.dumps(times().document()))

    def refusal(self, tmp_path, document):
        path = tmp_path / "service_times.json"
        path.write_text(json.dumps(document))
        with pytest.raises(TimesError) as refused:
            read_times(path)
        return str(refused.value).removeprefix(f"{path}: ")

    def test_no_json(self, tmp_path):
        path = tmp_path / "service_times.json"
        path.write_text("{")
        with pytest.raises(TimesError, match=f"^{path} cannot be read: "):
            read_times(path)

    def test_a_list(self, tmp_path):
        assert self.refusal(tmp_path, []) == "pages is missing. Measure again."

    def test_no_pages(self, tmp_path, document):
        document["pages"] = []
        assert self.refusal(tmp_path, document) == "it has no pages. Measure again."

    def test_shares_that_do_not_make_one(self, tmp_path, document):
        document["pages"][0]["share"] = 0.9
        said = "the shares of its pages make 0.9, not 1. Measure again."
        assert self.refusal(tmp_path, document) == said

    def test_no_machine(self, tmp_path, document):
        del document["machine"]["CPU"]
        said = "it does not say on which machine: CPU and cores. Measure again."
        assert self.refusal(tmp_path, document) == said

    @pytest.mark.parametrize("value", [-1, "5", None, True, float("inf")])
    def test_what_is_no_time(self, tmp_path, document, value):
        document["pages"][0]["from_python"]["cpu_ms"]["web"] = value
        said = f"web is {value!r}, not a number from 0. Measure again."
        assert self.refusal(tmp_path, document) == said

    def test_an_answer_that_takes_no_time(self, tmp_path, document):
        document["pages"][0]["from_python"]["response_ms"] = 0
        assert self.refusal(tmp_path, document) == "a response_ms is 0. Measure again."

    def test_a_public_page_without_addresses(self, tmp_path, document):
        document["pages"][0] |= {
            "addresses": 0,
            "from_cache": times().document()["pages"][0]["from_python"],
        }
        assert self.refusal(tmp_path, document) == "private has no addresses. Measure again."

    def test_what_is_written_is_read_again(self, tmp_path):
        path = tmp_path / "service_times.json"
        path.write_text(json.dumps(times(PRIVATE).document()))
        assert read_times(path) == times(PRIVATE)
