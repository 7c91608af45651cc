"""What the debug toolbar shows of cached reads."""

import pytest

from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.tests.app.models import Club

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_read_is_told_with_its_source_and_where_it_was_declared(settings):
    settings.CACHING_MEMORY_S = 60.0
    club = Club.objects.create(name="Ajax")
    with observed_reads() as reads:
        Club.cached.page(club.pk)
        Club.cached.page(club.pk)
    assert [read.source for read in reads] == [Source.BUILT, Source.MEMORY]
    assert [read.is_hit for read in reads] == [False, True]
    assert reads[0].entry == "cachingtests.Club.page"
    assert reads[0].arguments == (club.pk,)
    assert "entries.py:" in reads[0].declared_at


def test_a_read_from_the_store_tells_its_bytes_and_age(settings):
    settings.CACHING_MEMORY_S = -1.0
    club = Club.objects.create(name="Ajax")
    Club.cached.page(club.pk)
    with observed_reads() as reads:
        Club.cached.page(club.pk)
    [read] = reads
    assert read.source is Source.STORE
    assert read.size_bytes > 10
    assert 0 <= read.age_s < 10


def test_outside_nobody_listens():
    with observed_reads() as reads:
        pass
    Club.cached.index()
    assert reads == []
