"""What somebody pastes who has no budgets yet."""


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
