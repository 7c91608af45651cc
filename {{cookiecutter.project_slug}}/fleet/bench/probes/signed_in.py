"""Somebody who is signed in looks at the page of a league. Its menu is a response of its own."""

from __future__ import annotations

from time import perf_counter

from django.test import Client
from django.urls import reverse

from fantasy.models import League
from fleet.bench.probes.counting import counted_queries
from kickoff.caching.reading import reader


class Role:
    def __init__(self) -> None:
        league = League.objects.with_owner().first()
        assert league is not None
        self._page = reverse("fantasy:league", args=[league.pk])
        self._name = league.owner.get_username()
        self._client = Client(headers={"host": "localhost"})
        self._client.force_login(league.owner)
        self.look()

    def look(self) -> dict[str, float]:
        """Nothing is in process memory: everything comes from the store."""
        self._get(self._page)  # now it is hot, whatever has changed
        reader.memory.forget()
        started = perf_counter()
        with counted_queries() as queries:
            self._get(self._page)
            menu = self._get(reverse("menu"))
        ms = 1000 * (perf_counter() - started)
        assert f'<span class="menu-name">{self._name}</span>' in menu, "not signed in"
        return {"queries": len(queries), "ms": ms}

    def _get(self, url: str) -> str:
        response = self._client.get(url)
        assert response.status_code == 200, response
        return response.text
