"""`--budgets-base`: what is new since another revision."""

import subprocess

import pytest


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
