"""A flag costs no query, and a change of whom it lets in is marked wherever it is made."""

import pytest
import waffle.managers
import waffle.models
from django.contrib.auth.models import Group
from django.urls import reverse

from kickoff.caching.models import Mark
from kickoff.caching.reading import reader
from kickoff.caching.runtime import current_store
from kickoff.rollout.entries import FlagReads
from kickoff.rollout.models import Flag
from kickoff.rollout.tests.conftest import refresh, sees, visitor_ids

# In an open transaction readers would see the truth and store nothing.
pytestmark = pytest.mark.django_db(transaction=True)

RULES, PERSON = "rollout.Flag.rules", "rollout.Flag.person"


@pytest.fixture(params=["a file", "memcached"], autouse=True)
def lose_the_cache(request, settings, tmp_path):
    """Each test on both stores; a function after which the store is empty.

    Sessions are signed cookies: who is signed in is not the question here.
    """
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    if request.param == "memcached":
        server = request.getfixturevalue("shared_memcached")
        settings.CACHE_URL = f"memcached://{server.address}"
        return server.flush

    def new_file():
        settings.CACHE_URL = f"sqlite:///{tmp_path / 'new.sqlite3'}"

    return new_file


@pytest.fixture
def group():
    return Group.objects.create(name="Testers")


@pytest.fixture
def signed_in(new_browser, user):
    browser = new_browser("a" * 16)
    browser.force_login(user)
    return browser


@pytest.fixture
def admin(new_browser, django_user_model):
    browser = new_browser()
    browser.force_login(django_user_model.objects.create_superuser("boss"))
    return browser


@pytest.fixture
def marked():
    """A function that says which entries were marked since it was asked last."""

    def marked():
        found = set(Mark.objects.values_list("entry", flat=True)) & {RULES, PERSON}
        refresh()
        return found

    marked()
    return marked


def form_of(flag, **values):
    """What the admin's form sends for a flag as it is, but for these values."""
    as_it_is = {"name": flag.name, "everyone": "unknown", "note": "", "percent": "", "users": ""}
    return as_it_is | values


class TestAHotFlag:
    def test_costs_a_signed_out_visitor_no_query(
        self, new_browser, change, django_assert_num_queries
    ):
        change(percent=50)
        browser = new_browser()
        sees(browser)
        with django_assert_num_queries(0):
            sees(browser)

    def test_costs_a_user_who_is_named_or_in_a_group_none(
        self, signed_in, flag, user, group, change, django_assert_num_queries
    ):
        flag.users.add(user)
        flag.groups.add(group)
        user.groups.add(group)
        change(percent=1, staff=True)
        sees(signed_in)
        reader.memory.forget()
        with django_assert_num_queries(0):
            assert sees(signed_in) == "new"

    def test_costs_a_user_in_a_new_browser_none(
        self, new_browser, user, change, django_assert_num_queries
    ):
        change(percent=50)
        first, second = new_browser(), new_browser()
        for browser in (first, second):
            browser.force_login(user)
        seen = sees(first)
        reader.memory.forget()
        with django_assert_num_queries(0):
            assert sees(second) == seen

    def test_was_hot_before_anybody_came(self, flag, new_browser, django_assert_num_queries):
        refresh()
        with django_assert_num_queries(0):
            sees(new_browser("a" * 16))

    def test_never_asks_waffles_own_cache(self, monkeypatch, flag, change, signed_in, user):
        def nobody():
            raise AssertionError("waffle's cache was asked")

        monkeypatch.setattr(waffle.models, "get_cache", nobody)
        monkeypatch.setattr(waffle.managers, "get_cache", nobody)
        flag.users.add(user)
        change(percent=1)
        assert sees(signed_in) == "new"
        Flag.objects.create(name="another")
        refresh()
        assert len(Flag.get_all()) == 2
        flag.delete()


