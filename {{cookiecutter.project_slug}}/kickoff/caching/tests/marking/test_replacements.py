"""The badges of a member are replaced by others."""

import pytest
from django.db import NotSupportedError

from kickoff.caching.auditor import audited
from kickoff.caching.models import Mark
from kickoff.caching.replacements import replace_rows
from kickoff.caching.tests.app.models import Badge, Club, Member
from kickoff.caching.tests.marking.marked import pages_marked


@pytest.fixture
def ben():
    return Member.objects.get(name="Ben")


def badges(member, *titles):
    return [Badge(member=member, title=title) for title in titles]


def wear(member, *titles):
    replace_rows(Badge, "member", member.pk, badges(member, *titles))


def worn(member):
    return dict(Badge.objects.filter(member=member).values_list("title", "pk"))


def test_what_is_not_wanted_goes_and_what_is_missing_comes(anna):
    wear(anna, "Captain", "Keeper")
    wear(anna, "Keeper", "Treasurer")
    assert worn(anna).keys() == {"Keeper", "Treasurer"}


def test_what_stays_is_not_written(anna):
    wear(anna, "Captain", "Keeper")
    before = worn(anna)
    wear(anna, "Keeper")
    assert worn(anna) == {"Keeper": before["Keeper"]}


def test_equal_rows_that_nobody_wants_go_all_of_them(anna):
    Badge.objects.bulk_create(badges(anna, "Captain", "Captain"))
    wear(anna, "Keeper")
    assert worn(anna).keys() == {"Keeper"}


def test_rows_of_other_parents_stay(anna, ben):
    wear(ben, "Keeper")
    wear(anna, "Captain")
    assert worn(ben).keys() == {"Keeper"}


@pytest.mark.parametrize(
    ("before", "after"),
    [(["Captain"], ["Keeper"]), ([], ["Keeper"]), (["Captain"], [])],
    ids=["replaced", "inserted", "deleted"],
)
def test_it_marks(anna, before, after):
    wear(anna, *before)
    Mark.objects.all().delete()
    with audited():
        wear(anna, *after)
    assert pages_marked() == {"Ajax"}


def test_what_changes_nothing_marks_nothing(anna):
    wear(anna, "Captain")
    Mark.objects.all().delete()
    with audited():
        wear(anna, "Captain")
    assert pages_marked() == set()


def test_it_takes_five_queries(anna, django_assert_num_queries):
    """What is there, DELETE, INSERT, where the path leads, the mark."""
    wear(anna, "Captain")
    with django_assert_num_queries(5):
        wear(anna, "Keeper")


def test_a_model_to_which_others_refer_is_refused(clubs):
    with pytest.raises(NotSupportedError) as error:
        replace_rows(Member, "club", clubs["Ajax"].pk, [])
    assert str(error.value) == (
        "replace_rows does not look at what belongs to a row of cachingtests.Member and goes "
        "along with it. Use delete and bulk_create."
    )
    assert Club.objects.get(name="Ajax").members.count() == 2
