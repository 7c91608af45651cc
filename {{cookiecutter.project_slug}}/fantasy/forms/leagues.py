"""Creating and joining a league."""

from __future__ import annotations

from typing import Any

from django import forms

from fantasy.models import FantasyTeam, League


class TeamNameField(forms.CharField):
    """The name of a fantasy team, with the limits of the model."""

    def __init__(self) -> None:
        field = FantasyTeam._meta.get_field("name")
        super().__init__(
            label="The name of your team",
            min_length=3,
            max_length=field.max_length,
        )


class CreateLeagueForm(forms.ModelForm):
    """A league's name and the name of its first team."""

    team_name = TeamNameField()

    class Meta:
        model = League
        fields = ["name"]
        labels = {"name": "The name of the league"}

    def __init__(self, data: Any, competition_id: int) -> None:
        super().__init__(data, instance=League(competition_id=competition_id))

    def say_that_the_name_is_taken(self) -> None:
        self.add_error("name", "There is a league of that name already. Choose another.")

    def validate_unique(self) -> None:
        """Left to the database, which knows also of those who come at the same time."""


class JoinLeagueForm(forms.Form):
    """The code that the owner of a league gives to friends, and a team name."""

    code = forms.CharField(
        label="Invitation code", max_length=20, help_text="Eight letters and digits."
    )
    team_name = TeamNameField()

    def clean_code(self) -> League:
        """The league with that code, however it was typed: blanks and case do not matter."""
        code = "".join(self.cleaned_data["code"].split()).upper()
        league = League.objects.with_code(code)
        if league is None:
            raise forms.ValidationError(
                f"No league has the code {code}. Ask the owner of the league for it."
            )
        return league
