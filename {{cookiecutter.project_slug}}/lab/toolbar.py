"""When the debug toolbar looks: not while the lab measures, or it would be measured, too."""

from __future__ import annotations

from debug_toolbar.middleware import show_toolbar
from django.http import HttpRequest
from django.urls import reverse


def is_shown(request: HttpRequest) -> bool:
    if request.method == "POST" and request.path.startswith(reverse("lab:index")):
        return False
    return bool(show_toolbar(request))
