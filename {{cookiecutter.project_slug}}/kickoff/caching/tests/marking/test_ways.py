"""Every way of changing rows through the ORM, and what it does to marks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import NotSupportedError, transaction

from kickoff.caching.auditor import UnmarkedWriteError, audited
from kickoff.caching.marks import mark
from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Badge, Club, Colour, Friend, Member, Veteran

PAGE, INDEX = "cachingtests.Club.page", "cachingtests.Club.index"


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


def pages_marked():
    """The names of the clubs whose page is marked."""
    names = {f"[{club.pk}]": club.name for club in Club.objects.all()}
    marked = Mark.objects.filter(entry=PAGE).values_list("arguments", flat=True)
    return {names.get(arguments, arguments) for arguments in marked}


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


def test_many_to_many_remove_and_clear(clubs):
    red = Colour.objects.create(name="red")
    for change in (lambda: clubs["Ajax"].colours.remove(red), lambda: red.clubs.clear()):
        clubs["Ajax"].colours.set([red])
        Mark.objects.all().delete()
        change()
        assert pages_marked() == {"Ajax"}


def test_an_entry_without_arguments_has_one_key(clubs):
    Club.objects.create(name="Celtic")
    assert set(Mark.objects.filter(entry=INDEX).values_list("arguments", flat=True)) == {"[]"}


def change_and_fail(member):
    member.save()
    raise ZeroDivisionError


class TestTransactions:
    def test_a_rolled_back_change_marks_nothing(self, anna):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            change_and_fail(anna)
        assert not Mark.objects.exists()

    def test_a_savepoint_that_is_rolled_back_takes_its_marks_along_and_no_others(self, anna):
        with transaction.atomic():
            anna.save()
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                change_and_fail(anna)
        assert Mark.objects.filter(entry=PAGE).count() == 1

    def test_a_mark_is_written_again_after_an_inner_rollback(self, anna):
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                change_and_fail(anna)
            anna.save()
        assert pages_marked() == {"Ajax"}

    def test_each_change_writes_its_own_mark(self, anna):
        anna.save()
        anna.save()
        assert Mark.objects.filter(entry=PAGE).count() == 2

    @pytest.mark.unaudited
    @pytest.mark.django_db(transaction=True)
    def test_in_autocommit_change_and_mark_are_one_transaction(self, anna, monkeypatch):
        def fail(*args, **kwargs):
            raise RuntimeError("killed")

        monkeypatch.setattr("kickoff.caching.watched.mark_rows", fail)
        anna.name = "Ann"
        with pytest.raises(RuntimeError):
            anna.save()
        with pytest.raises(RuntimeError):
            Member.objects.filter(pk=anna.pk).update(name="Ann")
        with pytest.raises(RuntimeError):
            Member.objects.bulk_create([Member(name="Dora")])
        assert Member.objects.get(pk=anna.pk).name == "Anna"
        assert not Member.objects.filter(name="Dora").exists()


def test_what_cannot_be_marked_is_refused(clubs):
    with pytest.raises(NotSupportedError, match="update_conflicts"):
        Club.objects.bulk_create(
            [Club(name="Ajax")],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["name"],
        )


class TestAuditor:
    def test_a_write_that_bypasses_the_models_is_found_with_its_line(self, anna):
        with (
            pytest.raises(UnmarkedWriteError, match=r"test_marks.py:\d+: .*_raw_delete"),
            audited(),
        ):
            Badge.objects.all()._raw_delete("default")

    def test_a_mark_by_hand_settles_it(self, anna):
        with audited(), transaction.atomic():
            Badge.objects.all()._raw_delete("default")
            mark(PAGE, [(anna.club_id,)])

    def test_a_write_that_changed_no_row_needs_no_mark(self, clubs):
        with audited():
            Badge.objects.filter(title="Nobody")._raw_delete("default")

    def test_tables_that_no_page_shows_are_left_alone(self, django_user_model, db):
        with audited():
            django_user_model.objects.create_user("anna")


class TestInheritance:
    def test_a_child_marks_what_watches_its_parent(self, db):
        veteran = Veteran.objects.create(name="Sparta")
        Mark.objects.all().delete()
        veteran.name = "Sparta Praha"
        veteran.save()
        assert pages_marked() == {"Sparta Praha"}

    def test_an_update_of_children_does(self, db):
        Veteran.objects.create(name="Sparta")
        Mark.objects.all().delete()
        Veteran.objects.update(name="Sparta Praha")
        assert pages_marked() == {"Sparta Praha"}

    def test_a_proxy_does(self, clubs):
        Friend.objects.filter(name="Ajax").update(name="AFC Ajax")
        assert pages_marked() == {"AFC Ajax"}


class TestClearingARelation:
    def test_through_a_proxy(self, clubs):
        red = Colour.objects.create(name="red")
        friend = Friend.objects.get(name="Ajax")
        friend.colours.add(red)
        Mark.objects.all().delete()
        friend.colours.clear()
        assert pages_marked() == {"Ajax"}

    def test_from_the_other_side(self, clubs):
        red = Colour.objects.create(name="red")
        red.clubs.add(*clubs.values())
        Mark.objects.all().delete()
        red.clubs.clear()
        assert pages_marked() == {"Ajax", "Bayern"}

    def test_of_models_that_nobody_watches_is_left_alone(self, django_user_model, db):
        user = django_user_model.objects.create_user("ana")
        user.groups.clear()
        user.groups.set([Group.objects.create(name="Coaches")], clear=True)
        assert user.groups.count() == 1
