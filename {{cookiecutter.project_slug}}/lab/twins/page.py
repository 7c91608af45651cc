"""A page that the lab looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from lab.sources import Code

Kwargs = dict[str, Any]
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Page:
    """A public page with its naive twin and the steps between.

    The views take the request and what `example` returns: the arguments of the page that is shown,
    None while there is no such page. The rest is shown beside them: the loops that `naive` and
    `joined` share, what else `joined` is made of, what builds the page object, and the templates,
    the page itself first. `not_kept` says why a page has no rendered entry, if it has none.
    """

    name: str
    title: str
    route: str
    example: Callable[[], Kwargs | None]
    naive: View
    joined: View
    page_object: View
    shipped: View
    shared: tuple[Code, ...] = ()
    joined_with: tuple[Code, ...] = ()
    builder: Code | None = None
    not_kept: str = ""
    naive_templates: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()

    def url(self, kwargs: Kwargs) -> str:
        """Its address on the site."""
        return reverse(self.route, kwargs=kwargs)

    def request(self, kwargs: Kwargs) -> HttpRequest:
        """What a stranger asks the site with, bare of all that middleware would add."""
        request = HttpRequest()
        request.method = "GET"
        request.path = request.path_info = self.url(kwargs)
        return request

    def answer_of(self, view: View, kwargs: Kwargs) -> HttpResponse:
        """What one of its views makes of such a request."""
        response = view(self.request(kwargs), **kwargs)
        assert isinstance(response, HttpResponse), "none of them streams"
        return response
