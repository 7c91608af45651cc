"""Fragments: remembered by the values that they show, and by nothing else."""

from __future__ import annotations

import msgspec
import pytest
from django.template import Context, TemplateSyntaxError, engines
from django.test.signals import template_rendered
from django.utils import timezone
from django.utils.safestring import mark_safe

from kickoff.caching import fragments
from kickoff.caching.rendering import RenderedEntry
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club

PLAYER = '{% fragment "cachingtests/_badge.html" with player=player %}'
PLAYERS = '{% fragment "cachingtests/_badge.html" for player in players %}'
TEXT = '{% fragment "cachingtests/_text.html" with text=text %}'


class Player(msgspec.Struct, frozen=True):
    name: str
    goals: int = 0
    clubs: list[str] | None = None


class Loose(msgspec.Struct):
    name: str


@pytest.fixture(autouse=True)
def nothing_remembered():
    fragments.forget()


@pytest.fixture
def rendered():
    """The names of the templates that were rendered."""
    names = []

    def note(sender, template, **kwargs):
        names.append(template.name)

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


def render(source, *, around=None, **values):
    template = engines["django"].engine.from_string("{% load fragments %}" + source)
    return template.render(around or Context(values))


class TestAFragment:
    def test_shows_its_values(self):
        assert render(PLAYER, player=Player("Anna", 2)) == "<b>Anna, 2</b>\n"

    def test_is_made_for_each_of_several(self):
        players = [Player("Anna"), Player("Bea")]
        assert render(PLAYERS, players=players) == "<b>Anna, 0</b>\n<b>Bea, 0</b>\n"

    def test_of_none_is_empty(self):
        assert render(PLAYERS, players=()) == ""

    def test_is_rendered_once_for_equal_values(self, rendered):
        for _ in range(3):
            render(PLAYER, player=Player("Anna"))
            render(PLAYERS, players=[Player("Anna"), Player("Anna")])
        assert rendered.count("cachingtests/_badge.html") == 1

    def test_is_another_one_for_another_value(self):
        assert render(PLAYER, player=Player("Anna", 1)) != render(PLAYER, player=Player("Anna", 2))

    def test_knows_nothing_of_the_page_around_it(self):
        around = Context({"text": "a", "other": "b", "site_name": "c"})
        assert render(TEXT, around=around) == "[a||]\n"

    def test_needs_no_values(self):
        assert render('{% fragment "cachingtests/_text.html" %}') == "[||]\n"

    def test_escapes_as_the_page_around_it_does(self):
        off = "{% autoescape off %}" + TEXT + "{% endautoescape %}"
        for _ in range(2):
            assert render(TEXT, text="<b>") == "[&lt;b&gt;||]\n"
            assert render(off, text="<b>") == "[<b>||]\n"

    def test_is_not_escaped_again(self):
        assert (
            render("{{ text }}" + PLAYER, text="<", player=Player("&")) == "&lt;<b>&amp;, 0</b>\n"
        )

    @pytest.mark.parametrize(("one", "other"), [("<b>", mark_safe("<b>")), (1, True), (0, False)])
    def test_tells_equal_values_of_other_types_apart(self, one, other):
        assert render(TEXT, text=one) != render(TEXT, text=other)

    def test_is_in_the_time_zone_of_the_settings(self):
        with timezone.override("Asia/Tokyo"):
            assert render('{% fragment "cachingtests/_zone.html" %}') == "UTC\n"


class TestItsMemory:
    def test_is_bounded(self, settings, rendered):
        settings.CACHING_FRAGMENTS = 2
        for name in ("Anna", "Bea", "Cleo", "Anna"):
            render(PLAYER, player=Player(name))
        assert rendered.count("cachingtests/_badge.html") == 4

    def test_keeps_what_was_used_last(self, settings, rendered):
        settings.CACHING_FRAGMENTS = 2
        for name in ("Anna", "Bea", "Anna", "Cleo", "Anna"):
            render(PLAYER, player=Player(name))
        assert rendered.count("cachingtests/_badge.html") == 3

    def test_does_not_outlive_a_change_of_the_template(self, settings, tmp_path):
        settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
        for text in ("old", "new"):
            (tmp_path / "_changing.html").write_text(text)
            for loader in engines["django"].engine.template_loaders:
                loader.reset()  # as the development server does
            assert render('{% fragment "_changing.html" %}') == text


class TestRefusals:
    """What may change would be shown as it was when it was remembered."""

    def refused(self, source, **values):
        with pytest.raises(fragments.FragmentError) as refused:
            render(source, **values)
        return str(refused.value)

    def test_of_a_model(self):
        assert self.refused(PLAYER, player=Club(pk=1, name="Ajax")) == (
            '<unknown source>:1: fragment "cachingtests/_badge.html" cannot be remembered by '
            "player, a Club: it may change. Give it texts, numbers, or page objects that are "
            "frozen and hold nothing else."
        )

    def test_of_a_page_object_that_is_not_frozen(self):
        assert "by player, a Loose" in self.refused(PLAYER, player=Loose("Anna"))

    def test_of_a_page_object_that_holds_a_list(self):
        players = [Player("Bea"), Player("Anna", clubs=["Ajax"])]
        assert "by player, a Player" in self.refused(PLAYERS, players=players)

    def test_of_a_template_whose_name_is_not_constant(self):
        with pytest.raises(TemplateSyntaxError) as refused:
            render("{% fragment name %}")
        message = "fragment takes the name of a template in quotes, not name."
        assert str(refused.value) == message

    def test_of_a_for_that_is_none(self):
        with pytest.raises(TemplateSyntaxError) as refused:
            render('{% fragment "cachingtests/_badge.html" for player of players %}')
        message = 'fragment "cachingtests/_badge.html" says for what: `for place in places`.'
        assert str(refused.value) == message


def test_a_rendered_entry_knows_the_templates_of_its_fragments():
    entry = RenderedEntry("cachingtests/badges.html", of=ClubReads.card)
    names = [template.name for template in entry.templates()]
    assert names == ["cachingtests/_badge.html", "cachingtests/badges.html"]
