"""How the query budgets visit the pages of an account."""

from __future__ import annotations

from accounts.models import User
from kickoff.budgets import Visit, Visits

PASSWORD = "correct horse battery"


def world() -> User:
    """Somebody with an account."""
    ana: User = User.objects.create_user("ana", password=PASSWORD)
    return ana


def _new_account(ana: User) -> dict[str, str]:
    return {"username": "ben", "password1": PASSWORD, "password2": PASSWORD}


def _credentials(ana: User) -> dict[str, str]:
    return {"username": ana.username, "password": PASSWORD}


visits = Visits(
    world=world,
    visitors={"anonymous": None, "user": lambda ana: ana},
    routes={
        "sign_up": Visit(methods=["GET", "POST"], data=_new_account, fixed="A form."),
        "login": Visit(data=_credentials, fixed="A form."),
        "logout": Visit(after="menu", fixed="It leads on to the front page."),
        "menu": Visit(fixed="The same few links for everybody."),
    },
)
