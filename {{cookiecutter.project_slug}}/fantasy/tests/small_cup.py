"""A small invented World Cup in the files of openfootball, to be spoilt and imported by tests."""

# ruff: noqa: RUF001 (letters that look alike are what this is about)

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fantasy.models import (
    Competition,
    Match,
    MatchEvent,
    Player,
    PlayerPoints,
    Round,
    ScoringRule,
    Team,
)

SCHEDULE = "worldcup.json"
SQUADS = "worldcup.squads.json"
TEAMS = "worldcup.teams.json"

PLAYERS = {
    "ARK": ["Ødd Bjørnsson", "Raúl Jiménez", "Łukasz Đoković", "Nguyễn Văn Toàn"],
    "BOR": ["Plekszy Gladz", "Luka Sučić", "Petar Sučić", "Jonas Weiß Jr."],
    "SYL": ["Muskar Ottokar", "Wladimir Zlop", "Boris Jorgen", "Trovik Szohôd"],
    "UIS": ["Ann O'Neill", "Kim Min-jae", "Barış Yılmaz", "Zé"],
}
POSITIONS = ["GK", "DF", "MF", "FW"]


class SmallCup:
    """Four teams of four players, three matches with a result and one to come.

    The matches are not in the order in which they are played, the names not always spelt alike,
    as in the real files.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.matches = [
            _match("Final", "2030-07-09", "18:30 UTC+2", "Arkadia", "Syldavia", num=4)
            | {
                "score": {"p": [4, 2], "et": [2, 2], "ft": [1, 1], "ht": [0, 0]},
                "goals1": [_goal("Raul Jimenez", "7"), _goal("R. Jiménez", "105+1")],
                "goals2": [_goal("Trovik Szohod", "90+4"), _goal("Boris Jorgen", "120")],
            },
            _match("Matchday 2", "2030-07-05", "13:00 UTC-6", "UI", "Borduria", group="Group B"),
            _match("Matchday 1", "2030-07-01", "20:00 UTC-6", "UI", "Syldavia", group="Group B")
            | {"score": {"ft": [0, 0]}},
            _match(
                "Matchday 1", "2030-07-01", "13:00 UTC-6", "Arkadia", "Borduria", group="Group A"
            )
            | {
                "score": {"ft": [2, 1]},
                "goals1": [
                    _goal("Jonas Weiss", "51", owngoal=True),
                    _goal("Łukasz Đoković", "8", penalty=True),
                ],
                "goals2": [_goal("Luka Sucic", "92")],
                "ground": "Zilina",
            },
        ]
        self.schedule: Any = {"name": "Small Cup 2030", "matches": self.matches}
        self.squads: Any = [
            _squad("Arkadia", "ARK"),
            _squad("Borduria", "BOR"),
            _squad("Syldavia", "SYL"),
            _squad("United Islands and Skerries", "UIS"),
        ]
        self.teams: Any = [
            {"name": "Arkadia", "fifa_code": "ARK", "flag_icon": "🦉", "group": "A"},
            {"name": "Borduria", "fifa_code": "BOR", "flag_icon": "🐗", "group": "A"},
            {"name": "Syldavia", "fifa_code": "SYL", "flag_icon": "🦢", "group": "B"},
            {
                "name": "UI",
                "name_normalised": "United Islands & Skerries",
                "fifa_code": "UIS",
                "flag_icon": "🐙",
                "group": "B",
            },
        ]

    def write(self) -> Path:
        """Writes the three files; returns their directory."""
        for name, content in [
            (SCHEDULE, self.schedule),
            (SQUADS, self.squads),
            (TEAMS, self.teams),
        ]:
            (self.directory / name).write_text(json.dumps(content), encoding="utf-8")
        return self.directory

    @property
    def final(self) -> dict[str, Any]:
        return self.matches[0]

    @property
    def fixture(self) -> dict[str, Any]:
        """The match without a score: UI against Borduria."""
        return self.matches[1]

    @property
    def opening(self) -> dict[str, Any]:
        """Arkadia 2–1 Borduria."""
        return self.matches[3]

    def player(self, code: str, number: int) -> dict[str, Any]:
        players = {squad["fifa_code"]: squad["players"] for squad in self.squads}
        player: dict[str, Any] = players[code][number - 1]
        return player


def everything() -> list[Any]:
    """All rows that an import can touch, with their keys."""
    tables: list[Any] = [
        Competition,
        ScoringRule,
        Round,
        Team,
        Player,
        Match,
        MatchEvent,
        PlayerPoints,
    ]
    return [list(model._default_manager.order_by("pk").values()) for model in tables]


def goals(number: int) -> list[Any]:
    """(minute, stoppage, kind, scorer, side) of the goals of a match."""
    return list(
        MatchEvent.objects.filter(match__number=number)
        .order_by("sequence")
        .values_list("minute", "stoppage", "kind", "player__name", "team__code")
    )


def points() -> dict[str, int]:
    return dict(PlayerPoints.objects.values_list("player__name", "points"))


def _match(
    round_name: str, date: str, time: str, team1: str, team2: str, **more: Any
) -> dict[str, Any]:
    return {
        "round": round_name,
        "date": date,
        "time": time,
        "team1": team1,
        "team2": team2,
        **more,
    }


def _goal(name: str, minute: str, **more: bool) -> dict[str, Any]:
    return {"name": name, "minute": minute, **more}


def _squad(name: str, code: str) -> dict[str, Any]:
    players = [
        {
            "number": number,
            "pos": POSITIONS[number - 1],
            "name": player,
            "club": {"name": f"FC {code}", "country": code},
            "date_of_birth": f"2001-01-{number:02}",
        }
        for number, player in enumerate(PLAYERS[code], start=1)
    ]
    return {"name": name, "fifa_code": code, "group": "A", "players": players}
