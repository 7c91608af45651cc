"""`manage.py mark`: marks by hand, and what it refuses because nothing would come of it."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club

pytestmark = pytest.mark.django_db


def marked():
    return list(Mark.objects.values_list("entry", "arguments"))


def refused(*words, **options):
    """What it says, in one line and with exit code 1. Nothing is marked."""
    with pytest.raises(CommandError) as error:
        call_command("mark", *words, **options)
    assert error.value.returncode == 1
    assert marked() == []
    return str(error.value)


class TestOneKey:
    def test_is_marked(self, capsys):
        call_command("mark", "cachingtests.Club.page", "7")
        assert marked() == [("cachingtests.Club.page", "[7]")]
        assert capsys.readouterr().out == "cachingtests.Club.page: 1 marked\n"

    def test_of_an_entry_without_arguments_is_marked(self):
        call_command("mark", "cachingtests.Club.index")
        assert marked() == [("cachingtests.Club.index", "[]")]

    def test_a_text_of_digits_stays_a_text_where_the_builder_takes_one(self, monkeypatch):
        monkeypatch.setattr(ClubReads.page, "argument_types", (str,))
        call_command("mark", "cachingtests.Club.page", "7")
        assert marked() == [("cachingtests.Club.page", '["7"]')]

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ([], "missing a required argument: 'club_id'"),
            (["7", "8"], "too many positional arguments"),
            (["ajax"], "cachingtests.Club.page takes int, not 'ajax'"),
        ],
    )
    def test_that_no_reader_asks_for_is_refused(self, arguments, says):
        assert says in refused("cachingtests.Club.page", *arguments)


class TestAllKeys:
    def test_are_marked_where_the_entry_lists_them(self, capsys):
        clubs = Club.objects.bulk_create([Club(name="Ajax"), Club(name="Bayern")])
        Mark.objects.all().delete()
        call_command("mark", "cachingtests.Club.page", all=True)
        keys = [f"[{club.pk}]" for club in Club.objects.filter(pk__in=[c.pk for c in clubs])]
        assert marked() == [("cachingtests.Club.page", key) for key in sorted(keys)]

    def test_of_an_entry_that_does_not_the_error_says_what_to_declare(self):
        assert re.fullmatch(
            r"cachingtests\.Club\.colours does not list its keys\. Name the arguments of one, or "
            r"declare all where the entry is made \(.*app/entries\.py:\d+\): "
            r"keys=lambda: \[\(1,\), \(2,\)\]\.",
            refused("cachingtests.Club.colours", all=True),
        )


def test_an_unknown_entry_is_named_with_those_that_there_are():
    said = refused("nothing")
    assert said.startswith("There is no entry nothing. There are: ")
    assert "cachingtests.Club.page" in said


@pytest.mark.parametrize("options", [{}, {"all": True}])
def test_an_entry_that_is_made_from_others_needs_no_mark(options):
    assert refused("cachingtests.Club.html", **options) == (
        "cachingtests.Club.html changes with the entries it is made from: mark those, such as "
        "cachingtests.Club.page."
    )
