"""The filter of the players page."""

from django import forms

from fantasy.models import Position


class PlayerFilterForm(forms.Form):
    """Part of a name, a position, a team. What it does not know it ignores."""

    q = forms.CharField(label="Name", max_length=50, required=False)
    position = forms.ChoiceField(choices=[("", "All positions"), *Position.choices], required=False)
    team = forms.ChoiceField(required=False)

    def __init__(self, data: object, teams: list[tuple[str, str]]) -> None:
        """`teams` are the codes with the names that can be chosen."""
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["team"].choices = [("", "All teams"), *teams]  # type: ignore[attr-defined]

    def criteria(self) -> dict[str, str]:
        """What to look for, as the arguments of `Squads.matching`."""
        self.is_valid()
        found = self.cleaned_data
        return {
            "text": found.get("q", ""),
            "position": found.get("position", ""),
            "team": found.get("team", ""),
        }
