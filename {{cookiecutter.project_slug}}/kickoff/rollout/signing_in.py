"""Whoever signs in stays in or out of what they were in or out of before."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from kickoff.rollout.models import Flag, KnownVisitor
from kickoff.rollout.visitors import CurrentVisitor, id_of_account


@receiver(user_logged_in)
def keep_visitor(
    sender: type[AbstractBaseUser], request: HttpRequest | None, user: Any, **kwargs: Any
) -> None:
    """The first browser in which an account signs in gives it its visitor id; from then on the
    account brings this id to every other browser. While there are no flags nothing is kept."""
    visitor = getattr(request, "visitor", None)
    if not isinstance(visitor, CurrentVisitor) or not Flag.cached.rules():
        return
    kept, _ = KnownVisitor.objects.get_or_create(
        user_id=user.pk, defaults={"visitor_id": visitor.known_id or id_of_account(user.pk)}
    )
    visitor.become(kept.visitor_id)
