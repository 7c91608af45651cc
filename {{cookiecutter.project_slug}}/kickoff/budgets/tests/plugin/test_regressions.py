"""What is said of a page that costs more than it may."""

import pytest


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


N_PLUS_ONE = """\
books (GET, anonymous), cold
  queries: budget 1, actual 3; cache calls: budget 0, actual 0
  SELECT bookshop_author: budget 0, actual 2 (+2)
    SELECT … FROM "bookshop_author" WHERE "bookshop_author"."id" = ? LIMIT ?
    N+1: 2 × SELECT bookshop_author from bookshop/books.html:5 via {% include %} \
bookshop/_book.html:2; select_related('author') would remove it (in the queryset of Book)
    Python: bookshop/views.py:13 in books
"""
