"""With replicas, builders and the refresher still read the primary."""

from __future__ import annotations

import pytest
from django.db import router

from kickoff.caching.entries import Entry
from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Club

PRIMARY = "kickoff.caching.routing.BuildersReadThePrimary"


class ReplicasForReaders:
    """As a project with replicas has it: reads go to one of them."""

    def db_for_read(self, model, **hints):
        return "replica"

    def db_for_write(self, model, **hints):
        return "default"


@pytest.fixture(autouse=True)
def _replicas(settings):
    settings.DATABASE_ROUTERS = [PRIMARY, f"{__name__}.ReplicasForReaders"]


def where_clubs_are_read() -> str:
    return Club.objects.all().db


def test_a_builder_reads_the_primary():
    assert Entry(where_clubs_are_read, stale_when={}).build() == "default"


def test_others_read_where_the_project_wants():
    assert where_clubs_are_read() == "replica"


def test_marks_are_read_where_they_are_written():
    assert router.db_for_read(Mark) == "default"
