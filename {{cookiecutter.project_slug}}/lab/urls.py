"""The addresses of the lab, below /lab/."""

from django.urls import path

from lab import views

app_name = "lab"

urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:name>/", views.page, name="page"),
    path("<slug:name>/<slug:step>/", views.step, name="step"),
]
