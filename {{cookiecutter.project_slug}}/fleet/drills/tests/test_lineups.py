"""The line-ups of the savers, sent to the real editor."""

import pytest
from django.urls import reverse

from fantasy.models import Lineup, LineupPlace
from fantasy.visits import world
from fleet.drills import lineups
from fleet.drills.probes.world import squad_of


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2, 10, 11, 32])
def test_what_is_typed_is_what_the_database_has(client, turn):
    game = world(players=21)
    squad = squad_of(game.competition.pk)
    client.force_login(game.anna)
    editor = reverse("fantasy:edit_lineup", args=[game.team.pk])

    response = client.post(editor, lineups.fields(squad, turn))

    assert response.status_code == 302, response.text
    saved = Lineup.objects.get(team=game.team, round=game.open_round)
    places = LineupPlace.objects.filter(lineup=saved).order_by("place")
    captain, players = lineups.rows(squad, turn)
    assert saved.captain_id == captain
    assert tuple(places.values_list("player", flat=True)) == players


def test_one_after_another_they_all_differ():
    squad = lineups.Squad(names=tuple("abcdefghijklmno"), players=tuple(range(15)))
    sent = [lineups.rows(squad, turn) for turn in range(22)]
    assert len(set(sent)) == 22
    assert all(set(players) == set(range(15)) for _captain, players in sent)
