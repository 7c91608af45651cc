"""Two clubs, and no marks."""

import pytest
from django.db import transaction

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Badge, Club


@pytest.fixture
def ajax():
    """Ajax with Anna, who wears a badge. No marks."""
    club = Club.objects.create(name="Ajax")
    Badge.objects.create(member=club.members.create(name="Anna"), title="Captain")
    Mark.objects.all().delete()
    return club


@pytest.fixture
def bayern(ajax):
    club = Club.objects.create(name="Bayern")
    club.members.create(name="Cleo")
    Mark.objects.all().delete()
    return club


@pytest.fixture
def autocommit_off(ajax):
    transaction.set_autocommit(False)
    yield
    transaction.rollback()
    transaction.set_autocommit(True)
