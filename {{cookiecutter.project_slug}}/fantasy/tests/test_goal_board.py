"""The scoreboard with who has scored, on its way to the visitors behind its flag."""

import pytest
from django.test import Client
from django.urls import reverse

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import record
from fantasy.models import EventKind
from fantasy.tests import worlds
from fantasy.tests.cached_pages.watching import refresh
from fantasy.views.scoreboard import GOAL_SCORERS
from kickoff.rollout.models import Flag

# In an open transaction readers would see the truth and store nothing.
pytestmark = pytest.mark.django_db(transaction=True)

SCORER = "T01 FW 17"
PUBLIC = "public, max-age=1"


@pytest.fixture
def live_match(live_round):
    """3–1 by a goal, a penalty, an own goal and one of the other side."""
    match = live_round.matches.live().get()
    striker, defender, opponent = worlds.players_named(SCORER, "T02 DF 3", "T02 FW 18")
    for sequence, (minute, stoppage, kind, player, team) in enumerate(
        [
            (12, 0, EventKind.GOAL, striker, match.home),
            (30, 0, EventKind.YELLOW_CARD, opponent, match.away),
            (45, 2, EventKind.PENALTY_GOAL, striker, match.home),
            (50, 0, EventKind.OWN_GOAL, defender, match.home),
            (60, 0, EventKind.GOAL, opponent, match.away),
        ],
        start=1,
    ):
        clock = Clock(minute, stoppage)
        record(match.pk, FeedEvent(sequence, clock, kind, player.pk, team.pk))
    return match


@pytest.fixture
def flag(live_match):
    """The flag of the new scoreboard, which lets nobody in yet."""
    return Flag.objects.create(name=GOAL_SCORERS, superusers=False)


@pytest.fixture
def change(flag):
    """A function that changes the flag, and what it says is known everywhere."""

    def change(**values):
        for name, value in values.items():
            setattr(flag, name, value)
        flag.save()
        refresh()

    return change


@pytest.fixture
def urls(competition):
    names = ["competition", "competition_scoreboard", "goal_board", "own_board"]
    urls = {name: reverse(f"fantasy:{name}", args=[competition.slug]) for name in names}
    return {**urls, "home": reverse("fantasy:home")}


def visitor(number):
    browser = Client()
    browser.cookies["visitor"] = f"visitor-{number:08}"
    return browser


def what(response):
    """Which scoreboard a response holds: plain, asking, goals or none."""
    if response.status_code == 204:
        return "none"
    if "match-goals" in response.text:
        return "goals"
    return "asking" if "/own-board/" in response.text else "plain"


class TestTheNewScoreboard:
    @pytest.fixture
    def board(self, client, urls, change):
        change(everyone=True)
        text = client.get(urls["goal_board"]).text
        return text[text.index("match-goals") : text.index("</ul>", text.index("match-goals"))]

    def test_names_who_has_scored_when_and_how(self, board):
        words = " ".join(board.replace("<", " <").replace(">", "> ").split())
        for clock, scorer in [
            ("12′", SCORER),
            ("45+2′", f"{SCORER} (pen.)"),
            ("50′", "T02 DF 3 (own goal)"),
            ("60′", "T02 FW 18"),
        ]:
            assert f"{clock} </span> {scorer} " in words

    def test_gives_each_goal_to_its_side(self, board):
        assert board.count("<li") == 4
        assert board.count("goal-away") == 1
        assert board.count(", for Team T01") == 3
        assert board.count(", for Team T02") == 1

    def test_fetches_itself_again(self, client, urls, change):
        change(everyone=True)
        for name in ("home", "competition", "goal_board", "competition_scoreboard"):
            text = client.get(urls[name]).text
            assert f'data-scores hx-get="{urls["goal_board"]}"' in text

    def test_follows_a_goal(self, client, urls, change, live_match):
        change(everyone=True)
        assert what(client.get(urls["goal_board"])) == "goals"
        (substitute,) = worlds.players_named("T01 FW 21")
        goal = FeedEvent(9, Clock(88), EventKind.GOAL, substitute.pk, live_match.home_id)
        record(live_match.pk, goal)
        refresh()
        assert "T01 FW 21" in client.get(urls["goal_board"]).text

    def test_keeps_the_goals_when_the_match_is_over(self, client, urls, change, live_match):
        live_match.refresh_from_db()
        live_match.status = "finished"
        live_match.save()
        change(everyone=True)
        assert what(client.get(urls["goal_board"])) == "goals"


PAGES = ["home", "competition", "competition_scoreboard", "goal_board", "own_board"]


class TestOnItsWay:
    @pytest.mark.parametrize(
        ("says", "shown"),
        [
            ({}, ["plain", "plain", "plain", "plain", "none"]),
            ({"everyone": False, "percent": 100}, ["plain", "plain", "plain", "plain", "none"]),
            ({"staff": True}, ["asking", "asking", "plain", "goals", "none"]),
            ({"everyone": True}, ["goals", "goals", "goals", "goals", "goals"]),
            ({"percent": 100}, ["goals", "goals", "goals", "goals", "goals"]),
        ],
    )
    def test_pages_show(self, client, urls, change, says, shown):
        change(**says)
        assert [what(client.get(urls[name])) for name in PAGES] == shown

    @pytest.mark.parametrize("name", PAGES[:-1])
    @pytest.mark.parametrize("says", [{}, {"percent": 50}, {"everyone": True}])
    def test_public_pages_are_the_same_for_everybody(
        self, urls, change, says, name, django_user_model
    ):
        change(**says)
        anna = visitor(99)
        anna.force_login(django_user_model.objects.create_user("Anna", is_staff=True))
        responses = [browser.get(urls[name]) for browser in (Client(), visitor(1), anna)]
        assert len({response.content for response in responses}) == 1
        for response in responses:
            assert response.headers["Cache-Control"] == PUBLIC
            assert not response.cookies

    def test_it_reaches_some_signed_out_visitors_and_stays_with_them(self, urls, change):
        change(percent=50)
        visitors = [visitor(number) for number in range(30)]
        first = [what(browser.get(urls["own_board"])) for browser in visitors]
        assert set(first) == {"goals", "none"}
        assert [what(browser.get(urls["own_board"])) for browser in visitors] == first

    def test_who_has_it_is_nobody_elses_business(self, urls, change):
        change(percent=50)
        for number in range(10):
            response = visitor(number).get(urls["own_board"])
            assert "private" in response.headers["Cache-Control"]
            assert "no-store" in response.headers["Cache-Control"]

    @pytest.mark.parametrize("says", [{}, {"percent": 50}, {"everyone": True}])
    @pytest.mark.parametrize("name", PAGES)
    def test_a_hot_page_asks_the_database_nothing(
        self, urls, change, says, name, django_assert_num_queries
    ):
        change(**says)
        visitors = [visitor(number) for number in range(6)]
        for browser in visitors:
            browser.get(urls[name])
        refresh()
        for browser in visitors:
            with django_assert_num_queries(0):
                browser.get(urls[name])

    def test_there_is_no_board_of_a_competition_that_is_not_there(self, client, flag):
        for name in ("goal_board", "own_board"):
            assert client.get(reverse(f"fantasy:{name}", args=["none"])).status_code == 404
