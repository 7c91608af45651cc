import pytest

pytest.importorskip("debug_toolbar")

from django.template import Context

from kickoff.budgets.budget_file import Budgets, Case, Counts, Entry
from kickoff.budgets.panel import TEMPLATES, budget_beside

BUDGETS = Budgets(
    {
        Case("book", "anonymous", "GET"): Entry(200, Counts({"SELECT book": 2})),
        Case("book", "writer", "GET"): Entry(
            200, Counts({"SELECT book": 3}), Counts({"SELECT user": 1})
        ),
    }
)


def shown(made, **changes):
    stats = budget_beside(
        **{"route": "book", "method": "GET", "made": made, "budgets": BUDGETS, **changes}
    )
    return stats["subtitle"], TEMPLATES.get_template("panel.html").render(Context(stats))


class TestThePanel:
    def test_shows_the_budget_beside_the_count(self):
        subtitle, page = shown({"SELECT book": 1})
        assert subtitle == "1 query, budget: 3 cold, 1 hot"
        assert "writer, cold" in page
        assert "(over)" not in page

    def test_warns_when_over(self):
        subtitle, page = shown({"SELECT book": 9, "SELECT tea": 1})
        assert subtitle == "10 queries, OVER the budget: 3 cold, 1 hot"
        assert "More queries than any visitor" in page
        assert "SELECT tea (over)" in page

    def test_says_when_there_is_no_budget(self):
        subtitle, page = shown({}, method="POST")
        assert subtitle == "0 queries, no budget"
        assert "query_budgets.toml has no entry for book (POST)." in page

    def test_says_when_the_contract_cannot_be_read(self):
        assert "of no use" in shown({}, budgets="of no use")[1]
