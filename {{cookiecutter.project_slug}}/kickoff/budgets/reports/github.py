"""GitHub Actions: annotations at the lines at fault, and a table in the summary of the step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kickoff.budgets.problems import Problem

MOST_ANNOTATIONS = 10  # GitHub shows ten errors of a step, and drops the others in silence.
LONGEST_SUMMARY_BYTES = 900_000  # Above 1,024 KiB GitHub refuses the summary as a whole.


def workflow_commands(problems: Sequence[Problem], prefix: str) -> Iterator[str]:
    """Annotations, one for each line at fault, the worst first. The last one that GitHub shows says
    how many more there are."""
    found = list(_by_line(problems))
    shown = found if len(found) <= MOST_ANNOTATIONS else found[: MOST_ANNOTATIONS - 1]
    for first, *others in shown:
        file = _property(f"{prefix}{first.path}")
        title = _property(f"Query budget: {first.headline}")
        text = "\n".join([str(first), *(f"Also: {other.headline}" for other in others)])
        yield f"::error file={file},line={first.line},title={title}::{_data(text)}"
    if len(found) > len(shown):
        more = len(found) - len(shown)
        yield f"::error title=Query budgets::{more} more: see the summary of this step"


def _by_line(problems: Sequence[Problem]) -> Iterable[list[Problem]]:
    """Those with one cause are told once: a bad line shows on many pages, cold and hot."""
    lines: dict[tuple[str, int], list[Problem]] = {}
    for problem in problems:
        lines.setdefault((problem.path, problem.line), []).append(problem)
    return lines.values()


def summary(problems: Sequence[Problem], visits: int) -> str:
    """Markdown. The details of each problem are folded; too many are cut off."""
    if not problems:
        return f"### Query budgets\n\nVisits: {visits}, all as in `query_budgets.toml`.\n"
    head = f"### Query budgets\n\nVisits: {visits}, problems: {len(problems)}.\n\n"
    table = ["| page | budget | actual | line |", "| --- | --- | --- | --- |"]
    table += [
        f"| {_cell(problem.headline)} | {_cell(problem.budget)} | {_cell(problem.actual)} "
        f"| {_cell(f'{problem.path}:{problem.line}')} |"
        for problem in problems
    ]
    details = [
        f"<details><summary>{_html(problem.headline)}</summary>\n\n<pre>"
        f"{_html(str(problem))}</pre>\n</details>"
        for problem in problems
    ]
    return _limited(head, [*table, "", *details])


def _limited(head: str, lines: Sequence[str]) -> str:
    size, kept = len(head.encode()), []
    for line in lines:
        size += len(line.encode()) + 1
        if size > LONGEST_SUMMARY_BYTES:
            kept.append("\nMore than fits here: see the log of the job.")
            break
        kept.append(line)
    return head + "\n".join(kept) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    return _html(text).replace("|", "\\|").replace("\n", " ").replace("`", "\\`")


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
