"""What is asked for around a view, and not by it."""

from __future__ import annotations

from tests.regressions.planting import (
    Edit,
    Regression,
)

AROUND_VIEWS = [
    Regression(
        "an N+1 in a context processor",
        [
            Edit(
                "config/context_processors.py",
                old='    return {"site_name": settings.SITE_NAME}',
                new="    from fantasy.models import League\n\n"
                "    founders = {league.owner.username for league in League.objects.all()}\n"
                '    return {"site_name": settings.SITE_NAME, "founders": founders}',
            )
        ],
        ["fantasy:leagues-anonymous-GET"],
        ("config/context_processors.py", "league.owner.username"),
        ["N+1: 3 × SELECT accounts_user from {line}; select_related('owner') would remove it"],
    ),
    Regression(
        "an N+1 in a signal",
        [
            Edit(
                "fantasy/leagues.py",
                old="def _enter(",
                new="def tell_the_others(sender, instance, **kwargs):\n"
                "    for membership in instance.membership.league.memberships.all():\n"
                "        print(membership.user.username)\n\n\n"
                "post_save.connect(tell_the_others, sender=FantasyTeam)\n\n\n"
                "def _enter(",
            ),
            Edit(
                "fantasy/leagues.py",
                old="from django.db import IntegrityError, transaction\n",
                new="from django.db import IntegrityError, transaction\n"
                "from django.db.models.signals import post_save\n",
            ),
        ],
        ["fantasy:join_league-manager-POST"],
        ("fantasy/leagues.py", "membership.user.username"),
        ["N+1: 2 × SELECT accounts_user from {line}; select_related('user') would remove it"],
        stays=["fantasy:join_league-manager-GET"],
    ),
    Regression(
        "a query in middleware",
        [
            Edit(
                "config/visitors.py",
                new="from accounts.models import User\n\n\n"
                "def count_visitors(get_response):\n"
                "    def middleware(request):\n"
                "        request.visitors = User.objects.count()\n"
                "        return get_response(request)\n\n"
                "    return middleware\n",
            ),
            Edit(
                "config/settings.py",
                old='    "django_htmx.middleware.HtmxMiddleware",\n',
                new='    "django_htmx.middleware.HtmxMiddleware",\n'
                '    "config.visitors.count_visitors",\n',
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        ("config/visitors.py", "User.objects.count()"),
        [
            "(GET, anonymous), cold",
            "(GET, anonymous), hot",
            "COUNT accounts_user: budget 0, actual 1 (+1)",
            "from {line}",
        ],
    ),
]
