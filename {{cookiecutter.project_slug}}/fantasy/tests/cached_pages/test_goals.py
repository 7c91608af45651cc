"""A goal is on every page that it concerns, and costs the same however many leagues there are."""

import pytest
from django.urls import reverse

from fantasy.entries import PlayerReads
from fantasy.matchday import rewind
from fantasy.models import (
    League,
)
from fantasy.tests import worlds
from fantasy.tests.cached_pages.watching import refresh
from kickoff.caching.models import Mark

# In an open transaction readers would see the truth and store nothing.
pytestmark = pytest.mark.django_db(transaction=True)


class TestAGoal:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("home", "<span data-score>1–0</span>"),
            ("scoreboard", "<span data-score>1–0</span>"),
            ("match", "<span data-score>1–0</span>"),
            ("match_report", "12′"),
            ("player", '<span class="tally-number">4</span>'),
            ("league", '<span class="squad-points">4</span>'),
            ("standings", '<td class="number"><strong>8</strong></td>'),
            ("team", '<span class="points">8 points</span>'),
            ("players", '<td class="number"><strong>4</strong></td>'),
            ("top_scorers", '<td class="number"><strong>1</strong></td>'),
        ],
    )
    def test_is_on_every_page_that_it_concerns(self, hot, see, shoot, name, shown):
        assert shown not in see(name)
        shoot()
        refresh()
        assert shown in see(name)

    def test_brings_the_scorer_to_the_head_of_the_leaders(self, hot, see, shoot):
        shoot()
        refresh()
        leader = see("home").split('class="leader-name"')[1]
        assert "T01 FW 17" in leader

    def test_that_is_taken_back_is_on_none(self, hot, see, shoot, live_round):
        before = {name: see(name) for name in ("player", "league", "standings", "team")}
        shoot()
        refresh()
        rewind(live_round)
        refresh()
        assert {name: see(name) for name in before} == before
        assert "The match has not begun." in see("match")


class TestTheCostOfAGoal:
    def marks_and_rebuilds(self, client, shoot, sequence):
        """What the goal costs while the pages of all leagues are hot."""
        for pk in League.objects.values_list("pk", flat=True):
            client.get(reverse("fantasy:league", args=[pk]))
            client.get(reverse("fantasy:standings", args=[pk]))
        refresh()
        shoot(sequence)
        return Mark.objects.values("entry", "arguments").distinct().count(), refresh()

    def test_is_the_same_with_two_leagues_and_with_six(
        self, client, competition, live_round, hot, shoot
    ):
        def add_leagues(*names):
            for name in names:
                worlds.create_league_of(competition, name, name=f"League of {name}")
                team = worlds.team_of(name)
                worlds.create_lineup(team, live_round, worlds.legal_selection())

        add_leagues("Dora")
        with_two = self.marks_and_rebuilds(client, shoot, sequence=1)
        add_leagues("Emil", "Fay", "Gus", "Hal")
        assert League.objects.count() == 6
        with_six = self.marks_and_rebuilds(client, shoot, sequence=2)
        # Its match, its player, the points, the scoreboard, the fixtures and the scorers; and the
        # goals of the new scoreboard, which are not rebuilt while nobody has looked at it.
        assert with_two == with_six == (7, 6)

    def test_marks_no_key_of_a_league(self, hot, shoot):
        refresh()
        shoot()
        marked = set(Mark.objects.values_list("entry", flat=True))
        assert "fantasy.Competition.points" in marked
        assert not [entry for entry in marked if entry.startswith("fantasy.League")]

    def test_includes_no_page_of_another_player(self, shoot, hot):
        (other,) = worlds.players_named("T01 FW 18")
        before = [part.version for part in PlayerReads.page.parts(other.pk)]
        shoot()
        refresh()
        assert [part.version for part in PlayerReads.page.parts(other.pk)] == before
