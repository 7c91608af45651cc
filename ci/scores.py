"""The scores on a page of the sample site: <… data-match="7"> … <span data-score>2–1</span>"""

from __future__ import annotations

from html.parser import HTMLParser


def scores(page: str) -> dict[str, str]:
    """Match id -> score, as the page shows it."""
    reader = _ScoreReader()
    reader.feed(page)
    return {match: score.strip() for match, score in reader.scores.items()}


class _ScoreReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scores: dict[str, str] = {}
        self._match: str | None = None
        self._score_tag: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._match = attributes.get("data-match") or self._match
        if "data-score" in attributes:
            self._score_tag = tag

    def handle_data(self, data: str) -> None:
        if self._score_tag and self._match:
            self.scores[self._match] = self.scores.get(self._match, "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._score_tag:
            self._score_tag = None
