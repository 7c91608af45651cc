"""What is marked."""

from __future__ import annotations

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Club

PAGE = "cachingtests.Club.page"


def pages_marked():
    """The names of the clubs whose page is marked."""
    names = {f"[{club.pk}]": club.name for club in Club.objects.all()}
    marked = Mark.objects.filter(entry=PAGE).values_list("arguments", flat=True)
    return {names.get(arguments, arguments) for arguments in marked}
