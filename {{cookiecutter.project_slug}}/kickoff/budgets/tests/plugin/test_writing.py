"""`--budgets=update` and `--budgets=tighten`."""

import pytest


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
