"""The addresses of this site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config.views import home

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("", include("fantasy.urls")),  # sample site
    path("", home, name="home"),
]

# sample site: begin
if settings.LAB:
    urlpatterns.append(path("lab/", include("lab.urls")))

# sample site: end
if settings.DEBUG:
    from debug_toolbar.toolbar import debug_toolbar_urls

    urlpatterns += debug_toolbar_urls()

handler400 = "kickoff.errors.bad_request"
handler403 = "kickoff.errors.permission_denied"
handler404 = "kickoff.errors.page_not_found"
handler500 = "kickoff.errors.server_error"
