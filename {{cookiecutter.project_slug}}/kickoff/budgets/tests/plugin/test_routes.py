"""The folder of the plugin, copied alone into a fresh project: what its user sees."""

import subprocess

import pytest


class TestTheContract:
    def test_is_written_by_update_and_holds_from_then_on(self, bookshop):
        assert bookshop.contract == CONTRACT
        done = bookshop.pytest()
        assert done.returncode == 0, done.text
        assert "visits: 6, problems: 0" in done.text

    def test_is_not_run_with_the_tests_of_an_app(self, bookshop):
        (bookshop.folder / "bookshop/test_nothing.py").write_text("def test_nothing(): pass\n")
        assert "1 passed" in bookshop.pytest("bookshop").text

    def test_that_is_missing_is_an_error(self, bookshop):
        (bookshop.folder / "query_budgets.toml").unlink()
        done = bookshop.pytest()
        assert done.returncode == 4
        assert "query_budgets.toml is missing: no page has a budget" in done.text

    def test_that_is_missing_does_not_matter_for_help(self, bookshop):
        (bookshop.folder / "query_budgets.toml").unlink()
        assert "--budgets-base=REV" in bookshop.pytest("--help").text

    def test_is_run_where_the_configuration_names_paths_to_tests(self, bookshop):
        (bookshop.folder / "bookshop/test_nothing.py").write_text("def test_nothing(): pass\n")
        bookshop.add_to("pytest.ini", "testpaths = bookshop\n")
        for arguments in ([], ["-n2"]):
            assert "visits: 6, problems: 0" in bookshop.pytest(*arguments).text

    @pytest.mark.parametrize(
        "option", ["--budgets=check", "--budgets=update", "--budgets-base=HEAD"]
    )
    def test_that_an_option_asks_for_and_nobody_runs_is_an_error(self, bookshop, option):
        (bookshop.folder / "bookshop/test_nothing.py").write_text("def test_nothing(): pass\n")
        done = bookshop.pytest(option, "bookshop")
        assert done.returncode == 4
        assert "No budget was visited, and an option asks for them" in done.text

    def test_that_cannot_be_read_is_an_error(self, bookshop):
        bookshop.edit("query_budgets.toml", "status = 200", "statsu = 200")
        done = bookshop.pytest()
        assert done.returncode == 2
        assert "has 'statsu', which means nothing there" in done.text


class TestARegression:
    def test_is_named_with_its_template_line_and_its_remedy(self, bookshop):
        bookshop.edit("bookshop/views.py", '.select_related("author")', "")
        done = bookshop.pytest()
        assert done.returncode == 1
        assert N_PLUS_ONE in done.text

    def test_fails_under_xdist_as_well(self, bookshop):
        bookshop.edit("bookshop/views.py", '.select_related("author")', "")
        done = bookshop.pytest("-n2")
        assert done.returncode == 1
        assert N_PLUS_ONE in done.text
        assert "visits: 6, problems: 4" in done.text

    def test_in_code_after_the_commit_is_seen(self, bookshop):
        bookshop.edit(
            "bookshop/views.py",
            'Book.objects.create(title="First", author=author))',
            "[Book.objects.create(title=title, author=author) for title in 'AB'])",
        )
        done = bookshop.pytest("-k", "write and POST and writer")
        assert "INSERT bookshop_book: budget 1, actual 2 (+1)" in done.text

    def test_of_another_status_is_not_a_cheap_page(self, bookshop):
        bookshop.edit(
            "bookshop/views.py", "def books(request):", "@login_required\ndef books(request):"
        )
        done = bookshop.pytest("-k", "books")
        assert done.returncode == 1
        assert "books (GET, anonymous), cold\n  status: expected 200, actual 302" in done.text

    def test_that_shows_nothing_any_more_is_called_out(self, bookshop):
        bookshop.edit("bookshop/views.py", ', {"books": books}', "")
        done = bookshop.pytest("-k", "books")
        assert (
            "books (GET, anonymous), no statement was captured, cold or hot\n"
            "  Its entry expects 1: does the page still read what it shows?"
        ) in done.text
        assert "The page shows no more rows" in done.text

    @pytest.mark.parametrize("mode", ["update", "tighten"])
    def test_that_reads_nothing_any_more_is_never_written(self, bookshop, mode):
        before = bookshop.contract
        bookshop.edit("bookshop/views.py", "    if title is None:", '    title = "Any"\n    if 0:')
        done = bookshop.pytest(f"--budgets={mode}", "-k", "book-")
        assert done.returncode == 1
        assert "no statement was captured, cold or hot" in done.text
        assert bookshop.contract == before

    def test_that_shows_a_page_to_nobody_is_neither_accepted_nor_written(self, bookshop):
        before = bookshop.contract
        bookshop.edit(
            "bookshop/views.py", "def books(request):", "@login_required\ndef books(request):"
        )
        done = bookshop.pytest("--budgets=update")
        assert done.returncode == 1
        said = "books should show more on a larger world, and is shown to nobody: its visitors"
        assert f"{said} get 302." in done.text
        assert bookshop.contract == before
        books = "[books.anonymous.GET]\nstatus = {}"
        bookshop.edit("query_budgets.toml", books.format(200), books.format(302))
        assert said in bookshop.pytest("-k", "shown").text

    def test_that_shows_from_one_request_to_the_next_is_unstable(self, bookshop):
        bookshop.add_to(
            "bookshop/views.py",
            "\nodd = 0\nbooks_always = books\n\n"
            "def books(request):\n"
            "    global odd\n"
            "    odd += 1\n"
            "    if odd % 2: Author.objects.count()\n"
            "    return books_always(request)\n",
        )
        done = bookshop.pytest("-k", "books")
        assert "books (GET, anonymous), hot, is unstable: two equal requests cost" in done.text
        assert "COUNT bookshop_author: 1, then 0" in done.text

    def test_does_not_hide_in_a_harmless_change(self, bookshop):
        bookshop.edit("bookshop/views.py", "books = Book", "all_of_them = Book")
        bookshop.edit("bookshop/views.py", '{"books": books}', '{"books": all_of_them}')
        assert bookshop.pytest().returncode == 0


