"""What a visitor can do with an account."""

import pytest
from django.contrib.auth import get_user, get_user_model
from django.urls import reverse

PASSWORD = "correct horse battery"

User = get_user_model()


@pytest.fixture
def ana(db):
    return User.objects.create_user(username="ana", password=PASSWORD)


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


class TestSigningUp:
    def sign_up(self, client, query="", **changes):
        form = {"username": "ben", "password1": PASSWORD, "password2": PASSWORD, **changes}
        return client.post(reverse("sign_up") + query, form)

    def test_creates_an_account_and_signs_its_owner_in(self, client, db):
        response = self.sign_up(client)
        assert (response.status_code, response.url) == (302, "/")
        assert get_user(client).username == "ben"

    def test_leads_on_to_the_page_that_the_visitor_came_for(self, client, db):
        assert self.sign_up(client, "?next=/accounts/menu/").url == "/accounts/menu/"

    def test_never_leads_to_another_site(self, client, db):
        assert self.sign_up(client, "?next=https://example.org/").url == "/"

    def test_a_name_that_is_taken_is_refused_and_kept(self, client, ana):
        response = self.sign_up(client, username="Ana")
        assert response.status_code == 200
        assert "A user with that username already exists." in response.text
        assert 'value="Ana"' in response.text
        assert not get_user(client).is_authenticated

    def test_a_weak_password_is_refused_with_the_reason_at_its_field(self, client, db):
        response = self.sign_up(client, password1="12345678", password2="12345678")
        assert "This password is entirely numeric." in response.text
        assert 'id="id_password2_error"' in response.text
        assert not User.objects.exists()

    def test_who_is_signed_in_is_sent_home(self, signed_in):
        assert signed_in.get(reverse("sign_up")).url == "/"


class TestSigningIn:
    def test_with_the_right_password(self, client, ana):
        response = client.post(reverse("login"), {"username": "ana", "password": PASSWORD})
        assert response.url == "/"
        assert get_user(client) == ana

    def test_with_a_wrong_password_is_refused_and_the_name_is_kept(self, client, ana):
        response = client.post(reverse("login"), {"username": "ana", "password": "wrong"})
        assert "Please enter a correct username and password." in response.text
        assert 'role="alert"' in response.text
        assert 'value="ana"' in response.text

    def test_the_page_has_the_name_of_the_site_in_its_title(self, client, db, settings):
        assert f"Sign in · {settings.SITE_NAME}</title>" in client.get(reverse("login")).text

    def test_who_has_no_account_keeps_the_way_to_the_page_they_came_for(self, client, db):
        page = client.get(reverse("login") + "?next=/somewhere/").text
        assert reverse("sign_up") + "?next=/somewhere/" in page


class TestSigningOut:
    def test_signs_out_and_leads_home(self, signed_in):
        response = signed_in.post(reverse("logout"))
        assert response.url == "/"
        assert not get_user(signed_in).is_authenticated

    def test_a_link_cannot_do_it(self, signed_in):
        assert signed_in.get(reverse("logout")).status_code == 405
        assert get_user(signed_in).is_authenticated


class TestTheMenu:
    def test_offers_a_stranger_to_sign_in_or_up(self, client, db):
        menu = client.get(reverse("menu"))
        assert reverse("login") in menu.text
        assert reverse("sign_up") in menu.text
        assert not menu.cookies

    def test_shows_a_user_their_name_and_the_way_out(self, signed_in):
        menu = signed_in.get(reverse("menu")).text
        assert "ana" in menu
        assert f'action="{reverse("logout")}"' in menu
        assert "csrfmiddlewaretoken" in menu

    def test_is_private_and_never_cached(self, signed_in):
        cache_control = signed_in.get(reverse("menu")).headers["Cache-Control"]
        assert {"private", "no-store"} <= set(cache_control.split(", "))

    def test_brings_messages_once(self, client, db):
        form = {"username": "ben", "password1": PASSWORD, "password2": PASSWORD}
        client.post(reverse("sign_up"), form)
        first, second = (client.get(reverse("menu")).text for _ in range(2))
        assert '<div id="messages" hx-swap-oob="innerHTML">' in first
        assert "Welcome, ben." in first
        assert "messages" not in second


@pytest.mark.parametrize("wanted", ["abc", "home", "//elsewhere.example/", "https:evil"])
@pytest.mark.django_db
def test_after_signing_up_nobody_lands_outside_or_nowhere(client, wanted):
    data = {"username": "ben", "password1": "kj3h4k5j", "password2": "kj3h4k5j"}
    response = client.post(f"/accounts/sign-up/?next={wanted}", data)
    assert (response.status_code, response.headers.get("Location")) == (302, "/")


@pytest.mark.django_db
def test_a_name_that_another_takes_meanwhile_is_refused_in_the_form(client, monkeypatch):
    data = {"username": "ben", "password1": "kj3h4k5j", "password2": "kj3h4k5j"}
    client.post("/accounts/sign-up/", data)
    client.logout()
    # As if the other one had come between the check and the save.
    monkeypatch.setattr("accounts.forms.SignUpForm.clean_username", lambda self: "ben")
    monkeypatch.setattr("accounts.forms.SignUpForm.validate_unique", lambda self: None)
    response = client.post("/accounts/sign-up/", data)
    assert response.status_code == 200
    assert "already exists" in response.content.decode()
