import subprocess

import pytest

from kickoff.budgets.budget_file import Budgets, Case, Counts, Entry
from kickoff.budgets.raises import RevisionError, budgets_at, unexplained_raises

CASE = Case("book", "anonymous", "GET")
TWO, THREE = Counts({"SELECT a": 2}), Counts({"SELECT a": 3})


def raises(before, after):
    base, now = (Budgets({CASE: entry} if entry else {}) for entry in (before, after))
    return [text for _case, text in unexplained_raises(base, now, "main")]


class TestARaise:
    def test_without_a_reason_is_named(self):
        assert raises(Entry(200, TWO), Entry(200, THREE)) == [
            "book (GET, anonymous) is raised since main: cold SELECT a 2 → 3. "
            'In query_budgets.toml its entry needs a reason: reason = "…"'
        ]

    def test_with_a_reason_is_accepted(self):
        assert raises(Entry(200, TWO), Entry(200, THREE, reason="It must.")) == []

    def test_with_the_reason_of_last_time_is_named(self):
        (text,) = raises(Entry(200, TWO, reason="Once."), Entry(200, THREE, reason="Once."))
        assert "its entry needs a new reason" in text

    def test_of_cache_calls_counts_too(self):
        (text,) = raises(Entry(200), Entry(200, hot=Counts({}, {"get x": 1})))
        assert "hot get x 0 → 1" in text

    def test_on_mysql_alone_counts_too(self):
        after = Entry(200, TWO, overrides={"mysql": {"cold": THREE}})
        (text,) = raises(Entry(200, TWO), after)
        assert "main: mysql cold SELECT a 2 → 3. In" in text

    def test_hides_in_no_query_that_is_gone(self):
        (text,) = raises(Entry(200, TWO), Entry(200, Counts({"SELECT b": 2})))
        assert "cold SELECT b 0 → 2" in text

    def test_with_a_blank_reason_is_named(self):
        (text,) = raises(Entry(200, TWO), Entry(200, THREE, reason=" "))
        assert "its entry needs a reason" in text

    def test_is_a_page_that_became_another(self):
        (text,) = raises(Entry(200, TWO), Entry(302))
        assert "is raised since main: status 200 → 302. In" in text
        assert raises(Entry(200, TWO), Entry(302, reason="For those who sign in.")) == []

    def test_hides_behind_no_other_name(self):
        base = Budgets({CASE: Entry(200, TWO), Case("tea", "anonymous", "GET"): Entry(200)})
        renamed = Case("books", "anonymous", "GET")
        now = Budgets({renamed: Entry(200, THREE), Case("tea", "anonymous", "GET"): Entry(200)})
        ((case, text),) = unexplained_raises(base, now, "main")
        assert case == renamed
        assert text.startswith(
            "books (GET, anonymous), in the place of book (GET, anonymous), is raised since main: "
            "cold SELECT a 2 → 3. In"
        )

    def test_is_no_page_that_only_has_another_name(self):
        now = Budgets({Case("books", "anonymous", "GET"): Entry(200, TWO)})
        assert list(unexplained_raises(Budgets({CASE: Entry(200, TWO)}), now, "main")) == []

    def test_is_not_a_lower_number(self):
        assert raises(Entry(200, THREE), Entry(200, TWO)) == []

    def test_is_not_a_new_route(self):
        assert raises(None, Entry(200, THREE)) == []


@pytest.fixture
def repository(tmp_path):
    """A project below the root of its repository, whose contract was committed once."""

    def git(*arguments):
        name = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        subprocess.run(["git", *name, *arguments], cwd=tmp_path, check=True, capture_output=True)

    project = tmp_path / "project"
    project.mkdir()
    git("init", "--initial-branch=main")
    git("commit", "--allow-empty", "-m", "Begin")
    git("tag", "empty")
    (project / "query_budgets.toml").write_text("version = 1\n[book.anonymous.GET]\nstatus = 200\n")
    git("add", ".")
    git("commit", "-m", "Contract")
    return project


class TestTheFileAtARevision:
    def test_is_read_from_git(self, repository):
        path = repository / "query_budgets.toml"
        path.unlink()
        assert budgets_at("main", path).entries == {CASE: Entry(200)}

    def test_that_was_not_there_yet_is_empty(self, repository):
        assert budgets_at("empty", repository / "query_budgets.toml") == Budgets()

    def test_of_an_unknown_revision_says_how_to_fetch_it(self, repository):
        with pytest.raises(RevisionError, match="git fetch --depth=1 origin release"):
            budgets_at("origin/release", repository / "query_budgets.toml")
