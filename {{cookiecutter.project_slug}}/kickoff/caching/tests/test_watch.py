"""Watches against the direction of a foreign key, and on some fields only."""

from __future__ import annotations

import pytest

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club, Colour, Member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def red():
    """A colour that is worn by members of two clubs, and by one without a club."""
    red = Colour.objects.create(name="red")
    for name in ("Ajax", "Bayern"):
        club = Club.objects.create(name=name)
        Member.objects.create(club=club, name="Anna", colour=red)
        Member.objects.create(club=club, name="Ben", colour=red)
    Member.objects.create(name="Chris", colour=red)
    Club.objects.create(name="Celtic")
    Mark.objects.all().delete()
    return red


def marked():
    """The names of the clubs whose colours are marked."""
    marks = Mark.objects.filter(entry=ClubReads.colours.name)
    keys = [int(arguments[1:-1]) for arguments in marks.values_list("arguments", flat=True)]
    return sorted(Club.objects.filter(pk__in=keys).values_list("name", flat=True))


def test_a_change_marks_what_refers_to_it(red):
    red.name = "crimson"
    red.save()
    assert marked() == ["Ajax", "Bayern"]


def test_a_save_that_changes_none_of_the_fields_marks_nothing(red):
    red.save()
    assert marked() == []


@pytest.mark.parametrize(("name", "expected"), [("red", []), ("pink", ["Ajax", "Bayern"])])
def test_an_update_marks_when_it_changes_a_field(red, name, expected):
    Colour.objects.filter(pk=red.pk).update(name=name)
    assert marked() == expected


def test_a_deletion_marks(red):
    red.delete()
    assert marked() == ["Ajax", "Bayern"]


def test_a_new_row_to_which_nothing_refers_marks_nothing(red):
    Colour.objects.create(name="blue")
    assert marked() == []
