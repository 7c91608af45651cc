"""The line-up editor: fifteen names and a captain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from fantasy import pages
from fantasy.lineups import BENCH_GOALKEEPERS, FORMATION, Selection
from fantasy.models import SQUAD_SIZE, STARTERS
from fantasy.pages.squads import as_typed

PLACES = range(1, SQUAD_SIZE + 1)

# The browser completes a name from the page's list of players, and from nothing else.
OFFER_PLAYERS = {"list": "player-options", "autocomplete": "off", "spellcheck": "false"}


class LineupForm(forms.Form):
    """A line-up as it was typed; `selection` is what it means once the form is valid.

    A player is typed as the list offers it, or as a name that only one player has.
    """

    # What the page tells about a legal line-up: for each position how many may start.
    formation = [(position.label, *limits) for position, limits in FORMATION.items()]
    bench_goalkeepers = BENCH_GOALKEEPERS

    captain = forms.TypedChoiceField(
        coerce=int,
        choices=[(place, place) for place in PLACES if place <= STARTERS],
        required=False,
        empty_value=None,
    )

    def __init__(self, data: Any, squads: pages.Squads, round_: pages.Round) -> None:
        super().__init__(data)
        self.squads = squads
        self.round = round_
        for place in PLACES:
            self.fields[field_name(place)] = forms.CharField(
                label=f"Starter {place}" if place <= STARTERS else f"Bench {place - STARTERS}",
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs=OFFER_PLAYERS),
            )

    def show(self, lineup: pages.RosterLineup | None) -> None:
        """Begins with a line-up that there is already."""
        if lineup is not None:
            self.initial = _as_typed(lineup, self.squads)

    def starter_fields(self) -> Iterator[BoundField]:
        return (self[field_name(place)] for place in PLACES if place <= STARTERS)

    def bench_fields(self) -> Iterator[BoundField]:
        return (self[field_name(place)] for place in PLACES if place > STARTERS)

    def say_that_the_deadline_has_passed(self) -> None:
        self.add_error(None, f"The deadline of {self.round.name} has passed: nothing was saved.")

    def clean(self) -> None:
        if not self.round.is_open_at(timezone.now()):
            # Nobody should correct a line-up that can no longer be saved.
            self.say_that_the_deadline_has_passed()
            return
        names = {place: field_name(place) for place in PLACES}
        typed = {
            place: self.cleaned_data[name]
            for place, name in names.items()
            if name in self.cleaned_data  # else it has an error already
        }
        players = self._find(typed)
        if self.errors:
            return
        captain = self.cleaned_data.get("captain")
        self.selection = Selection(
            starters=[player for place, player in players.items() if place <= STARTERS],
            bench=[player for place, player in players.items() if place > STARTERS],
            captain=players.get(captain) if captain else None,
        )
        for problem in self.selection.problems():
            self.add_error(None, problem)

    def _find(self, typed: dict[int, str]) -> dict[int, pages.Player]:
        """The player of each place; a place whose text means no single player gets an error."""
        by_name = self.squads.by_typed_name()
        found = {}
        for place, text in typed.items():
            meant = by_name.get(as_typed(text), [])
            if len(meant) == 1:
                found[place] = meant[0]
            else:
                labels = [self.squads.label(player) for player in meant]
                self.add_error(field_name(place), _explain(text, labels))
        return found


def field_name(place: int) -> str:
    return f"place_{place}"


def _explain(text: str, labels: Iterable[str]) -> str:
    options = " or ".join(labels)
    if options:
        return f"Which one: {options}?"
    return f"No player of this competition is called “{text}”." if text else "Choose a player."


def _as_typed(lineup: pages.RosterLineup, squads: pages.Squads) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for place, player_id in enumerate([*lineup.starters, *lineup.bench], start=1):
        if player := squads.players.get(player_id):
            initial[field_name(place)] = squads.label(player)
        if player_id == lineup.captain_id:
            initial["captain"] = place
    return initial
