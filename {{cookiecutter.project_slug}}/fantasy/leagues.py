"""Founding and joining a league."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from fantasy.models import MAX_TEAMS, FantasyTeam, League, Membership


class JoinRefusedError(Exception):
    """The message says why, for the one who wants to join."""


class NameTakenError(Exception):
    """A league of that name is there already."""


def create_league(owner_id: int, competition_id: int, name: str, team_name: str) -> FantasyTeam:
    """Founds a league with its owner's team as the first member.

    Raises NameTakenError, and creates nothing, when another league has the name.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                league = League.objects.create(
                    competition_id=competition_id, name=name, owner_id=owner_id
                )
        except IntegrityError as error:
            raise NameTakenError(name) from error
        return _enter(league, owner_id, team_name)


@transaction.atomic
def join_league(user_id: int, league: League, team_name: str) -> FantasyTeam:
    """Makes the user a member with a team of that name.

    Raises JoinRefusedError for who is a member already, and when the league is full.
    """
    # One at a time, so that two who join at once cannot both take the last place.
    members = League.objects.select_for_update().get(pk=league.pk).memberships
    if members.filter(user=user_id).exists():
        raise JoinRefusedError(f"You already have a team in {league.name}.")
    if members.count() >= MAX_TEAMS:
        raise JoinRefusedError(f"{league.name} is full: it has {MAX_TEAMS} teams.")
    return _enter(league, user_id, team_name)


def _enter(league: League, user_id: int, team_name: str) -> FantasyTeam:
    membership = Membership.objects.create(league=league, user_id=user_id)
    return FantasyTeam.objects.create(membership=membership, name=team_name)
