"""A number that is changed in a tuned file does not go unnoticed."""

from __future__ import annotations

from pathlib import Path

from kickoff.brakes.registry import run
from kickoff.brakes.results import Result, Status
from kickoff.brakes.tests.mutants import Mutant, mutants
from kickoff.brakes.tests.sound import Site

FILES = (
    "fleet.toml",
    "apache/site.conf",
    "haproxy/haproxy.cfg",
    "mysql/server.cnf",
    "mysql/users.sql",
    "memcached/memcached.conf",
    "memcached/memcached-cache2.conf",
    "systemd/web.service",
    "systemd/refresher.service",
    "systemd/disk-watch.service",
    "systemd/disk-watch.timer",
)
SURVIVORS: dict[str, str] = {}


def held(results: list[Result]) -> set[str]:
    return {result.rule.id for result in results if result.status is Status.OK}


def broken(results: list[Result]) -> set[str]:
    bad = (Status.ERROR, Status.WARNING)
    return {result.rule.id for result in results if result.status in bad}


def survivors(site: Site, folder: Path, files: tuple[str, ...]) -> tuple[list[Mutant], int]:
    """The mutants that break no rule which held before, and how many there were in all."""
    before, found, count = held(run(site.read(folder))), list[Mutant](), 0
    for file in files:
        for mutant in mutants(file, site.files[file]):
            count += 1
            changed = site.changed()
            changed.files[file] = mutant.apply(site.files[file])
            if not before & broken(run(changed.read(folder))):
                found.append(mutant)
    return found, count


def test_nine_of_ten_changed_numbers_break_a_rule(sound, tmp_path):
    found, count = survivors(sound, tmp_path, FILES)
    assert count > 300
    assert {str(mutant) for mutant in found} == set(SURVIVORS)
    assert len(found) <= 0.1 * count
