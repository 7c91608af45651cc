"""Relations that are emptied."""

from __future__ import annotations

from django.contrib.auth.models import Group

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Colour, Friend
from kickoff.caching.tests.marking.marked import pages_marked


def test_many_to_many_remove_and_clear(clubs):
    red = Colour.objects.create(name="red")
    for change in (lambda: clubs["Ajax"].colours.remove(red), lambda: red.clubs.clear()):
        clubs["Ajax"].colours.set([red])
        Mark.objects.all().delete()
        change()
        assert pages_marked() == {"Ajax"}


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
