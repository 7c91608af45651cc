"""What the first request would have to wait for, done before: imports, templates, file names.

Nothing here asks the database or memcached: a node gets ready also while they are away.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver

logger = logging.getLogger(__name__)

_finished = False


def is_warm() -> bool:
    """Has this process finished `warm_up`?"""
    return _finished


def warm_up() -> None:
    """Imports all views, compiles the site's templates, reads the names of static files.

    Raises what importing a view raises: such a process cannot serve.
    """
    global _finished
    _import_views()
    _compile_templates()
    _read_static_names()
    _finished = True


def _import_views() -> None:
    root = get_resolver()
    for status in (400, 403, 404, 500):
        root.resolve_error_handler(status)
    waiting: list[URLPattern | URLResolver] = [root]
    while waiting:
        found = waiting.pop()
        if isinstance(found, URLResolver):
            waiting.extend(found.url_patterns)


def _compile_templates() -> None:
    for backend in engines.all():
        if isinstance(backend, DjangoTemplates):
            _ = backend.engine.template_context_processors  # imported when first asked for
    for name in _template_names():
        try:
            get_template(name)
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            # Perhaps nobody uses it. Whoever does gets the error as ever.
            logger.warning("The template %s cannot be loaded: %s", name, error)


def _template_names() -> Iterator[str]:
    """Those of the project, not those that packages bring: most of them are never shown."""
    dirs = [path for backend in engines.all() for path in getattr(backend, "template_dirs", ())]
    for folder in dict.fromkeys(map(Path, dirs)):
        if _is_own(folder):
            for path in sorted(folder.rglob("*.html")):
                yield path.relative_to(folder).as_posix()


def _is_own(folder: Path) -> bool:
    project = Path(settings.BASE_DIR)
    return folder.is_relative_to(project) and "site-packages" not in folder.parts


def _read_static_names() -> None:
    """The manifest of hashed names is read when the storage is made, at the first {% static %}."""
    hasattr(staticfiles_storage, "hashed_files")
