"""Projects whose settings are not those of the bookshop."""

import pytest


class TestSettings:
    def test_may_keep_sessions_in_the_cache_and_want_https(self, bookshop):
        """Cold empties the cache, and still the visitor is signed in; nobody is sent to https."""
        bookshop.add_to(
            "site_of_books/settings.py",
            'SESSION_ENGINE = "django.contrib.sessions.backends.cache"\n'
            "SECURE_SSL_REDIRECT = True\n",
        )
        done = bookshop.pytest("-k", "write and writer and GET")
        assert "status: expected" not in done.text
        assert "get django.contrib.sessions.cache#: budget 0, actual 1 (+1)" in done.text

    def test_may_have_sites_that_django_remembers(self, bookshop):
        """Cold pays for the site, hot does not, whichever test comes first."""
        bookshop.add_to(
            "site_of_books/settings.py",
            'INSTALLED_APPS += ["django.contrib.sites"]\nSITE_ID = 1\n',
        )
        bookshop.edit(
            "bookshop/views.py",
            "    title = cache",
            "    from django.contrib.sites.models import Site\n"
            "    Site.objects.get_current()\n"
            "    title = cache",
        )
        bookshop.add_to(
            "conftest.py",
            "\n\ndef pytest_collection_modifyitems(items):\n    items.reverse()\n",
        )
        done = bookshop.pytest()
        assert "visits: 6, problems: 1" in done.text
        assert "book (GET, anonymous), cold\n  queries: budget 1, actual 2" in done.text


class TestASecondDatabase:
    @pytest.fixture(autouse=True)
    def _archive(self, bookshop):
        bookshop.add_to(
            "site_of_books/settings.py",
            'DATABASES["archive"] = {\n'
            '    "ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "archive.sqlite3"\n}\n',
        )

    def test_is_counted_under_its_name(self, bookshop):
        bookshop.edit(
            "bookshop/views.py",
            "def books(request):\n",
            'def books(request):\n    Author.objects.using("archive").count()\n',
        )
        done = bookshop.pytest("-k", "books")
        assert done.returncode == 1
        assert "archive: COUNT bookshop_author: budget 0, actual 1 (+1)" in done.text

    def test_is_emptied_between_worlds_as_well(self, bookshop):
        bookshop.edit(
            "bookshop/visits.py",
            "    return Simple",
            '    assert not Author.objects.using("archive").exists()\n'
            '    Author.objects.using("archive").create(name="Old")\n'
            "    return Simple",
        )
        done = bookshop.pytest("-k", "books")
        assert done.returncode == 0, done.text
