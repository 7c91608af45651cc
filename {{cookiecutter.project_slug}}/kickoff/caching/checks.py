"""Mistakes in the declarations of entries, found at start-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db import models, router
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from kickoff.caching.entries import Entry, registry
from kickoff.caching.models import Mark
from kickoff.caching.paths import Model
from kickoff.caching.rendering import RenderedEntry, TemplateNotConstantError
from kickoff.caching.routing import BuildersReadThePrimary
from kickoff.caching.watch import watches
from kickoff.caching.watched import WatchedModel, WatchedQuerySet

# Deletions that the database does by itself send no signal and write no mark (Django 6.1).
DATABASE_CASCADES = ("DB_CASCADE", "DB_SET_NULL", "DB_SET_DEFAULT")


@register("caching")
def check_entries(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    return [
        *(_repeated(name) for name in registry.repeated),
        *(message for entry in registry for message in _check_entry(entry)),
        *(message for model in watches.models() for message in _check_model(model)),
        *_check_routers(),
    ]


def _repeated(name: str) -> CheckMessage:
    return Error(f"Two entries are called {name}.", hint="Rename one of them.", id="caching.E001")


def _check_entry(entry: Entry[Any]) -> Iterator[CheckMessage]:
    try:
        list(entry.watches())
    except (LookupError, FieldDoesNotExist, ValueError) as error:
        yield Error(
            f"{entry.name}: {error}",
            hint="stale_when maps model labels to paths of foreign keys, for example "
            '{"fantasy.FantasyTeam": "membership__league"}.',
            id="caching.E002",
        )
    try:
        msgspec.json.schema(entry.value_type)
    except (KeyError, NameError, TypeError) as error:
        yield Error(
            f"{entry.name}: the builder has no return annotation of a page object ({error}).",
            hint="Annotate what it returns with a msgspec.Struct.",
            id="caching.E003",
        )
    if isinstance(entry, RenderedEntry):
        yield from _check_templates(entry)
    yield from _check_ahead(entry)
    if (entry.pinned or entry.every_s) and entry.keys is None:
        yield Error(
            f"{entry.name} is pinned, but has no keys.",
            hint="keys=lambda: [(1,), (2,)] lists the arguments to keep present.",
            id="caching.E004",
        )


def _check_ahead(entry: Entry[Any]) -> Iterator[CheckMessage]:
    if entry.pages_ahead and (entry.is_derived or entry.at_once):
        pages = ", ".join(page.name for page in entry.pages_ahead)
        yield Error(
            f"{pages}: ahead_when names {entry.name}, which the refresher does not rebuild.",
            hint="Name a part that marks make stale: not a derived entry, nor one with at_once.",
            id="caching.E011",
        )


def _check_templates(entry: RenderedEntry) -> Iterator[CheckMessage]:
    try:
        entry.templates()
    except TemplateDoesNotExist as error:
        yield Error(
            f"{entry.name}: there is no template {error}.",
            hint="Names are relative to the folders of templates, as in render().",
            id="caching.E008",
        )
    except (TemplateNotConstantError, TemplateSyntaxError) as error:
        yield Error(f"{entry.name}: {error}", id="caching.E008")


def _check_model(model: Model) -> Iterator[CheckMessage]:
    label = model._meta.label
    if not issubclass(model, WatchedModel):
        yield Error(
            f"Entries depend on {label}, which does not mark its changes.",
            hint="Derive it from kickoff.caching.watched.WatchedModel.",
            id="caching.E005",
        )
        return
    for name, manager in [("objects", model._default_manager), ("base", model._base_manager)]:
        if not issubclass(getattr(manager, "_queryset_class", type(None)), WatchedQuerySet):
            yield Error(
                f"The {name} manager of {label} changes rows without marking.",
                hint="Make it from a WatchedQuerySet, and let Meta inherit WatchedModel.Meta.",
                id="caching.E006",
            )
    written_to, marks_are_in = router.db_for_write(model), router.db_for_write(Mark)
    if written_to != marks_are_in:
        yield Error(
            f"{label} is written to the database {written_to!r}, marks are read from "
            f"{marks_are_in!r}.",
            hint="A mark stands in the transaction of its change: keep both in one database.",
            id="caching.E009",
        )
    yield from _check_deletions(model)


def _check_routers() -> Iterator[CheckMessage]:
    """With replicas the builders have to be kept away from them before any other router speaks."""
    if settings.DATABASE_ROUTERS and not isinstance(router.routers[0], BuildersReadThePrimary):
        name = f"{BuildersReadThePrimary.__module__}.{BuildersReadThePrimary.__qualname__}"
        yield Error(
            "Builders might read a replica that lags behind: another database router comes first.",
            hint=f"Let DATABASE_ROUTERS begin with {name!r}.",
            id="caching.E010",
        )


def _check_deletions(model: Model) -> Iterator[CheckMessage]:
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey):
            continue
        action = field.remote_field.on_delete
        if getattr(action, "__name__", type(action).__name__) in DATABASE_CASCADES:
            yield Error(
                f"{field}: the database deletes by itself, without a mark.",
                hint="Use CASCADE or SET_NULL.",
                id="caching.E007",
            )
