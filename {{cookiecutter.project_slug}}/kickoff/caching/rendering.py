"""Rendered entries: pages as HTML, rendered once for each version of what they show.

class LeagueReads(CachedManager, model=League):
    page = Entry(build_league_page, stale_when=...)
    html = RenderedEntry("league.html", of=page)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Template
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.utils import timezone, translation

from kickoff.caching import conf
from kickoff.caching.demand import Demand
from kickoff.caching.entries import DerivedEntry, Entry, Versioned
from kickoff.caching.envelope import version_of
from kickoff.caching.html import Html, OldHtml
from kickoff.caching.keys import Argument, type_fingerprint
from kickoff.caching.runtime import current_store


class TemplateNotConstantError(ValueError):
    """A template takes in another whose name is only known while it renders."""


class RenderedEntry(DerivedEntry[Html]):
    """HTML, made by a template from the page object of another entry.

    The template knows the page object by the name `named`, or else by the names of its fields, and
    beside it what CACHING_CONTEXT and `also` hold. It has no request: the page is the same for
    everybody who may see it.
    `ahead_when` is the part with which all pages change at once. When it has changed the refresher
    renders those that are asked for most, and until it has, their visitors get the HTML of before,
    for CACHING_AHEAD_S at most.
    The fingerprint of its slots changes with the template, with those that it includes and extends,
    with the type of the page object, with the static files and with the release of the site.
    """

    def __init__(
        self,
        template: str,
        *,
        of: Entry[Any],
        named: str = "",
        also: Mapping[str, str] | None = None,
        ahead_when: Entry[Any] | None = None,
    ) -> None:
        own_part = of.own_part if isinstance(of, DerivedEntry) else of
        super().__init__(self._render, parts=self._parts, own_part=own_part)
        self.template = template
        self.of = of
        self.named = named
        self.also = dict(also or {})
        if ahead_when is not None:
            ahead_when.pages_ahead.append(self)
            self.demand = Demand()

    def _parts(self, *arguments: Argument) -> Sequence[Versioned[Any]] | None:
        """Those of a derived page object: for the HTML alone it is put into no slot."""
        if isinstance(self.of, DerivedEntry):
            return self.of.parts(*arguments)
        page = self.of.versioned(*arguments)
        return [page] if page.exists else None

    def joined(self, versions: Sequence[str]) -> str:
        joined = super().joined(versions)
        return f"{self.fingerprint}.{joined}" if settings.DEBUG else joined

    def as_old(self, value: Html) -> Html:
        return OldHtml(value.gzipped, value.shows)

    def make(self, values: Sequence[Any], last: Callable[[], Html | None]) -> Html | None:
        """What has changed is often not on this page: then nothing is rendered."""
        page = self._page(values)
        if page is None:
            return None
        shows = f"{self.fingerprint}.{version_of(self.of.encode(page))}"
        before = last()
        return before if before is not None and before.shows == shows else self.build(page, shows)

    def _page(self, values: Sequence[Any]) -> Any:
        if not isinstance(self.of, DerivedEntry):
            return values[0]
        page = self.of.make(values, lambda: None)
        self.of.tally.publish_when_due(self.of.name, current_store)  # Perhaps nobody reads it.
        return page

    def _render(self, page: Any, shows: str = "") -> Html | None:
        context = {self.named: page} if self.named else msgspec.structs.asdict(page)
        # Not in the zone and the language of the visitor who happens to be the first.
        with timezone.override(None), translation.override(settings.LANGUAGE_CODE):
            template = get_template(self.template)
            text = template.render(conf.template_context() | self.also | context)
        return Html.of(text, shows)

    @property
    def fingerprint(self) -> str:
        if settings.DEBUG:  # templates change while the server runs
            return self._fingerprint()
        known = vars(self).get("_known_fingerprint")
        if known is None:
            known = self._known_fingerprint = self._fingerprint()
        return known

    def _fingerprint(self) -> str:
        static_files = getattr(staticfiles_storage, "manifest_hash", "") or str(settings.DEBUG)
        context = repr(sorted((conf.template_context() | self.also).items()))
        sources = (template.source for template in self.templates())
        page = self.of.fingerprint  # a template may show what its type computes
        return type_fingerprint(Html, page, static_files, conf.release(), context, *sources)

    def templates(self) -> list[Template]:
        """The template and all that it extends and includes.

        Raises TemplateNotConstantError, TemplateDoesNotExist and TemplateSyntaxError.
        """
        found: dict[str, Template] = {}
        waiting = [self.template]
        while waiting:
            name = waiting.pop()
            if name not in found:
                template: Any = get_template(name)
                found[name] = template.template
                waiting += _taken_in(template.template)
        return [found[name] for name in sorted(found)]


def _taken_in(template: Template) -> Iterator[str]:
    """The names of the templates that one extends and includes."""
    nodes: Any = [*template.nodelist.get_nodes_by_type(ExtendsNode)]
    nodes += template.nodelist.get_nodes_by_type(IncludeNode)
    for node in nodes:
        source: Any = node.parent_name if isinstance(node, ExtendsNode) else node.template
        if not isinstance(source.var, str):
            raise TemplateNotConstantError(
                f"{template.name}:{node.token.lineno}: a rendered entry needs to know which "
                f"templates it is made of, but this name is only known while it renders: {source}"
            )
        yield source.var