class TestANewcomer:
    def test_pastes_a_whole_file_for_the_app_and_a_line_for_the_admin(self, bookshop):
        (bookshop.folder / "bookshop/visits.py").unlink()
        (bookshop.folder / "query_budgets.toml").unlink()
        text = bookshop.pytest("--budgets=update").text
        assert (
            "bookshop.visits is missing, and these routes are never visited: book, books, write.\n"
            "Write bookshop/visits.py, and say for each page why it is fixed"
        ) in text
        file = text[text.index("from types import") : text.index("-- query budgets")]
        file = file[: file.index("\n)\n") + 3]
        world = (
            "SimpleNamespace(pk=Book.objects.create(title='A', author=Author.objects.create()).pk)"
        )
        (bookshop.folder / "bookshop/visits.py").write_text(
            "from .models import Author, Book\n"
            + file.replace("SimpleNamespace()", world).replace('"…"', '"For now."')
        )
        skip = text[text.index("[skip]") :].split("\n\n")[0].split("\n")[:3]
        assert [line.strip() for line in skip] == [
            "[skip]",
            '"/admin/*" = "…"',
            '"admin:*" = "…"',
        ]
        lines = "\n".join(line.strip().replace("…", "Django's own.") for line in skip)
        bookshop.edit("query_budgets.toml", "[skip]", lines)
        bookshop.pytest("--budgets=update")
        done = bookshop.pytest()
        assert done.returncode == 0, done.text
        assert "visits: 4, problems: 0" in done.text

    def test_is_never_sent_to_the_packages_of_others(self, bookshop):
        bookshop.edit(
            "bookshop/urls.py",
            "]",
            '    path("", __import__("django").urls.include("django.contrib.auth.urls")),\n]',
        )
        text = bookshop.pytest("-k", "visited").text
        assert "logout is never visited. Add to the routes of bookshop.visits:" in text
        assert "django.contrib.auth.visits" not in text


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


