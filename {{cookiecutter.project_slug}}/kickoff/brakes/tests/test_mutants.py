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
# What no rule minds, and why.
REASONS = {
    "only the memory of the smallest node is summed, and half of 8 GB still holds it all": """
        fleet.toml: memory_gb = 8 → memory_gb = 4
        fleet.toml: memory_gb = 8 → memory_gb = 16
    """,
    "of the database's machine only the memory is in a sum": """
        fleet.toml: cpus = 4 → cpus = 2
        fleet.toml: cpus = 4 → cpus = 8
        fleet.toml: cpus = 4 → cpus = 0
    """,
    "shorter requests leave more room": """
        fleet.toml: request_ms = 40 → request_ms = 20
    """,
    "as good: Apache's own default, or no interruption at all": """
        apache/site.conf: LimitRequestFields 50 → LimitRequestFields 100
        apache/site.conf: interrupt-timeout=10 → interrupt-timeout=0
    """,
    "the backend of direct hosts has one server for each name: none to retry": """
        haproxy/haproxy.cfg: retries 0 → retries 1
    """,
    "a limit far from what is used, in either direction": """
        mysql/server.cnf: max_connect_errors = 1000000 → max_connect_errors = 2000000
        mysql/server.cnf: open_files_limit = 32768 → open_files_limit = 16384
        mysql/server.cnf: open_files_limit = 32768 → open_files_limit = 65536
        mysql/server.cnf: table_open_cache = 2000 → table_open_cache = 4000
        mysql/server.cnf: innodb_io_capacity = 2000 → innodb_io_capacity = 4000
        systemd/web.service: LimitNOFILE=65536 → LimitNOFILE=32768
        systemd/refresher.service: LimitNOFILE=4096 → LimitNOFILE=2048
        systemd/refresher.service: LimitNOFILE=4096 → LimitNOFILE=8192
    """,
    "0 is no limit of its own: the server's counts": """
        mysql/users.sql: MAX_STATEMENT_TIME 5 → MAX_STATEMENT_TIME 0
    """,
    "half an hour and two hours are as good for a migration": """
        mysql/users.sql: MAX_STATEMENT_TIME 3600 → MAX_STATEMENT_TIME 1800
        mysql/users.sql: MAX_STATEMENT_TIME 3600 → MAX_STATEMENT_TIME 7200
    """,
    "when a timer looks first, and how the machines spread": """
        systemd/disk-watch.timer: OnBootSec=1min → OnBootSec=2min
        systemd/disk-watch.timer: RandomizedDelaySec=30s → RandomizedDelaySec=15s
        systemd/disk-watch.timer: RandomizedDelaySec=30s → RandomizedDelaySec=60s
    """,
}
SURVIVORS = {line.strip() for lines in REASONS.values() for line in lines.strip().splitlines()}


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
    print(f"{count - len(found)} of {count} changed numbers break a rule")  # noqa: T201 - for -rP
    assert count > 300
    assert {str(mutant) for mutant in found} == SURVIVORS
    assert len(found) <= 0.1 * count
