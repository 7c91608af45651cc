"""Addresses that a page shows so often that `{% url %}` is too slow for it."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=20_000)
def player_url(pk: int) -> str:
    """Looked up once for each player. `{% url %}` looks it up anew for each link: 180 times on a
    league page, a third of the time that it takes to render."""
    return reverse("fantasy:player", args=[pk])
