"""What a page costs that everybody has seen already."""

import pytest
from django.db import connection

from kickoff.caching.reading import reader
from kickoff.caching.tests.app.models import Club


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("remembers", [True, False], ids=["from memory", "from the store"])
def test_a_hot_read_opens_no_connection_to_the_database(remembers):
    club = Club.objects.create(name="Dinamo")
    Club.cached.page(club.pk)
    if not remembers:
        reader.memory.forget()
    connection.close()

    assert Club.cached.page(club.pk).name == "Dinamo"
    assert connection.connection is None
