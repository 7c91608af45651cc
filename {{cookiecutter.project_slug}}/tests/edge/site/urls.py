"""The addresses of the site, and below /edge/ those of the careless pages."""

from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns
from tests.edge.site import views

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("edge/kept/<slug:name>/", views.kept),
    path("edge/slow/<slug:name>/", views.slow),
    path("edge/held/<slug:name>/", views.held),
    path("edge/tagged/<slug:name>/", views.tagged),
    path("edge/bare/<slug:name>/", views.bare),
    path("edge/varied/<slug:name>/", views.varied),
    path("edge/packed/<slug:name>/", views.packed),
    path("edge/long/<slug:name>/", views.long),
    path("edge/changed/<slug:name>/", views.changed),
    path("edge/unsaid/<slug:name>/", views.unsaid),
    path("edge/who/", views.who),
    path("edge/own/", views.own),
    path("edge/cookie/", views.cookie),
    path("edge/form/", views.form),
    path("edge/broken/<int:status>/", views.broken),
    path("edge/told/", views.told),
    *urlpatterns,
]
