"""Pages that belong to the site as a whole."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kickoff.public_pages import public_page


@require_safe
@public_page
def home(request: HttpRequest) -> HttpResponse:
    """The plain front page, shown where no app has one of its own."""
    return render(request, "home.html")
