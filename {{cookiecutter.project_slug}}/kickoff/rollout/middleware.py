"""Each request knows its visitor, and what was decided for one visitor is public for none."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from kickoff.rollout.models import Flag
from kickoff.rollout.visitors import CurrentVisitor, id_of_account


class RolloutMiddleware:
    """Below PublicPagesMiddleware, which takes `public` off a response that varies with cookies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        visitor = CurrentVisitor(request, _id_of)
        request.visitor = visitor  # type: ignore[attr-defined]
        response = self.get_response(request)
        visitor.mark(response)
        return response


def _id_of(user_id: int) -> str:
    person = Flag.cached.person(user_id)
    return person.visitor_id if person else id_of_account(user_id)