class TestTheAdmin:
    def test_marks_what_it_changes(self, admin, flag, marked, new_browser):
        url = reverse("admin:rollout_flag_change", args=[flag.pk])
        assert admin.get(url).status_code == 200
        assert sees(new_browser("a" * 16)) == "old"
        response = admin.post(url, form_of(flag, percent="100"))
        assert response.status_code == 302
        assert marked() == {RULES}
        assert sees(new_browser("a" * 16)) == "new"

    def test_marks_the_users_and_groups_that_it_names(
        self, admin, flag, user, group, marked, signed_in
    ):
        assert sees(signed_in) == "old"
        url = reverse("admin:rollout_flag_change", args=[flag.pk])
        admin.post(url, form_of(flag, users=str(user.pk), groups=[group.pk]))
        assert marked() == {RULES, PERSON}
        assert sees(signed_in) == "new"

    def test_refuses_an_impossible_percentage(self, admin, flag, marked):
        url = reverse("admin:rollout_flag_change", args=[flag.pk])
        response = admin.post(url, form_of(flag, percent="100.1"))
        assert "less than or equal to 100" in response.text
        assert marked() == set()

    @pytest.mark.parametrize(
        ("action", "seen"), [("enable_for_all", "new"), ("disable_for_all", "old")]
    )
    def test_marks_what_it_does_to_several(self, admin, flag, marked, new_browser, action, seen):
        chosen = {"action": action, "_selected_action": [flag.pk]}
        admin.post(reverse("admin:rollout_flag_changelist"), chosen)
        assert marked() == {RULES}
        assert sees(new_browser("a" * 16)) == seen

    def test_has_no_page_for_what_asks_the_database(self, admin):
        page = admin.get(reverse("admin:index")).text
        assert "Flags" in page
        assert "Switches" not in page
        assert "Samples" not in page


class TestAUser:
    """Who is in by name or group, and all ways in which that changes."""

    @pytest.fixture
    def named(self, flag, user, group, signed_in, marked):
        flag.groups.add(group)
        user.groups.add(group)
        marked()
        assert sees(signed_in) == "new"

    def test_is_in_when_added_to_a_flag(self, flag, user, signed_in, marked):
        assert sees(signed_in) == "old"
        flag.users.add(user)
        assert marked() == {RULES, PERSON}
        assert sees(signed_in) == "new"

    def test_is_in_with_a_wave_of_others(self, flag, user, group, signed_in, marked):
        flag.groups.add(group)
        marked()
        assert sees(signed_in) == "old"
        others = [type(user)(username=f"user {number}") for number in range(30)]
        group.user_set.add(user, *type(user).objects.bulk_create(others))
        assert marked() == {PERSON}
        assert sees(signed_in) == "new"

    @pytest.mark.parametrize("how", ["remove", "clear", "set", "from the other side"])
    def test_is_out_when_taken_off_a_flag(self, flag, user, signed_in, marked, how):
        flag.users.add(user)
        marked()
        assert sees(signed_in) == "new"
        acts = {
            "remove": lambda: flag.users.remove(user),
            "clear": lambda: flag.users.clear(),
            "set": lambda: flag.users.set([]),
            "from the other side": lambda: user.flag_set.clear(),
        }
        acts[how]()
        assert PERSON in marked()
        assert sees(signed_in) == "old"

    @pytest.mark.parametrize("how", ["user leaves", "group expels", "flag forgets", "group goes"])
    def test_is_out_when_a_group_no_longer_leads_there(
        self, named, flag, user, group, signed_in, marked, how
    ):
        acts = {
            "user leaves": lambda: user.groups.remove(group),
            "group expels": lambda: group.user_set.clear(),
            "flag forgets": lambda: flag.groups.remove(group),
            "group goes": lambda: group.delete(),
        }
        acts[how]()
        assert marked()
        assert sees(signed_in) == "old"

    def test_who_only_signs_in_again_marks_nothing(self, flag, user, marked, new_browser):
        browser = new_browser("a" * 16)
        browser.get("/sign-in/ana")
        assert marked() == {PERSON}  # the account takes over the visitor id, once
        browser.get("/sign-in/ana")
        assert marked() == set()


def test_a_lost_cache_changes_nobody(new_browser, change, lose_the_cache):
    change(percent=50)
    browsers = [new_browser(visitor_id) for visitor_id in visitor_ids(40)]
    before = [sees(browser) for browser in browsers]
    assert set(before) == {"new", "old"}
    lose_the_cache()
    reader.memory.forget()
    assert current_store().get(FlagReads.rules.key(())) is None
    assert [sees(browser) for browser in browsers] == before
