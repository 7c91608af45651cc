"""Fragments: parts of pages that a process remembers as HTML, by the values that they show.

{% load fragments %}
{% fragment "fantasy/_squad_place.html" for place in row.places %}

A change makes another page, but most of what that page shows stood on others before: the same
player with the same points is in hundreds of leagues. It is the fragment caching of Rails, for what
is innermost in its Russian dolls. No mark and no version is needed: equal values make equal HTML,
and a value that changes is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from typing import Any, Self

import msgspec
from django.conf import settings
from django.core.signals import setting_changed
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader_tags import IncludeNode
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from kickoff.caching import conf

Render = Callable[..., str]
Values = tuple[Any, ...]
Modes = tuple[bool, bool | None, bool | None]  # what autoescape, localize and localtime have set


class FragmentError(TypeError):
    """A fragment was given what may change while it is remembered."""


class FragmentNode(IncludeNode):
    """An include that knows the values it is given, and nothing else of the page around it: no
    request, and not what CACHING_CONTEXT holds.

    Values are texts, numbers, None and page objects, frozen all the way down. It is rendered in the
    language and the time zone of the settings, as rendered entries are, whoever asks first.
    """

    @classmethod
    def of(cls, include: IncludeNode) -> Self:
        """Raises TemplateSyntaxError."""
        if not isinstance(include.template.var, str):
            raise TemplateSyntaxError(
                f"fragment takes the name of a template in quotes, not {include.template}."
            )
        return cls(include.template, extra_context=include.extra_context, isolated_context=True)

    def render(self, context: Context) -> SafeString:
        """Raises FragmentError."""
        return self._html(context, [self._given(context)])

    def _given(self, context: Context) -> Values:
        return tuple([value.resolve(context) for value in self.extra_context.values()])

    def _html(self, context: Context, turns: Sequence[Values]) -> SafeString:
        kinds: set[Any] = {type(value) for values in turns for value in values}
        if not all(_is_constant(kind) for kind in kinds):
            raise self._refusal(turns)
        html_of = self._renderer(context)
        try:
            return mark_safe("".join([html_of(*values) for values in turns]))
        except TypeError as error:
            if all(_may_be_remembered(value) for values in turns for value in values):
                raise
            raise self._refusal(turns) from error

    def _renderer(self, context: Context) -> Render:
        # By the compiled template: after a change, in development, it is another one.
        template, names = self._template(context), tuple(self.extra_context)
        modes = (context.autoescape, context.use_l10n, context.use_tz)
        return partial(_remembered(), template, modes, names)

    def _template(self, context: Any) -> Template:
        """Looked up once for each page."""
        known = context.render_context.dicts[0]
        if self not in known:
            known[self] = context.template.engine.get_template(self.template.var)
        template: Template = known[self]
        return template

    def _refusal(self, turns: Sequence[Values]) -> FragmentError:
        """For the first value that cannot be remembered."""
        name, value = next(
            (name, value)
            for values in turns
            for name, value in zip(self.extra_context, values, strict=True)
            if not _may_be_remembered(value)
        )
        line = self.token.lineno if self.token else "?"
        return FragmentError(
            f"{self.origin}:{line}: fragment {self.template} cannot be "
            f"remembered by {name}, a {type(value).__name__}: it may change. Give it texts, "
            "numbers, or page objects that are frozen and hold nothing else."
        )


class FragmentsNode(FragmentNode):
    """A fragment for each of several values."""

    def render(self, context: Context) -> SafeString:
        """Raises FragmentError."""
        (several,) = self._given(context)
        return self._html(context, list(zip(several)))


def forget() -> None:
    """What was remembered; for tests."""
    _remembered.cache_clear()


@cache
def _is_constant(kind: Any) -> bool:
    """A model is not: two are equal when their primary keys are."""
    if issubclass(kind, msgspec.Struct):
        return bool(kind.__struct_config__.frozen)
    return issubclass(kind, (str, int, float, type(None)))


def _may_be_remembered(value: object) -> bool:
    kind: Any = type(value)
    try:
        hash(value)
    except TypeError:  # a page object that holds a list
        return False
    return _is_constant(kind)


@cache
def _remembered() -> Render:
    """All threads share it. Two that ask for the same at once may both render it."""
    # typed: 1 and True are equal, and so are a text that is safe HTML and one that is not.
    return lru_cache(conf.whole("CACHING_FRAGMENTS"), typed=True)(_render)


def _render(template: Template, modes: Modes, names: tuple[str, ...], *values: Any) -> str:
    shown = dict(zip(names, values, strict=True))
    with timezone.override(None), translation.override(settings.LANGUAGE_CODE):
        return template.render(Context(shown, *modes))


def _forget(**kwargs: Any) -> None:
    forget()


setting_changed.connect(_forget)  # sent by tests that override settings
