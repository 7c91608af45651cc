"""Clubs, their members, and the colours that clubs share."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from kickoff.caching.watched import WatchedModel, WatchedQuerySet

if TYPE_CHECKING:
    from kickoff.caching.tests.app.entries import ClubReads


class Colour(WatchedModel):
    name = models.CharField(max_length=20)

    objects = WatchedQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class Club(WatchedModel):
    name = models.CharField(max_length=50, unique=True)
    colours = models.ManyToManyField(Colour, related_name="clubs")

    cached: ClassVar[ClubReads]

    objects = WatchedQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class Veteran(Club):
    """A club with a table more."""

    founded = models.IntegerField(default=1900)

    class Meta(WatchedModel.Meta):
        pass


class Friend(Club):
    """The same table by another name."""

    class Meta(WatchedModel.Meta):
        proxy = True


class Member(WatchedModel):
    club = models.ForeignKey(Club, null=True, on_delete=models.SET_NULL, related_name="members")
    name = models.CharField(max_length=50)
    colour = models.ForeignKey(Colour, null=True, on_delete=models.SET_NULL, related_name="worn_by")

    objects = WatchedQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class Badge(WatchedModel):
    """Hangs on a member: two steps away from the club."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="badges")
    title = models.CharField(max_length=50)
    worn_since = models.DateField(null=True)

    objects = WatchedQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        pass

    def __str__(self) -> str:
        return self.title