class TestARoute:
    def test_that_is_never_visited_fails_with_what_to_write(self, bookshop):
        bookshop.edit(
            "bookshop/urls.py", "]", '    path("new/<slug:name>/", views.book, name="new"),\n]'
        )
        done = bookshop.pytest("-k", "visited")
        assert done.returncode == 1
        assert (
            "new is never visited. Add to the routes of bookshop.visits:\n"
            '    "new": Visit(lambda world: {"name": world.…}, methods="GET", grows="…"),\n'
            "or leave it out, with the reason, in query_budgets.toml:\n"
            "    [skip]\n"
            '    "new" = "…"'
        ) in done.text

    def test_without_an_entry_fails_with_the_entry(self, bookshop):
        start = bookshop.contract.index("[book.")
        end = bookshop.contract.index("[books.")
        entry = bookshop.contract[start:end]
        bookshop.edit("query_budgets.toml", entry, "")
        done = bookshop.pytest("-k", "book-")
        assert "query_budgets.toml has no entry for book (GET, anonymous). Add:" in done.text
        assert "  [book.anonymous.GET]\n  status = 200\n" in done.text

    def test_that_is_gone_leaves_a_stale_entry(self, bookshop):
        bookshop.edit("bookshop/urls.py", 'path("books/<int:pk>/", views.book, name="book"),', "")
        done = bookshop.pytest()
        assert "has an entry for book (GET, anonymous), which is never visited" in done.text
        assert 'bookshop.visits visits "book", which is no route' in done.text

    def test_behind_another_one_is_not_visited_by_mistake(self, bookshop):
        bookshop.edit("bookshop/urls.py", 'path("write/"', 'path(""')
        done = bookshop.pytest("-k", "write")
        assert "/ is answered by books, which stands before write" in done.text

    def test_without_its_arguments_fails_with_what_to_write(self, bookshop):
        bookshop.edit("bookshop/visits.py", 'lambda world: {"pk": world.book.pk},', "")
        done = bookshop.pytest("-k", "book-")
        assert (
            "/books/<int:pk>/ needs pk. In bookshop.visits:\n"
            '    "book": Visit(lambda world: {"pk": world.…}, …),'
        ) in done.text

    def test_that_takes_posts_must_be_visited_with_one(self, bookshop):
        bookshop.edit("bookshop/visits.py", "Visit(data=", 'Visit(methods="GET", data=')
        done = bookshop.pytest("-k", "visited")
        assert "write takes POST, and is never visited with it." in done.text

    def test_that_does_not_say_its_methods_must_be_told_them(self, bookshop):
        """And whatever is posted there keeps its budget until then."""
        start = bookshop.contract.index("[books.")
        end = bookshop.contract.index("[write.")
        posted = bookshop.contract[start:end].replace("GET", "POST")
        bookshop.add_to("query_budgets.toml", f"\n{posted}")
        bookshop.edit("bookshop/visits.py", '"books": Visit(methods="GET", ', '"books": Visit(')
        done = bookshop.pytest("--budgets=update")
        assert done.returncode == 1
        assert (
            "books does not say which methods it takes. Say it on its view, with @require_safe or "
            "@require_http_methods([…]), or in bookshop.visits give its visit "
            'methods="GET", or methods=["GET", "POST"].'
        ) in done.text
        assert posted.strip() in bookshop.contract

    def test_that_nobody_else_visits_needs_a_reason(self, bookshop):
        bookshop.edit("query_budgets.toml", "book* as writer", "book as writer")
        done = bookshop.pytest("-k", "visited")
        assert done.returncode == 1
        assert (
            "books is never visited as writer. In bookshop.visits give its visit "
            'visitors=[…, "writer"], or in query_budgets.toml a reason:\n'
            '    [skip]\n    "books as writer" = "…"'
        ) in done.text

    def test_that_is_only_posted_to_comes_after_another_page(self, bookshop):
        """What that page has cached makes it hot."""
        bookshop.add_to(
            "bookshop/views.py",
            '\n\n@require_http_methods(["POST"])\n'
            "def buy(request, pk):\n    return book(request, pk)\n",
        )
        bookshop.edit(
            "bookshop/urls.py", "]", '    path("books/<int:pk>/buy/", views.buy, name="buy"),\n]'
        )
        bookshop.edit(
            "bookshop/visits.py",
            "    routes={",
            "    routes={\n"
            '        "buy": Visit(\n'
            '            lambda world: {"pk": world.book.pk}, after="book", fixed="One book."\n'
            "        ),",
        )
        bookshop.pytest("--budgets=update", "-k", "buy")
        assert (
            '[buy."anonymous, writer".POST]\nstatus = 200\n'
            'cold.queries."SELECT bookshop_book" = 1\n'
            'cold.cache."set book.#" = 1\n'
            'cache."get book.#" = 1\n'
        ) in bookshop.contract


