"""What is said of a route that is not visited as it should be."""


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
