"""Damaged files and strange settings are results: no traceback, and no rule that gives up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kickoff.brakes.parts.base import Part
from kickoff.brakes.parts.settings import Settings
from kickoff.brakes.places import (
    read_apache,
    read_fleet,
    read_haproxy,
    read_memcached_servers,
    read_mysql,
    read_units,
)
from kickoff.brakes.registry import FAILED, RULES, apply, run
from kickoff.brakes.report import as_document
from kickoff.brakes.results import Status
from kickoff.brakes.tests.test_mutants import FILES

# By the first word of a file's name: what it is a part of, and how that is read from where.
PARTS: dict[str, tuple[str, Callable[[Path], Part], str]] = {
    "apache": ("apache", read_apache, "apache/site.conf"),
    "fleet.toml": ("fleet", read_fleet, "fleet.toml"),
    "haproxy": ("haproxy", read_haproxy, "haproxy/haproxy.cfg"),
    "memcached": ("memcached", read_memcached_servers, "memcached"),
    "mysql": ("mysql", read_mysql, "mysql/server.cnf"),
    "systemd": ("units", read_units, "systemd"),
}
ODD: tuple[Any, ...] = (None, "", "odd", -1, [], {})  # in place of any setting


def damaged(text: str) -> Iterator[str]:
    """The text with all lines of one name cut off: behind the first word, the second, …"""
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] not in "#-<["]
    names = {line.split()[0] for line in lines}
    for name in sorted(names):
        for kept in (0, 1, 2):
            yield "\n".join(
                " ".join(line.split()[:kept]) if line.split()[:1] == [name] else line
                for line in text.splitlines()
            )


@pytest.mark.parametrize("file", FILES)
def test_a_line_that_is_cut_off_is_a_result(sound, tmp_path, file):
    site = sound.read(tmp_path)
    part, read, place = PARTS[file.partition("/")[0]]
    for text in damaged(sound.files[file]):
        (tmp_path / "deploy" / file).write_text(text)
        changed = replace(site, **{part: read(tmp_path / "deploy" / place)})
        results = run(changed)
        json.dumps(as_document(changed, results))
        assert [r for r in results if r.expected.startswith(FAILED)] == []


def test_a_line_of_haproxy_that_lacks_a_word_is_named(sound, tmp_path):
    site = sound.changed()
    site.files["haproxy/haproxy.cfg"] += "backend rest\n    server web9\n"
    result = apply(RULES["B02"], site.read(tmp_path))
    assert result.status is Status.ERROR
    assert "server web9: the rest of the line is missing" in result.found[0]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all settings, and of all that is in them."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))


def test_a_strange_setting_is_a_result(sound, tmp_path):
    site = sound.read(tmp_path)
    for path in leaves(sound.settings):
        for odd in ODD:
            values = sound.changed().settings
            *outer, last = path
            place = values
            for key in outer:
                place = place[key]
            place[last] = odd
            strange = replace(site, settings=Settings(values=values))
            results = run(strange)
            json.dumps(as_document(strange, results))
            assert len(results) > 100


def test_a_rule_that_fails_says_so_and_the_others_go_on(sound, tmp_path):
    def fails(site):
        raise ZeroDivisionError("of all things")

    broken = replace(RULES["C03"], check=fails)
    first, second = run(sound.read(tmp_path), [broken, RULES["C04"]])
    assert first.status is Status.UNKNOWN
    assert first.expected == f"{FAILED}: ZeroDivisionError: of all things"
    assert second.status is Status.OK


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ("", True),
        ("http-check expect status 200-399", True),
        ("http-check expect status 200,204", True),
        ("http-check expect status 404", False),
        ("http-check expect status 100-199", False),
        ("http-check expect status many", False),
    ],
)
def test_the_statuses_of_a_probe_are_read_as_haproxy_reads_them(sound, tmp_path, expected, holds):
    site = sound.changed()
    text = site.files["haproxy/haproxy.cfg"].replace("http-check expect status 200", expected)
    site.files["haproxy/haproxy.cfg"] = text
    assert (apply(RULES["C33c"], site.read(tmp_path)).status is Status.OK) == holds


def test_a_pattern_that_only_apache_understands_is_passed_over(sound, tmp_path):
    site = sound.changed()
    line = '<VirtualHost *:80>\nRewriteRule "^/(?i)old" - [R=301,L]\n</VirtualHost>\n'
    site.files["apache/site.conf"] += line
    assert apply(RULES["C33c"], site.read(tmp_path)).status is Status.OK
