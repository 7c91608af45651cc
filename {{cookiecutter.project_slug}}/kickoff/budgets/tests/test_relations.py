"""The missing relation has a name: what select_related or prefetch_related would spare."""

from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from kickoff.budgets.capture import capturing
from kickoff.budgets.origins import OriginFinder

FINDER = OriginFinder(Path(__file__).parent)
pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return Group.objects.create(name="Editors")


def remedy_of(ask):
    with capturing(FINDER) as capture:
        ask()
    return str(capture.statements[-1].remedy)


class TestTheRemedy:
    def test_for_a_foreign_key(self):
        permission = Permission.objects.first()
        assert remedy_of(lambda: permission.content_type) == (
            "select_related('content_type') would remove it (in the queryset of Permission)"
        )

    def test_for_rows_that_point_here(self):
        content_type = ContentType.objects.first()
        assert remedy_of(lambda: list(content_type.permission_set.all())) == (
            "prefetch_related('permission_set') would remove it (in the queryset of ContentType)"
        )

    def test_for_some_of_these_rows(self):
        content_type = ContentType.objects.first()
        asked = remedy_of(lambda: list(content_type.permission_set.filter(codename="x")))
        assert asked.startswith("prefetch_related(Prefetch('permission_set', queryset=…))")

    def test_for_their_number(self):
        content_type = ContentType.objects.first()
        assert remedy_of(content_type.permission_set.count).startswith(
            "annotate(Count('permission_set')) would remove it"
        )

    def test_for_many_to_many_from_both_ends(self, group):
        group.permissions.add(permission := Permission.objects.first())
        assert remedy_of(lambda: list(group.permissions.all())).startswith(
            "prefetch_related('permissions')"
        )
        assert remedy_of(lambda: list(permission.group_set.all())).startswith(
            "prefetch_related('group_set')"
        )

    def test_for_a_deferred_field(self, group):
        bare = Group.objects.only("pk").get()
        assert remedy_of(lambda: bare.name).startswith("loading the deferred field 'name'")

    def test_is_not_made_up_where_none_is_known(self, group):
        assert remedy_of(lambda: list(Group.objects.all())) == "None"

    def test_is_not_that_of_a_view_further_out(self):
        """A property of ours that asks something else is no missing relation."""
        permission = Permission.objects.first()

        class Page:
            @property
            def title(self):
                return permission.content_type.name, Group.objects.count()

        assert remedy_of(lambda: Page().title) == "None"
        assert LogEntry._meta.get_field("user").related_model is get_user_model()
