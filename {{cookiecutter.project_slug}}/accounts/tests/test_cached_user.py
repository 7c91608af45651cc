"""The user of a request comes from the cache, and every change of the user counts at once."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts.models import User
from kickoff.caching.models import Mark

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana():
    return User.objects.create_user("ana", password="secret")


@pytest.fixture
def browser(client, ana):
    """Signed in as ana, with a page seen already."""
    sign_in(client, ana)
    return client


def sign_in(client, user):
    client.force_login(user)
    client.get(reverse("menu"))


def is_signed_in(client):
    return "ana" in client.get(reverse("menu")).content.decode()


def test_who_is_signed_in_costs_no_query(browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert is_signed_in(browser)


def test_with_sessions_in_memcached_it_costs_none(
    ana, client, settings, memcached_server, django_assert_num_queries
):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    settings.CACHES = {
        "default": {
            "BACKEND": "kickoff.caching.django_cache.MemcachedCache",
            "LOCATION": memcached_server.address,
        }
    }
    sign_in(client, ana)
    with django_assert_num_queries(0):
        assert is_signed_in(client)


def test_a_deactivated_account_is_out_at_once(browser, ana):
    ana.is_active = False
    ana.save()
    assert not is_signed_in(browser)


def test_deactivated_in_bulk_too(browser):
    User.objects.update(is_active=False)
    assert not is_signed_in(browser)


def test_a_deleted_account_is_out_at_once(browser, ana):
    ana.delete()
    assert not is_signed_in(browser)


def test_a_new_password_ends_the_other_sessions(browser, ana):
    ana.set_password("another")
    ana.save()
    assert not is_signed_in(browser)


def test_signing_out_counts_at_once(browser):
    browser.post(reverse("logout"))
    assert not is_signed_in(browser)


def test_a_new_name_is_seen_at_once(browser, ana):
    ana.username = "anna"
    ana.save()
    assert "anna" in browser.get(reverse("menu")).content.decode()


def test_permissions_and_groups_mark_the_user(ana):
    for change in (
        lambda: ana.user_permissions.add(Permission.objects.first()),
        lambda: ana.groups.add(Group.objects.create(name="staff")),
        lambda: ana.groups.clear(),
    ):
        Mark.objects.all().delete()
        change()
        assert Mark.objects.filter(entry="accounts.User.account").exists()


def test_the_password_is_not_in_the_cache(browser, ana):
    account = User.cached.account(ana.pk)
    assert not hasattr(account, "password")
    assert ana.password not in repr(account)


def test_who_is_signed_in_can_still_change_the_password(browser, ana):
    user = browser.get(reverse("sign_up")).wsgi_request.user
    assert user.check_password("secret")
    user.set_password("another")
    user.save()
    ana.refresh_from_db()
    assert ana.check_password("another")


def test_saving_a_user_from_the_cache_keeps_the_password(browser, ana):
    user = browser.get(reverse("sign_up")).wsgi_request.user
    user.first_name = "Ana"
    user.save()
    ana.refresh_from_db()
    assert ana.check_password("secret")
    assert ana.first_name == "Ana"
