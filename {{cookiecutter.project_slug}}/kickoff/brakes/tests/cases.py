"""What breaks a rule: changes to the sound site, and what the rule needs to apply at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kickoff.brakes.tests.sound import Change, Setting, Text

APACHE = "apache/site.conf"
HAPROXY = "haproxy/haproxy.cfg"
MYSQL = "mysql/server.cnf"
USERS = "mysql/users.sql"
MEMCACHED = "memcached/memcached.conf"
WEB = "systemd/web.service"
REFRESHER = "systemd/refresher.service"
FLEET = "fleet.toml"
OPTIONS = "DATABASES.default.OPTIONS"
POOL = f"{OPTIONS}.pool"


@dataclass(frozen=True)
class Case:
    """With `given` the rule holds; with `broken` on top of it, it does not."""

    rule: str
    broken: Sequence[Change]
    given: Sequence[Change] = ()


def apache(rule: str, old: str, new: str) -> Case:
    return Case(rule, [Text(APACHE, old, new)])


def haproxy(rule: str, old: str, new: str) -> Case:
    return Case(rule, [Text(HAPROXY, old, new)])


def mysql(rule: str, old: str, new: str) -> Case:
    return Case(rule, [Text(MYSQL, old, new)])


def memcached(rule: str, old: str, new: str) -> Case:
    return Case(rule, [Text(MEMCACHED, old, new)])


def setting(rule: str, path: str, value: object) -> Case:
    return Case(rule, [Setting(path, value)])
