"""Who is signed in, without a query."""

from __future__ import annotations

from datetime import datetime

import msgspec

from accounts.models import User
from kickoff.caching.entries import CachedManager, Entry
from kickoff.caching.rendering import RenderedEntry


class Account(msgspec.Struct, frozen=True):
    """A user without the password: a hash of it tells whether a session is still good."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    last_login: datetime | None
    date_joined: datetime
    session_hash: str


# Stands where the visitor's token against forged requests is to be.
TOKEN_PLACE = "the-token-of-the-visitor"

FIELDS = [field for field in Account.__struct_fields__ if field != "session_hash"]


def build_account(user_id: int) -> Account | None:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return None
    values = {name: getattr(user, name) for name in FIELDS}
    return Account(**values, session_hash=user.get_session_auth_hash())


class UserReads(CachedManager, model=User):
    """Rights and deactivation count at once: the slot is cleared when a change is committed."""

    account = Entry(build_account, stale_when={"accounts.User": "pk"}, at_once=True)
    menu_html = RenderedEntry(
        "accounts/_signed_in.html", of=account, named="account", also={"csrf_token": TOKEN_PLACE}
    )
