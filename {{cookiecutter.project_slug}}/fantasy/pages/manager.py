"""What only its manager sees of a fantasy team."""

from __future__ import annotations

import msgspec


class OwnLeague(msgspec.Struct, frozen=True):
    """A league, with its invitation code for its owner; others have an empty one."""

    pk: int
    name: str
    competition_id: int
    invite_code: str


class OwnTeam(msgspec.Struct, frozen=True):
    """One of a user's fantasy teams."""

    pk: int
    name: str
    league: OwnLeague
