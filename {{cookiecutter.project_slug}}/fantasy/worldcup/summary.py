"""What an import tells in the end."""

from __future__ import annotations

from collections.abc import Iterator

from fantasy.names import plain
from fantasy.worldcup.importer import Imported
from fantasy.worldcup.scorers import Refused, Scored
from fantasy.worldcup.tournament import Tournament


def describe(imported: Imported, *, respelled: bool = False) -> Iterator[str]:
    """The numbers, then the goals that nobody got; `respelled` adds those found by likeness."""
    tournament, goals = imported.tournament, imported.goals
    players = sum(len(squad.players) for squad in tournament.squads.values())
    total = len(goals.scored) + len(goals.refused)
    yield (
        f"{tournament.name}: {len(tournament.fixtures)} matches, {len(tournament.squads)} squads, "
        f"{players:,} players, {len(goals.scored)} of {total} goals assigned."
    )
    if respelled:
        for scored in goals.scored:
            if plain(scored.goal.name).casefold() != plain(scored.player.name).casefold():
                yield f"{_where(tournament, scored)}: {scored.player.name}"
    if goals.refused:
        yield (
            "Nobody was given these goals. Write the names in worldcup.json as the squads have "
            "them, and import again:"
        )
        for refused in goals.refused:
            yield f"{_where(tournament, refused)}: {refused.reason}"


def _where(tournament: Tournament, of: Scored | Refused) -> str:
    home = tournament.squads[of.fixture.home].name
    away = tournament.squads[of.fixture.away].name
    clock = of.goal.clock
    minute = f"{clock.minute}+{clock.stoppage}" if clock.stoppage else str(clock.minute)
    return f"  {home} – {away}, {minute}′, {of.goal.name}"
