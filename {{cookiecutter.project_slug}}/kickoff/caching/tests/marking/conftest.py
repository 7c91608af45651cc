"""Clubs with members, and no marks."""

from __future__ import annotations

import pytest

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Badge, Club, Member


@pytest.fixture
def clubs(db):
    """Two clubs: Ajax with Anna and Ben, Bayern with Cleo. Anna wears a badge. No marks."""
    ajax, bayern = Club.objects.create(name="Ajax"), Club.objects.create(name="Bayern")
    anna = Member.objects.create(club=ajax, name="Anna")
    Member.objects.create(club=ajax, name="Ben")
    Member.objects.create(club=bayern, name="Cleo")
    Badge.objects.create(member=anna, title="Captain")
    Mark.objects.all().delete()
    return {"Ajax": ajax, "Bayern": bayern}


@pytest.fixture
def anna(clubs):
    return Member.objects.get(name="Anna")
