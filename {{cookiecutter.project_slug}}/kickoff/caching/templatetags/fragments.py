"""{% load fragments %}: see kickoff/caching/fragments.py."""

from __future__ import annotations

from django import template
from django.template import TemplateSyntaxError
from django.template.base import Parser, Token
from django.template.loader_tags import do_include

from kickoff.caching.fragments import FragmentNode, FragmentsNode

register = template.Library()


@register.tag
def fragment(parser: Parser, token: Token) -> FragmentNode:
    """{% fragment "fantasy/_nav.html" with here="leagues" %}: as `include … only`, but what was
    rendered once with these values is remembered.

    {% fragment "fantasy/_squad_place.html" for place in row.places %}: one for each, five times as
    fast as in a `for` tag.
    """
    match token.split_contents():
        case [tag, name, "for", each, "in", several]:
            token.contents = f"{tag} {name} with {each}={several}"
            return FragmentsNode.of(do_include(parser, token))
        case [_, name, "for", *_]:
            raise TemplateSyntaxError(f"fragment {name} says for what: `for place in places`.")
    return FragmentNode.of(do_include(parser, token))
