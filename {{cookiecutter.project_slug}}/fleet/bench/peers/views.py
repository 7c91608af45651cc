"""The peers that are views: nothing at all, and the league page in the usual ways."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_page
from django.views.decorators.gzip import gzip_page

from fantasy.entries import LeagueReads
from fleet.bench.peers.builds import noted
from lab.twins.league import LEAGUE

LONG_S = 3_600  # so that the throughput is that of hits alone

naive = LEAGUE.naive
joined = LEAGUE.joined


def empty(request: HttpRequest) -> HttpResponse:
    """What Django and the middleware of the site cost."""
    return HttpResponse()


# Compressed when it is kept, as ours is.
kept_for_long = cache_page(LONG_S, cache="pymemcache")(gzip_page(joined))
kept_for_a_second = cache_page(1, cache="pymemcache")(gzip_page(noted("cache_page")(joined)))

# The site's own page, counted when it is asked for here.
LeagueReads.html.build = noted(LeagueReads.html.name)(LeagueReads.html.build)
