import pytest
from django.urls import reverse
from django.db import connection
from django.test.utils import CaptureQueriesContext
from fantasy.tests import worlds
pytestmark = pytest.mark.django_db(transaction=True)
def test_it(client, competition, league, open_round):
    team = worlds.team_of("Anna")
    client.login(username="Anna", password="secret")
    url = reverse("fantasy:edit_lineup", args=[team.pk])
    d = worlds.form_data(worlds.legal_selection(), open_round)
    assert client.post(url, d).status_code == 302
    d["place_11"], d["place_10"] = worlds.players_named("T01 FW 20")[0].label, worlds.players_named("T01 FW 21")[0].label
    with CaptureQueriesContext(connection) as c:
        assert client.post(url, d).status_code == 302
    for q in c: print(q["sql"][:150].replace('"',''))
    for name in ("my_teams","new_league","join_league"):
        with CaptureQueriesContext(connection) as c:
            client.get(reverse("fantasy:"+name))
        print(name); 
        for q in c: print(q["sql"][:150].replace('"',''))
    with CaptureQueriesContext(connection) as c:
        client.get(url)
    print("edit"); 
    for q in c: print(q["sql"][:150].replace('"',''))
