"""Colours for code. Only classes, which lab.css paints: the site allows no style in a page."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

FORMATTER = HtmlFormatter(nowrap=True, classprefix="hl-")


@lru_cache(maxsize=256)
def highlighted(text: str, language: str) -> SafeString:
    """The code as HTML for a <pre>."""
    html: str = highlight(text, get_lexer_by_name(language), FORMATTER)
    return mark_safe(html)  # Pygments has escaped it.
