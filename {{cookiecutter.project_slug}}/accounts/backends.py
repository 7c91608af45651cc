"""Signing in against the database; who is signed in comes from the cache."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.db import DEFAULT_DB_ALIAS

from accounts.entries import FIELDS, Account
from accounts.models import User


class CachedUserBackend(ModelBackend):
    """Django's backend, but `request.user` costs no query."""

    def get_user(self, user_id: int) -> User | None:
        account = User.cached.account(int(user_id))
        if account is None or not account.is_active:
            return None
        return user_from(account)


def user_from(account: Account) -> User:
    """The user as a model. What the account does not hold is read from the database on demand."""
    # from_db takes values in the order of the columns.
    columns = [field.attname for field in User._meta.concrete_fields if field.attname in FIELDS]
    values = [getattr(account, column) for column in columns]
    user = User.from_db(DEFAULT_DB_ALIAS, columns, values)
    user.known_session_hash = account.session_hash
    return user