class TestUpdate:
    def test_rewrites_what_ran_and_keeps_comments(self, bookshop):
        bookshop.edit("query_budgets.toml", "[books.", "# The front page.\n[books.")
        bookshop.edit("query_budgets.toml", "INSERT bookshop_author", "INSERT elsewhere")
        before = bookshop.contract
        bookshop.edit(
            "bookshop/views.py", "    books = Book", "    Book.objects.count()\n    books = Book"
        )
        done = bookshop.pytest("--budgets=update", "-n2", "-k", "books")
        assert done.returncode == 0, done.text
        assert "books (GET, anonymous) is raised: write into its entry why" in done.text
        assert "5 were not visited, or have flaws: they keep their entries" in done.text
        assert bookshop.contract == before.replace(
            '\nqueries."SELECT bookshop_book" = 1\n',
            '\nqueries."COUNT bookshop_book" = 1\nqueries."SELECT bookshop_book" = 1\n',
        )

    def test_takes_out_what_is_gone_when_everything_ran(self, bookshop):
        bookshop.edit("bookshop/visits.py", ', "writer": lambda world: world.writer', "")
        done = bookshop.pytest("--budgets=update")
        assert done.returncode == 0, done.text
        assert "0 entries written, 2 removed" in done.text
        assert "[write.writer" not in bookshop.contract
        assert "[write.anonymous" in bookshop.contract

    def test_never_writes_a_count_that_grows(self, bookshop):
        before = bookshop.contract
        bookshop.edit("bookshop/views.py", '.select_related("author")', "")
        assert bookshop.pytest("--budgets=update").returncode == 1
        assert bookshop.contract == before

    @pytest.mark.parametrize("mode", ["update", "tighten"])
    def test_and_tighten_refuse_where_nothing_may_be_written(self, bookshop, mode):
        in_ci = bookshop.pytest(f"--budgets={mode}", CI="true")
        assert in_ci.returncode == 4
        assert f"--budgets={mode} does not run in CI" in in_ci.text
        at_first_failure = bookshop.pytest(f"--budgets={mode}", "-x")
        assert at_first_failure.returncode == 4
        assert "needs the whole run" in at_first_failure.text

    def test_that_only_collects_writes_nothing(self, bookshop):
        contract = bookshop.folder / "query_budgets.toml"
        contract.unlink()
        bookshop.pytest("--budgets=update", "--co")
        assert not contract.exists()

    def test_writes_nothing_into_a_layout_that_is_not_its_own(self, bookshop):
        head = "[books.anonymous.GET]\nstatus = 200\n"
        table = '[books.anonymous.GET.queries]\n"SELECT bookshop_book" = 2\n'
        bookshop.edit(
            "query_budgets.toml", f'{head}queries."SELECT bookshop_book" = 1\n', head + table
        )
        before = bookshop.contract
        done = bookshop.pytest("--budgets=update", "-k", "books")
        assert done.returncode == 1
        assert "Nothing was written. query_budgets.toml: [books.anonymous.GET.queries]" in done.text
        assert bookshop.contract == before

    def test_writes_nothing_after_an_interrupted_run(self, bookshop):
        before = bookshop.contract
        bookshop.edit("bookshop/views.py", ".order_by", ".filter(pk__gt=0).order_by")
        bookshop.add_to(
            "conftest.py",
            "\ndef pytest_runtest_teardown(item):\n"
            "    if 'books' in item.name: raise KeyboardInterrupt\n",
        )
        done = bookshop.pytest("--budgets=update")
        assert done.returncode == 2
        assert "query_budgets.toml is as it was: the run did not come to its end" in done.text
        assert bookshop.contract == before


class TestABase:
    @pytest.fixture(autouse=True)
    def _main(self, bookshop):
        def git(*arguments):
            name = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
            subprocess.run(["git", *name, *arguments], cwd=bookshop.folder, check=True)

        git("init", "--quiet", "--initial-branch=main")
        git("add", ".")
        git("commit", "--quiet", "--message=Begin")

    def test_tells_which_of_two_queries_is_the_new_one(self, bookshop):
        """Without it either may be: the annotation stands at the entry."""
        bookshop.edit(
            "bookshop/views.py",
            "def books(request):\n",
            "def books(request):\n    len(Book.objects.all())\n",
        )
        place = "title=Query budget%3A books (GET%2C anonymous)%2C cold::"
        alone = bookshop.pytest("-k", "books", GITHUB_ACTIONS="true")
        assert (
            "  SELECT bookshop_book: budget 1, actual 2 (+1)\n"
            "    one of these is new:\n"
            '    SELECT … FROM "bookshop_book"'
        ) in alone.text
        line = bookshop.contract.split("\n").index("[books.anonymous.GET]") + 1
        assert f"::error file=query_budgets.toml,line={line},{place}" in alone.text
        compared = bookshop.pytest("-k", "books", "--budgets-base=main", GITHUB_ACTIONS="true")
        assert f"::error file=bookshop/views.py,line=12,{place}" in compared.text
        assert "one of these is new" not in compared.text

    def test_lets_no_budget_rise_without_a_reason(self, bookshop):
        books = '[books.anonymous.GET]\nstatus = 200\nqueries."SELECT bookshop_book" = {}\n'
        bookshop.edit("query_budgets.toml", books.format(1), books.format(2))
        raised = bookshop.pytest("--budgets-base=main", "-k", "reason")
        assert raised.returncode == 1
        assert (
            "books (GET, anonymous) is raised since main: cold SELECT bookshop_book 1 → 2; "
            "hot SELECT bookshop_book 1 → 2"
        ) in raised.text
        bookshop.edit("query_budgets.toml", books.format(2), books.format(2) + 'reason = "Why."\n')
        assert bookshop.pytest("--budgets-base=main", "-k", "reason").returncode == 0
        unknown = bookshop.pytest("--budgets-base=origin/main", "-k", "reason")
        assert "git fetch --depth=1 origin main" in unknown.text


