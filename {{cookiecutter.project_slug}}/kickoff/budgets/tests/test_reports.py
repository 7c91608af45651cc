import json

from kickoff.budgets.problems import Problem
from kickoff.budgets.reports import github, gitlab, prefix


def problem(number=0, **changes):
    values = {
        "case": f"book:{number} (GET, anonymous)",
        "kind": "above",
        "headline": f"book:{number} (GET, anonymous), cold",
        "details": ["100% more | `SELECT` <b>\rend"],
        "path": "shop/a,b.html",
        "line": 7,
        "excess": 100 - number,
        "budget": "1 query",
        "actual": "2 queries",
    }
    return Problem(**{**values, **changes})


class TestAnnotations:
    def test_are_escaped_as_workflow_commands_need_it(self):
        (line,) = github.workflow_commands([problem()], "site/")
        assert line == (
            "::error file=site/shop/a%2Cb.html,line=7,"
            "title=Query budget%3A book%3A0 (GET%2C anonymous)%2C cold::"
            "book:0 (GET, anonymous), cold%0A  100%25 more | `SELECT` <b>%0Dend"
        )

    def test_stop_at_ten_and_say_so(self):
        lines = list(
            github.workflow_commands([problem(number, line=number) for number in range(30)], "")
        )
        assert len(lines) == 10
        assert "book%3A8 " in lines[8]
        assert lines[9] == "::error title=Query budgets::21 more: see the summary of this step"

    def test_of_exactly_ten_are_all_shown(self):
        lines = list(
            github.workflow_commands([problem(number, line=number) for number in range(10)], "")
        )
        assert len(lines) == 10
        assert "book%3A9 " in lines[9]

    def test_of_one_line_are_one(self):
        (line,) = github.workflow_commands([problem(0), problem(1)], "")
        assert line.endswith("%0AAlso: book:1 (GET, anonymous), cold")

    def test_begin_at_the_root_of_the_repository(self, tmp_path, monkeypatch):
        monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
        assert prefix(tmp_path / "site/web", "GITHUB_WORKSPACE") == "site/web/"
        assert prefix(tmp_path, "GITHUB_WORKSPACE") == ""


class TestTheSummary:
    def test_is_a_table_whose_cells_stay_cells(self):
        text = github.summary([problem()], 12)
        assert "Visits: 12, problems: 1." in text
        assert "| book:0 (GET, anonymous), cold | 1 query | 2 queries | shop/a,b.html:7 |\n" in text
        cell = github.summary([problem(headline="a|b `c` <d>\ne")], 1).splitlines()[6]
        assert cell.startswith("| a\\|b \\`c\\` &lt;d&gt; e | 1 query")

    def test_without_problems_says_so(self):
        assert "Visits: 12, all as in `query_budgets.toml`" in github.summary([], 12)

    def test_stays_below_what_github_takes(self):
        many = [problem(number, details=["é" * 10_000]) for number in range(200)]
        text = github.summary(many, 200)
        assert len(text.encode()) < 1_000_000
        assert text.endswith("More than fits here: see the log of the job.\n")


class TestTheCodeQualityReport:
    def test_has_what_gitlab_needs(self):
        (finding,) = json.loads(gitlab.code_quality([problem()], "site/"))
        assert finding["check_name"] == "query-budget-above"
        assert finding["severity"] == "major"
        assert finding["location"] == {"path": "site/shop/a,b.html", "lines": {"begin": 7}}
        assert finding["description"].startswith("book:0 (GET, anonymous), cold\n")

    def test_knows_a_finding_again_when_its_line_moves(self):
        one, other = json.loads(gitlab.code_quality([problem(), problem(line=9)], ""))
        assert one["fingerprint"] == other["fingerprint"]
        assert (
            len(
                {
                    entry["fingerprint"]
                    for entry in json.loads(
                        gitlab.code_quality([problem(), problem(1), problem(kind="growth")], "")
                    )
                }
            )
            == 3
        )

    def test_of_nothing_is_an_empty_list(self):
        assert json.loads(gitlab.code_quality([], "")) == []
