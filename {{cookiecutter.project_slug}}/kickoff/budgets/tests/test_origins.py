"""The line at fault: of the template with its includes, and of Python."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.template import Context, Engine
from django.utils.functional import SimpleLazyObject

from kickoff.budgets.capture import capturing
from kickoff.budgets.origins import OriginFinder

HERE = Path(__file__).parent
FINDER = OriginFinder(HERE)
pytestmark = pytest.mark.django_db


def statements(template, finder=FINDER, **context):
    engine = Engine(dirs=[HERE / "templates"])
    with capturing(finder) as capture:
        engine.get_template(template).render(Context(context))
    return capture.statements


class TestTheTemplateLine:
    def test_is_followed_through_includes_with_debug_off(self, settings):
        assert not settings.DEBUG
        (statement,) = statements("page.html", permissions=Permission.objects.all()[:1].iterator())[
            1:
        ]
        assert str(statement.origin) == "page.html:4 via {% include %} _row.html:2"
        assert statement.origin.place == ("templates/_row.html", 2)

    def test_of_a_loop_is_where_the_rows_are_fetched(self):
        (first, *_others) = statements("page.html", permissions=Permission.objects.all()[:1])
        assert str(first.origin) == "page.html:3"

    def test_of_an_extended_template_is_its_own(self):
        (statement,) = statements("page.html", groups=Group.objects.all())
        assert str(statement.origin) == "base.html:4"

    def test_of_a_template_elsewhere_gives_no_place_in_the_project(self):
        elsewhere = OriginFinder(HERE / "bookshop")
        (statement,) = statements("page.html", elsewhere, groups=Group.objects.all())
        assert str(statement.origin) == "base.html:4"
        assert statement.origin.place is None

    def test_is_found_without_evaluating_lazy_objects(self):
        class Rendered:
            """Has a method called render, and a self that would query if it were looked at."""

            def render(self):
                return list(Group.objects.all())

        asked = []
        lazy = SimpleLazyObject(lambda: asked.append(1) or Rendered())
        with capturing(FINDER) as capture:
            Rendered.render(lazy)
        assert len(capture.statements) == 1
        assert asked == []


class TestThePythonLine:
    def test_is_the_innermost_of_the_project(self):
        with capturing(FINDER) as capture:
            Group.objects.count()
        python = capture.statements[0].origin.python
        assert (python.path, python.function) == (
            "test_origins.py",
            "test_is_the_innermost_of_the_project",
        )

    def test_passes_over_plumbing(self):
        finder = OriginFinder(HERE, plumbing=(HERE / "bookshop",))
        assert finder.below_root(str(HERE / "bookshop/views.py")) == ""
        assert finder.below_root(str(HERE / "conftest.py")) == "conftest.py"

    def test_is_never_in_an_environment_inside_the_project(self, tmp_path, monkeypatch):
        monkeypatch.setattr("sys.prefix", str(tmp_path / ".venv"))
        finder = OriginFinder(tmp_path)
        assert finder.below_root(str(tmp_path / ".venv/src/thing/views.py")) == ""
        assert finder.below_root(str(tmp_path / "site-packages/django/views.py")) == ""
        assert finder.below_root(str(tmp_path / "shop/views.py")) == "shop/views.py"

    def test_is_in_a_project_inside_the_prefix_of_python(self, tmp_path, monkeypatch):
        """As in a container: /usr is the prefix, /usr/src/app the project."""
        monkeypatch.setattr("sys.prefix", str(tmp_path))
        project = tmp_path / "src/app"
        assert OriginFinder(project).below_root(str(project / "views.py")) == "views.py"

    def test_is_a_library_where_the_project_has_no_part_in_it(self):
        with capturing(OriginFinder(HERE / "bookshop")) as capture:
            Group.objects.count()
        assert str(capture.statements[0].origin).startswith("kickoff.budgets.tests.test_origins:")
