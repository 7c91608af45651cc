"""The league page with select_related, in a process whose ORM has a cache, and the site that its
links lead to."""

from django.urls import path

from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as site_urls
from lab.twins.league import LEAGUE

urlpatterns = [path("joined/<int:pk>/", LEAGUE.joined), *site_urls]
