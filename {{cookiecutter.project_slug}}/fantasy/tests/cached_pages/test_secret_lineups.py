"""Line-ups are secret until their round is locked, in the cache too."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fantasy.lineups import Selection, save_lineup
from fantasy.models import (
    Round,
)
from fantasy.tests import worlds
from fantasy.tests.cached_pages.watching import refresh

# In an open transaction readers would see the truth and store nothing.
pytestmark = pytest.mark.django_db(transaction=True)


class TestALineUp:
    SECRET = "T02 FW 17"

    @pytest.fixture
    def secret_lineup(self, hot, annas_team, open_round):
        """Anna saves a line-up with T02 FW 17 for the round that is still open."""
        selection = worlds.legal_selection()
        (secret,) = worlds.players_named(self.SECRET)
        selection = Selection([*selection.starters[:-1], secret], selection.bench, secret)
        save_lineup(annas_team, open_round, selection)
        refresh()

    @pytest.mark.parametrize("name", ["league", "standings", "team"])
    def test_is_secret_while_its_round_is_open(self, secret_lineup, see, name, open_round):
        page = see(name)
        assert self.SECRET not in page
        assert open_round.name not in page

    def test_is_shown_once_the_deadline_was_moved_to_now(self, secret_lineup, see, open_round):
        Round.objects.filter(pk=open_round.pk).update(deadline=timezone.now())
        refresh()
        assert self.SECRET in see("league")
        assert self.SECRET in see("team")
        assert open_round.name in see("standings")

    def test_is_shown_once_the_deadline_has_passed_though_nothing_is_written_then(
        self, secret_lineup, see, monkeypatch, django_assert_num_queries
    ):
        in_eight_days = timezone.now() + timedelta(days=8)
        monkeypatch.setattr(timezone, "now", lambda: in_eight_days)
        with django_assert_num_queries(0):
            assert self.SECRET in see("league")
            assert self.SECRET in see("team")

    def test_whose_round_is_locked_is_announced_on_the_front_page(
        self, hot, see, open_round, monkeypatch, django_assert_num_queries
    ):
        assert open_round.name not in see("home").split("<h1>")[0]
        in_eight_days = timezone.now() + timedelta(days=8)
        monkeypatch.setattr(timezone, "now", lambda: in_eight_days)
        with django_assert_num_queries(0):
            assert open_round.name in see("home").split("<h1>")[0]

    def test_is_secret_again_when_the_deadline_moves_into_the_future(
        self, hot, see, annas_team, live_round
    ):
        assert live_round.name in see("team")
        Round.objects.filter(pk=live_round.pk).update(deadline=timezone.now() + timedelta(hours=1))
        refresh()
        assert live_round.name not in see("team")
