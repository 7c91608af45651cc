"""The file of the budgets: when it is written, read, and asked for."""

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
