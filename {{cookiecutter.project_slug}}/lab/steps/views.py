"""The steps that are a view of the page: two that ask the database, three that ask the cache."""

from __future__ import annotations

from django.http import HttpResponse

from kickoff.caching.reading import Reader
from lab.sources import Source, of_code, of_templates
from lab.steps.step import Step
from lab.twins.page import Kwargs, Page


class Naive(Step):
    name = "naive"
    title = "The naive twin"
    why = (
        "Nothing is asked for until it is used. Each attribute that leads to another row is a "
        "query of its own, and in a loop it is one for each turn."
    )

    def respond(self, page: Page, kwargs: Kwargs) -> HttpResponse:
        return page.answer_of(page.naive, kwargs)

    def sources(self, page: Page) -> list[Source]:
        return [*of_code(page.naive, *page.shared), *of_templates(page.naive_templates)]


class Joined(Step):
    name = "joined"
    title = "select_related and prefetch_related"
    why = (
        "The same loops and the same template. Only the queryset says beforehand what they will "
        "use, so that all rows of a kind come with one query. What is left is the work of Django: "
        "it makes an object of each row and renders them."
    )

    def respond(self, page: Page, kwargs: Kwargs) -> HttpResponse:
        return page.answer_of(page.joined, kwargs)

    def sources(self, page: Page) -> list[Source]:
        return of_code(page.joined, *page.joined_with)


class PageObject(Step):
    name = "page-object"
    title = "A page object from the store"
    why = (
        "The refresher has read the rows and worked out the points already, once for all visitors. "
        "The view fetches the result, which has just what the template shows and no way to the "
        "database. It still renders the template for each request."
    )
    from_store = True

    def respond(self, page: Page, kwargs: Kwargs) -> HttpResponse:
        return page.answer_of(page.page_object, kwargs)

    def sources(self, page: Page) -> list[Source]:
        built = [page.builder] if page.builder else []
        return [*of_code(page.page_object, *built), *of_templates(page.templates)]


class Shipped(Step):
    """The view of the site itself."""

    def reason(self, page: Page) -> str:
        return page.not_kept or self.why

    def respond(self, page: Page, kwargs: Kwargs) -> HttpResponse:
        return page.answer_of(page.shipped, kwargs)


class RenderedEntry(Shipped):
    name = "entry"
    title = "The site's own view, from the store"
    why = (
        "HTML again, but kept as a rendered entry: a goal makes another version of it, so nobody "
        "gets an old one, and it is rendered once for each version. To know the version it asks "
        "for what the page is made of, some gets on one connection; what has not changed is not "
        "decoded again."
    )
    from_store = True

    def sources(self, page: Page) -> list[Source]:
        return of_code(page.shipped)


class ProcessMemory(Shipped):
    name = "memory"
    title = "The same view, from process memory"
    why = (
        "What a process has read from the store it believes for 0.2 s. However many visitors come, "
        "each process asks the store five times a second for a page, and serves the others from "
        "its own memory."
    )
    is_kept = True

    def sources(self, page: Page) -> list[Source]:
        return of_code(Reader.read)
