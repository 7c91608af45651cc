"""The addresses of the game. Those without a competition's slug show the current one."""

from django.urls import path

from fantasy.views import manager, public, scoreboard

app_name = "fantasy"

urlpatterns = [
    path("", public.home, name="home"),
    path("scoreboard/", public.scoreboard, name="scoreboard"),
    path("players/", public.players, name="players"),
    path("top-scorers/", public.top_scorers, name="top_scorers"),
    path("competitions/<slug:slug>/", public.home, name="competition"),
    path("competitions/<slug:slug>/scoreboard/", public.scoreboard, name="competition_scoreboard"),
    path("competitions/<slug:slug>/goal-board/", scoreboard.goal_board, name="goal_board"),
    path("competitions/<slug:slug>/own-board/", scoreboard.own_board, name="own_board"),
    path("competitions/<slug:slug>/players/", public.players, name="competition_players"),
    path("competitions/<slug:slug>/player-options/", public.player_options, name="player_options"),
    path(
        "competitions/<slug:slug>/top-scorers/",
        public.top_scorers,
        name="competition_top_scorers",
    ),
    path("matches/<int:pk>/", public.match, name="match"),
    path("matches/<int:pk>/report/", public.match_report, name="match_report"),
    path("players/<int:pk>/", public.player, name="player"),
    path("leagues/", public.leagues, name="leagues"),
    path("leagues/new/", manager.new_league, name="new_league"),
    path("leagues/join/", manager.join, name="join_league"),
    path("leagues/<int:pk>/", public.league, name="league"),
    path("leagues/<int:pk>/standings/", public.standings, name="standings"),
    path("teams/", manager.my_teams, name="my_teams"),
    path("teams/<int:pk>/", public.team, name="team"),
    path("teams/<int:pk>/line-up/", manager.edit_lineup, name="edit_lineup"),
]
