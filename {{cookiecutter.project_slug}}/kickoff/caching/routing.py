"""Builders read the primary database: a replica may not have the change yet that a mark told of,
and what was built from it would count as up to date.
"""

from __future__ import annotations

from django.db import models, router

from kickoff.caching.fetching import is_building
from kickoff.caching.models import Mark


class BuildersReadThePrimary:
    """A database router: the first of DATABASE_ROUTERS, before those that know of replicas.

    The cache's own tables are read from the primary always.
    """

    def db_for_read(self, model: type[models.Model], **hints: object) -> str | None:
        if is_building() or model._meta.app_label == Mark._meta.app_label:
            return router.db_for_write(model, **hints)
        return None