class TestTighten:
    def test_only_lowers(self, bookshop):
        book = '[books.anonymous.GET]\nstatus = 200\nqueries."SELECT bookshop_book" = {}'
        bookshop.edit("query_budgets.toml", book.format(1), book.format(3))
        bookshop.edit("query_budgets.toml", 'queries."INSERT bookshop_author" = 1\n', "")
        below = bookshop.pytest()
        assert "SELECT bookshop_book: budget 3, actual 1 (-2)" in below.text
        done = bookshop.pytest("--budgets=tighten")
        assert done.returncode == 1
        assert "INSERT bookshop_author: budget 0, actual 1 (+1)" in done.text
        assert book.format(1) in bookshop.contract
        assert 'queries."INSERT bookshop_author"' not in bookshop.contract


class TestReports:
    def test_go_to_github_and_gitlab(self, bookshop, tmp_path):
        bookshop.edit("bookshop/views.py", '.select_related("author")', "")
        done = bookshop.pytest(
            f"--budgets-code-quality={tmp_path / 'quality.json'}",
            GITHUB_ACTIONS="true",
            GITHUB_WORKSPACE=str(tmp_path),
            GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        )
        assert (
            "::error file=project/bookshop/templates/bookshop/_book.html,line=2,"
            "title=Query budget%3A books (GET%2C anonymous)%2C cold::"
        ) in done.text
        assert "| books (GET, anonymous), cold | 1 query, " in (tmp_path / "summary.md").read_text()
        assert '"query-budget-growth"' in (tmp_path / "quality.json").read_text()

    def test_tell_of_a_page_that_breaks(self, bookshop, tmp_path):
        bookshop.edit("bookshop/views.py", '.select_related("author")', ".of_the_week()")
        done = bookshop.pytest("-k", "books", GITHUB_ACTIONS="true")
        assert done.returncode == 1
        assert (
            "::error file=bookshop/views.py,line=12,"
            "title=Query budget%3A books (GET%2C anonymous) raises AttributeError::"
        ) in done.text


N_PLUS_ONE = """\
books (GET, anonymous), cold
  queries: budget 1, actual 3; cache calls: budget 0, actual 0
  SELECT bookshop_author: budget 0, actual 2 (+2)
    SELECT … FROM "bookshop_author" WHERE "bookshop_author"."id" = ? LIMIT ?
    N+1: 2 × SELECT bookshop_author from bookshop/books.html:5 via {% include %} \
bookshop/_book.html:2; select_related('author') would remove it (in the queryset of Book)
    Python: bookshop/views.py:13 in books
"""

CONTRACT = """\
version = 1

[skip]
"admin:*" = "Django's own."
"/admin/*" = "Django's own."
"book* as writer" = "They see what everybody sees."

[book.anonymous.GET]
status = 200
cold.queries."SELECT bookshop_book" = 1
cold.cache."set book.#" = 1
cache."get book.#" = 1

[books.anonymous.GET]
status = 200
queries."SELECT bookshop_book" = 1

[write.anonymous.GET]
status = 302
cold = {}
hot = {}

[write.anonymous.POST]
status = 302
cold = {}
hot = {}

[write.writer.GET]
status = 200
queries."SELECT auth_user" = 1
queries."SELECT django_session" = 1

[write.writer.POST]
status = 302
queries."INSERT bookshop_author" = 1
queries."INSERT bookshop_book" = 1
queries."SELECT auth_user" = 1
queries."SELECT django_session" = 1
"""
