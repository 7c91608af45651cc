"""The addresses of the site, and those of the peers."""

from django.urls import path

from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as site_urls
from fleet.bench.peers import views

urlpatterns = [
    path("empty/", views.empty),
    path("naive/<int:pk>/", views.naive),
    path("joined/<int:pk>/", views.joined),
    path("kept-for-long/<int:pk>/", views.kept_for_long),
    path("kept-for-a-second/<int:pk>/", views.kept_for_a_second),
    *site_urls,
]
