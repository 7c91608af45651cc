"""What flags say, without a query."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from kickoff.caching.entries import CachedManager, Entry
from kickoff.caching.marks import mark
from kickoff.caching.watch import Changed
from kickoff.rollout.models import Flag, KnownVisitor
from kickoff.rollout.rules import Person, Rule
from kickoff.rollout.visitors import id_of_account


def _build_rules() -> dict[str, Rule]:
    named = Flag.objects.with_whether_they_name_users()
    flags = named.prefetch_related("groups").order_by("name")
    return {
        flag.name: flag.to_rule(has_users=flag.names_users)  # type: ignore[attr-defined]
        for flag in flags
    }


def _build_person(user_id: int) -> Person | None:
    user = get_user_model().objects.filter(pk=user_id).first()
    if user is None:
        return None
    taken_over = KnownVisitor.objects.filter(user=user_id).values_list("visitor_id", flat=True)
    return Person(
        visitor_id=taken_over.first() or id_of_account(user_id),
        flags=tuple(Flag.objects.filter(users=user_id).values_list("pk", flat=True)),
        groups=tuple(user.groups.values_list("pk", flat=True)),
    )


class FlagReads(CachedManager, model=Flag):
    # By name. Flags, the groups that they name and whether they name users.
    rules = Entry(_build_rules, stale_when={"rollout.Flag": ()}, keys=lambda: [()], pinned=True)
    person = Entry(
        _build_person,
        stale_when={
            # Not each time that something of a user changes: only when one comes or goes, joins a
            # group or leaves it, is named by a flag or no longer.
            settings.AUTH_USER_MODEL: Changed("id", to="pk"),
            "rollout.KnownVisitor": "user",
        },
    )


@receiver(pre_delete, sender=Group)
def mark_rules(sender: type[Group], using: str, **kwargs: Any) -> None:
    """A group that goes takes its links with flags along, of which no other signal tells."""
    mark(FlagReads.rules.name, [()], using)
