"""Rendered entries: HTML from page objects, and its place in a deploy."""

from __future__ import annotations

import shutil
from functools import wraps
from pathlib import Path

import pytest
from django.template import engines

from kickoff.caching import checks
from kickoff.caching.entries import Registry
from kickoff.caching.leadership import Leadership
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.rendering import RenderedEntry
from kickoff.caching.runtime import current_store
from kickoff.caching.tally import Counts
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club, Member
from kickoff.testing.waiting import wait_until

TEMPLATES = Path(__file__).parent / "app" / "templates" / "cachingtests"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ajax(settings):
    settings.CACHING_CONTEXT = {"site_name": "The Cup"}
    club = Club.objects.create(name="Ajax")
    Member.objects.create(club=club, name="<Anna>")
    return club


def refresh():
    Refresher(Shard(), Leadership("1/1")).once()
    reader.memory.forget()


def forget_templates():
    """As runserver does when one has changed."""
    for loader in engines["django"].engine.template_loaders:
        loader.reset()


def entry(template):
    found = RenderedEntry(template, of=ClubReads.card)
    found.name = template
    return found


@pytest.fixture
def folder(settings, tmp_path):
    """A copy of the templates that a test may change."""
    options = settings.TEMPLATES[0] | {"DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    settings.TEMPLATES = [options]
    return Path(shutil.copytree(TEMPLATES, tmp_path / "cachingtests"))


@pytest.fixture
def rendered(monkeypatch):
    """The page objects of which HTML was made."""
    found = []
    plain = ClubReads.html.build

    @wraps(plain)
    def build(page, *rest):
        found.append(page)
        return plain(page, *rest)

    monkeypatch.setattr(ClubReads.html, "build", build)
    return found


class TestThePage:
    def test_shows_the_fields_of_the_page_object(self, ajax):
        html = '<main lang="en" title="The Cup">Ajax, 1 of 1 <b>&lt;Anna&gt;</b> </main>'
        assert " ".join(Club.cached.html(ajax.pk).plain.decode().split()) == html

    def test_shows_the_page_object_by_a_name(self, ajax):
        assert Club.cached.named_html(ajax.pk).plain == b"Ajax\n"

    def test_of_what_is_not_there_is_none_and_stays_so_for_a_while(self, ajax, no_memory):
        """Its parts are there: the builder of the page object says that there is none."""
        slot = ClubReads.html.key((99, ClubReads.html.made_from(ClubReads.card.parts(99))))
        for _ in range(2):
            assert Club.cached.html(99) is None
            assert current_store().get(slot) is not None

    def test_knows_the_line_that_declares_it(self):
        file, _, number = ClubReads.html.declared_at.rpartition(":")
        assert "html = RenderedEntry(" in Path(file).read_text().splitlines()[int(number) - 1]

    def test_is_rendered_once_for_each_version(self, ajax, monkeypatch):
        counts = Counts()
        monkeypatch.setattr(ClubReads.html.tally, "counts", counts)
        for _ in range(3):
            reader.memory.forget()
            Club.cached.html(ajax.pk)
        assert (counts.reads, counts.builds) == (3, 1)
        ajax.name = "AFC Ajax"
        ajax.save()
        refresh()
        assert b"AFC Ajax" in Club.cached.html(ajax.pk).plain
        assert counts.builds == 2

    def test_is_not_rendered_again_for_what_it_does_not_show(self, ajax, rendered):
        """The list of clubs has changed, from which this page takes their number alone."""
        bayern = Club.objects.create(name="Bayern")
        refresh()
        html = Club.cached.html(ajax.pk)
        bayern.name = "FC Bayern"
        bayern.save()
        Refresher(Shard(), Leadership("1/1")).once()
        wait_until(lambda: ClubReads.index.read().names == ("Ajax", "FC Bayern"))
        rendered.clear()
        assert Club.cached.html(ajax.pk) == html  # this process has known it
        reader.memory.forget()
        bayern.delete()
        Club.objects.create(name="Chelsea")
        refresh()
        assert Club.cached.html(ajax.pk) == html  # the store has
        assert rendered == []

    def test_needs_no_slot_for_the_page_object(self, ajax):
        Club.cached.html(ajax.pk)
        parts = ClubReads.card.parts(ajax.pk)
        assert (
            current_store().get(ClubReads.card.key((ajax.pk, ClubReads.card.made_from(parts))))
            is None
        )

    def test_a_change_of_the_template_is_seen_while_one_develops(self, ajax, settings, folder):
        settings.DEBUG = True
        before = Club.cached.html(ajax.pk)
        (folder / "card.html").write_text("another template")
        forget_templates()
        assert before.plain != b"another template"
        wait_until(lambda: Club.cached.html(ajax.pk).plain == b"another template")

    def test_costs_no_query_when_it_is_hot(self, ajax, django_assert_num_queries):
        Club.cached.html(ajax.pk)
        reader.memory.forget()
        with django_assert_num_queries(0):
            Club.cached.html(ajax.pk)


class TestItsFingerprint:
    def fingerprint(self):
        forget_templates()
        return entry("cachingtests/card.html").fingerprint

    def test_is_the_same_for_the_same_page(self, folder):
        assert self.fingerprint() == self.fingerprint()

    @pytest.mark.parametrize("changed", ["card.html", "_member.html", "frame.html"])
    def test_changes_with_each_template(self, folder, changed):
        before = self.fingerprint()
        path = folder / changed
        path.write_text(path.read_text() + "!")
        assert self.fingerprint() != before

    def test_changes_with_the_type_of_the_page_object(self):
        other = RenderedEntry("cachingtests/card.html", of=ClubReads.page)
        assert other.fingerprint != self.fingerprint()

    @pytest.mark.parametrize("setting", ["CACHING_RELEASE", "CACHING_CONTEXT"])
    def test_changes_with_what_else_is_in_the_page(self, folder, settings, setting):
        before = self.fingerprint()
        setattr(settings, setting, {"site_name": "x"} if setting.endswith("CONTEXT") else "2")
        assert self.fingerprint() != before


class TestMistakes:
    @pytest.fixture
    def found(self, monkeypatch):
        def run(entry):
            registry = Registry()
            registry.add(entry)
            monkeypatch.setattr(checks, "registry", registry)
            return [f"{message.id} {message.msg}" for message in checks.check_entries(None)]

        return run

    def test_a_template_that_is_not_there(self, found):
        (message,) = found(entry("no/such.html"))
        assert message == "caching.E008 no/such.html: there is no template no/such.html."

    def test_an_include_by_a_variable(self, found):
        name = "cachingtests/loose.html"
        (message,) = found(entry(name))
        assert message.startswith(f"caching.E008 {name}: {name}:2: a rendered entry needs")
