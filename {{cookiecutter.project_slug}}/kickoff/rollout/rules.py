"""Whom a flag lets in: pure functions of what the flag says and who the visitor is."""

from __future__ import annotations

import hashlib

import msgspec

SHARES = 1_000  # a percentage has one digit after its point


def share(flag: str, visitor_id: str) -> int:
    """The place of a visitor in the queue for a flag, from 0 to 999.

    The same on every machine, in every process and after every restart: nothing is remembered. Each
    flag has a queue of its own, so that it is not always the same people who try what is new.
    """
    digest = hashlib.sha256(f"{visitor_id}:{flag}".encode()).digest()
    return int.from_bytes(digest[:8]) * SHARES >> 64


class Rule(msgspec.Struct, frozen=True):
    """What a flag says. `groups` are keys; who its `users` are stands with each user."""

    pk: int
    name: str
    everyone: bool | None
    shares: int
    superusers: bool
    staff: bool
    authenticated: bool
    groups: tuple[int, ...]
    has_users: bool

    @property
    def for_all(self) -> bool | None:
        """The answer where it is the same for everybody; None where it depends on the visitor."""
        if self.everyone is not None:
            return self.everyone
        if self.shares >= SHARES:
            return True
        return None if self.shares or self.asks_who else False

    @property
    def asks_who(self) -> bool:
        """Whether it makes a difference who is signed in."""
        return bool(
            self.superusers or self.staff or self.authenticated or self.groups or self.has_users
        )

    def reaches(self, visitor_id: str) -> bool:
        """Whether the percentage has come to this visitor. Raising it only adds visitors."""
        return share(self.name, visitor_id) < self.shares


class Person(msgspec.Struct, frozen=True):
    """What flags need to know of a user: which of them name the user, and the user's groups."""

    visitor_id: str
    flags: tuple[int, ...]
    groups: tuple[int, ...]

    def is_named_by(self, rule: Rule) -> bool:
        return rule.pk in self.flags or not set(rule.groups).isdisjoint(self.groups)
