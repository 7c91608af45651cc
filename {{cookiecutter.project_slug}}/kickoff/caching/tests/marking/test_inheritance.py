"""Models that share a table."""

from __future__ import annotations

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Friend, Veteran
from kickoff.caching.tests.marking.marked import pages_marked


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
