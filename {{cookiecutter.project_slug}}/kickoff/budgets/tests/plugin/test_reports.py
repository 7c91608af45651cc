"""What GitHub and GitLab are told."""


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
