"""Whom a flag lets in, by each way in which waffle asks."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.management import call_command
from django.db import IntegrityError, transaction
from waffle.testutils import override_flag

from kickoff.rollout.models import Flag
from kickoff.rollout.tests.conftest import sees

pytestmark = pytest.mark.django_db

PAGES = ["/own", "/tagged", "/decorated"]


@pytest.fixture
def group(user):
    group = Group.objects.create(name="Testers")
    user.groups.add(group)
    return group


@pytest.fixture
def signed_in(new_browser, user):
    """The browser of Ana, to whom no percentage of this module comes."""
    browser = new_browser("a" * 16)
    browser.force_login(user)
    return browser


class TestPeople:
    @pytest.mark.parametrize("page", PAGES)
    def test_are_out_at_first(self, signed_in, new_browser, page):
        for browser in (signed_in, new_browser()):
            response = browser.get(page)
            assert (response.status_code, response.text) in [(200, "old"), (404, "not found")]

    @pytest.mark.parametrize("page", PAGES)
    def test_are_all_in_when_everyone_is(self, new_browser, change, page):
        change(everyone=True)
        assert new_browser().get(page).text == "new"

    @pytest.mark.parametrize("rank", ["staff", "superuser"])
    def test_of_a_rank_are_in(self, signed_in, change, user, rank):
        change(staff=rank == "staff", superusers=rank == "superuser")
        assert sees(signed_in) == "old"
        setattr(user, f"is_{rank}", True)
        user.save()
        assert sees(signed_in) == "new"

    def test_who_are_signed_in_are_in(self, signed_in, new_browser, change):
        change(authenticated=True)
        assert sees(signed_in) == "new"
        assert sees(new_browser()) == "old"

    def test_who_are_named_are_in(self, signed_in, flag, user, new_browser):
        flag.users.add(user)
        assert sees(signed_in) == "new"
        assert sees(new_browser()) == "old"

    def test_of_a_group_are_in(self, signed_in, flag, group):
        flag.groups.add(group)
        assert sees(signed_in) == "new"

    def test_of_another_group_are_not(self, signed_in, flag, group):
        flag.groups.add(Group.objects.create(name="Others"))
        assert sees(signed_in) == "old"

    def test_are_all_out_when_everyone_is_whatever_else_it_says(
        self, signed_in, flag, user, change
    ):
        flag.users.add(user)
        change(everyone=False, percent=100, authenticated=True)
        assert sees(signed_in) == "old"


class TestWafflesWays:
    def test_a_flag_that_is_not_there_is_off(self, flag, new_browser):
        flag.delete()
        assert sees(new_browser()) == "old"
        assert Flag.for_all("new") is False

    def test_or_what_the_setting_says(self, flag, new_browser, settings):
        flag.delete()
        settings.WAFFLE_FLAG_DEFAULT = True
        assert sees(new_browser()) == "new"
        assert Flag.for_all("new") is True

    def test_a_user_can_be_asked_about_without_a_request(self, flag, user, change):
        assert Flag.get("new").is_active_for_user(user) is False
        change(staff=True, percent=50)
        assert Flag.get("new").is_active_for_user(user) is None
        assert Flag.get("new").is_active_for_user(AnonymousUser()) is None
        flag.users.add(user)
        assert Flag.get("new").is_active_for_user(user) is True

    def test_all_flags_at_once(self, flag):
        Flag.objects.create(name="another", everyone=True)
        assert [(each.name, each.everyone) for each in Flag.get_all()] == [
            ("another", True),
            ("new", None),
        ]

    def test_one_from_the_cache_can_be_changed(self, flag, new_browser):
        cached = Flag.get("new")
        cached.everyone = True
        cached.save()
        flag.refresh_from_db()
        assert (flag.everyone, flag.superusers) == (True, False)
        assert cached.is_active_for_user(AnonymousUser()) is True
        assert sees(new_browser()) == "new"

    def test_one_from_the_database_answers_as_well(self, flag, user, rf):
        flag.users.add(user)
        assert Flag.objects.get(name="new").is_active_for_user(user) is True

    @pytest.mark.parametrize("percent", ["1", "10", "100"])
    def test_the_command_sets_a_percentage(self, flag, percent):
        call_command("waffle_flag", "new", "--percent", percent, verbosity=0)
        flag.refresh_from_db()
        assert flag.percent == int(percent)

    def test_the_command_lets_users_in(self, flag, user, signed_in):
        call_command("waffle_flag", "new", "--user", "ana", "--append")
        assert sees(signed_in) == "new"

    def test_tests_switch_it_on(self, flag, new_browser):
        with override_flag("new", active=True):
            assert sees(new_browser()) == "new"
        assert sees(new_browser()) == "old"

    @pytest.mark.parametrize("percent", [-1, 101])
    def test_an_impossible_percentage_is_refused(self, flag, percent):
        flag.percent = percent
        with pytest.raises(IntegrityError), transaction.atomic():
            flag.save()
