"""Every way of changing rows through the ORM, and what it does to marks."""

from __future__ import annotations

import pytest
from django.db import NotSupportedError

from kickoff.caching.auditor import audited
from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Badge, Club, Colour, Member
from kickoff.caching.tests.marking.marked import pages_marked


def bulk_update_names(clubs):
    members = list(Member.objects.all())
    for member in members:
        member.name += "!"
    Member.objects.bulk_update(members, ["name"])


def save_moved(clubs):
    anna = Member.objects.get(name="Anna")
    anna.club = clubs["Bayern"]
    anna.save()


def save_moved_with_update_fields(clubs):
    anna = Member.objects.get(name="Anna")
    anna.club = clubs["Bayern"]
    anna.save(update_fields=["club"])


def save_moved_without_reading_it(clubs):
    key = Member.objects.get(name="Anna").pk
    Member(pk=key, club=clubs["Bayern"], name="Anna").save()


def save_renamed_with_update_fields(clubs):
    anna = Member.objects.get(name="Anna")
    anna.name, anna.club = "Ann", clubs["Bayern"]  # who does not get there
    anna.save(update_fields=["name"])


def save_badge_with_update_fields(clubs):
    badge = Badge.objects.get()
    badge.title = "Treasurer"
    badge.save(update_fields=["title"])


def save_deferred(clubs):
    member = Member.objects.only("name").get(name="Anna")
    member.name = "Ann"
    member.save()


WAYS = {
    "save of a new row": (
        lambda c: Member(club=c["Bayern"], name="Dora").save(),
        {"Bayern"},
    ),
    "create": (lambda c: Member.objects.create(club=c["Bayern"], name="Dora"), {"Bayern"}),
    "save of a row that moves": (save_moved, {"Ajax", "Bayern"}),
    "save with update_fields": (save_moved_with_update_fields, {"Ajax", "Bayern"}),
    "save with update_fields of a row that stays": (save_renamed_with_update_fields, {"Ajax"}),
    "save with update_fields two steps away": (save_badge_with_update_fields, {"Ajax"}),
    "save of a row that was not read": (save_moved_without_reading_it, {"Ajax", "Bayern"}),
    "save of a deferred row": (save_deferred, {"Ajax"}),
    "get_or_create": (
        lambda c: Member.objects.get_or_create(club=c["Bayern"], name="Dora"),
        {"Bayern"},
    ),
    "get_or_create of what is there": (
        lambda c: Member.objects.get_or_create(club=c["Ajax"], name="Anna"),
        set(),
    ),
    "update_or_create": (
        lambda c: Member.objects.update_or_create(name="Anna", defaults={"club": c["Bayern"]}),
        {"Ajax", "Bayern"},
    ),
    "bulk_create": (
        lambda c: Member.objects.bulk_create([Member(club=c["Bayern"], name="Dora")]),
        {"Bayern"},
    ),
    "bulk_update": (bulk_update_names, {"Ajax", "Bayern"}),
    "update": (lambda c: Member.objects.filter(name="Cleo").update(name="Clio"), {"Bayern"}),
    "update that moves": (
        lambda c: Member.objects.filter(name="Anna").update(club=c["Bayern"]),
        {"Ajax", "Bayern"},
    ),
    "update of nothing": (lambda c: Member.objects.filter(name="Zoe").update(name="Zo"), set()),
    "delete of an object": (lambda c: Member.objects.get(name="Cleo").delete(), {"Bayern"}),
    "delete of a queryset": (lambda c: Member.objects.filter(name="Ben").delete(), {"Ajax"}),
    "a change two steps away": (
        lambda c: Badge.objects.update(title="Treasurer"),
        {"Ajax"},
    ),
    "a cascade": (lambda c: Member.objects.filter(name="Anna").delete(), {"Ajax"}),
    "reverse add in bulk": (
        lambda c: c["Bayern"].members.add(Member.objects.get(name="Anna")),
        {"Ajax", "Bayern"},
    ),
    "reverse create": (lambda c: c["Bayern"].members.create(name="Dora"), {"Bayern"}),
    "reverse clear": (lambda c: c["Ajax"].members.clear(), {"Ajax"}),
    "reverse set": (
        lambda c: c["Bayern"].members.set(Member.objects.filter(name="Anna")),
        {"Ajax", "Bayern"},
    ),
    "many-to-many add": (
        lambda c: c["Ajax"].colours.add(Colour.objects.create(name="red")),
        {"Ajax"},
    ),
    "many-to-many add from the other end": (
        lambda c: Colour.objects.create(name="red").clubs.add(c["Ajax"]),
        {"Ajax"},
    ),
    "many-to-many set": (
        lambda c: c["Ajax"].colours.set([Colour.objects.create(name="red")]),
        {"Ajax"},
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_it_changes_is_marked(clubs, way):
    change, expected = WAYS[way]
    with audited():
        change(clubs)
    assert pages_marked() == expected


def test_set_null_marks_the_page_of_the_club_that_goes(clubs):
    key = clubs["Ajax"].pk
    with audited():
        clubs["Ajax"].delete()
    assert f"[{key}]" in pages_marked()
    assert Member.objects.filter(club=None).count() == 2


def test_deleting_many_rows_marks_them_in_one_go(clubs, django_assert_max_num_queries):
    members = [Member(club=clubs["Ajax"], name=f"Member {number}") for number in range(200)]
    Member.objects.bulk_create(members)
    with django_assert_max_num_queries(25):
        Member.objects.filter(name__startswith="Member").delete()


def test_saving_fields_that_lead_nowhere_looks_at_the_row_once(anna, django_assert_num_queries):
    """UPDATE, where the paths lead, the mark."""
    anna.name = "Ann"
    with django_assert_num_queries(3):
        anna.save(update_fields=["name"])


def test_an_entry_without_arguments_has_one_key(clubs):
    Club.objects.create(name="Celtic")
    assert set(
        Mark.objects.filter(entry="cachingtests.Club.index").values_list("arguments", flat=True)
    ) == {"[]"}


def test_what_cannot_be_marked_is_refused(clubs):
    with pytest.raises(NotSupportedError, match="update_conflicts"):
        Club.objects.bulk_create(
            [Club(name="Ajax")],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["name"],
        )
