"""Flags, as django-waffle knows them, and the visitor ids of accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from waffle.models import AbstractUserFlag
from waffle.utils import get_setting

from kickoff.caching.watched import WatchedModel, WatchedQuerySet
from kickoff.rollout.rules import SHARES, Rule
from kickoff.rollout.visitors import current_visitor

if TYPE_CHECKING:
    from kickoff.rollout.entries import FlagReads

# The fields of a rule that are columns of the flag.
COLUMNS = ("id", "name", "everyone", "percent", "superusers", "staff", "authenticated")


class FlagQuerySet(WatchedQuerySet["Flag"]):
    """Flags, by name where waffle asks for them."""

    def get_by_natural_key(self, name: str) -> Flag:
        return self.get(name=name)

    def with_whether_they_name_users(self) -> FlagQuerySet:
        """With `names_users`."""
        names = Flag.users.through.objects.filter(flag_id=OuterRef("pk"))
        return self.annotate(names_users=Exists(names))


class Flag(WatchedModel, AbstractUserFlag):
    """A feature, and whom it has reached.

    waffle's functions, decorators and tags work with it. Its own cache has no part in that: flags
    are read from an entry, and a change marks it.
    """

    # Decided by waffle with a die and a cookie for each flag, or with settings that we do not have.
    testing = None  # type: ignore[assignment]
    languages = None  # type: ignore[assignment]
    rollout = None  # type: ignore[assignment]

    percent = models.DecimalField(
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=(
            "0 to 100, of all visitors, signed in or not. Each keeps what they have: a higher "
            "number adds visitors, a lower one takes the last away again."
        ),
    )

    objects: ClassVar[Any] = FlagQuerySet.as_manager()  # type: ignore[assignment]
    cached: ClassVar[FlagReads]

    class Meta(WatchedModel.Meta, AbstractUserFlag.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__gte=0, percent__lte=100),
                name="flag_percent_possible",
            ),
        ]

    # Set where the flag comes from the cache.
    known_rule: Rule | None = None

    @classmethod
    def get(cls, name: str) -> Self:
        """The flag of that name, from the cache; one without a key when there is none."""
        rule = (cls.cached.rules() or {}).get(name)
        return cls(name=name) if rule is None else cls._from_rule(rule)

    @classmethod
    def get_all(cls) -> list[Self]:
        return [cls._from_rule(rule) for rule in (cls.cached.rules() or {}).values()]

    @classmethod
    def for_all(cls, name: str) -> bool | None:
        """Whether it is on, where that is the same for everybody; None where it depends on the
        visitor. For public pages: asking this leaves a page public."""
        rule = (cls.cached.rules() or {}).get(name)
        return bool(get_setting("FLAG_DEFAULT")) if rule is None else rule.for_all

    @classmethod
    def _from_rule(cls, rule: Rule) -> Self:
        percent = Decimal(rule.shares * 100) / SHARES
        values = {"id": rule.pk, "percent": percent}
        columns = [field.attname for field in cls._meta.concrete_fields if field.attname in COLUMNS]
        flag = cls.from_db(
            DEFAULT_DB_ALIAS,
            columns,
            [values.get(column, getattr(rule, column, None)) for column in columns],
        )
        flag.known_rule = rule
        return flag

    @property
    def rule(self) -> Rule:
        """What it says; asks the database where the flag comes from there."""
        return self.known_rule or self.to_rule(has_users=self.users.exists())

    def to_rule(self, *, has_users: bool) -> Rule:
        return Rule(
            pk=self.pk,
            name=self.name,
            everyone=self.everyone,
            shares=int(Decimal(self.percent or 0) * SHARES / 100),
            superusers=self.superusers,
            staff=self.staff,
            authenticated=self.authenticated,
            groups=tuple(sorted(group.pk for group in self.groups.all())),
            has_users=has_users,
        )

    def is_active(self, request: HttpRequest, read_only: bool = False) -> bool | None:
        """Whether the visitor of a request has the feature. The response is then theirs alone,
        unless all have it or none."""
        if not self.pk:
            return super().is_active(request, read_only)  # there is no such flag: waffle's default
        rule = self.rule
        if rule.for_all is not None:
            return rule.for_all
        visitor = current_visitor(request)
        if rule.shares and rule.reaches(visitor.id):
            return True
        return rule.asks_who and self.is_active_for_user(request.user) is True

    def is_active_for_user(self, user: AbstractBaseUser | AnonymousUser) -> bool | None:
        """Whether a user has it for being who they are; None where only a percentage can tell."""
        rule = self.rule
        if rule.for_all is not None:
            return rule.for_all
        if not user.is_authenticated:
            return None
        has_rank = (rule.staff and getattr(user, "is_staff", False)) or (
            rule.superusers and getattr(user, "is_superuser", False)
        )
        return True if rule.authenticated or has_rank or self._names(user) else None

    def _names(self, user: AbstractBaseUser) -> bool:
        if not (self.rule.groups or self.rule.has_users):
            return False
        person = Flag.cached.person(user.pk)
        return person is not None and person.is_named_by(self.rule)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.known_rule = None
        super().save(*args, **kwargs)

    def flush(self) -> None:
        """Nothing: waffle's cache is not used."""


class KnownVisitor(WatchedModel):
    """The visitor id that an account has taken over when it signed in: it stays in or out of what
    it was in or out of before, on all its devices."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    visitor_id = models.CharField(max_length=64)

    objects = WatchedQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        pass

    def __str__(self) -> str:
        return self.visitor_id
