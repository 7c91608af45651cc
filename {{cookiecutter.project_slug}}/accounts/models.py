"""The people who use the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager

from kickoff.caching.watched import WatchedModel, WatchedQuerySet

if TYPE_CHECKING:
    from accounts.entries import UserReads


class WatchedUserManager(UserManager.from_queryset(WatchedQuerySet)):  # type: ignore[misc]
    """Creates users, and marks what their changes make stale."""


class User(WatchedModel, AbstractUser):
    """A user of this site. Ours from the first migration on, so that fields can be added later."""

    cached: ClassVar[UserReads]

    objects: ClassVar[WatchedUserManager] = WatchedUserManager()

    class Meta(WatchedModel.Meta, AbstractUser.Meta):
        abstract = False

    # Set where the user comes from the cache: the password itself is not kept there.
    known_session_hash: str | None = None

    def get_session_auth_hash(self) -> str:
        return self.known_session_hash or super().get_session_auth_hash()

    def set_password(self, raw_password: str | None) -> None:
        self.known_session_hash = None
        super().set_password(raw_password)
