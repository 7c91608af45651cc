"""Regressions to plant in a generated project, and what its query budgets must say about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

LEAGUE_MODELS = "fantasy/models/league.py"
LEAGUE_ENTRIES = "fantasy/entries/league.py"
LEAGUES_TEMPLATE = "fantasy/templates/fantasy/leagues.html"
PUBLIC_VIEWS = "fantasy/views/public.py"
MANAGER_VIEWS = "fantasy/views/manager.py"

LISTED = "    listed = found(League.cached.listing(page.number)).leagues\n"
TEAM_COUNT_CELL = '<td class="number">{{ league.team_count }}</td>'
SAVED = "            team = create_league("


@dataclass(frozen=True)
class Edit:
    """An exact replacement in a file; without `old` the new text makes a new file."""

    file: str
    new: str
    old: str = ""

    def apply(self, project: Path) -> None:
        path = project / self.file
        if not self.old:
            assert not path.exists(), f"{self.file} is there already"
            path.parent.mkdir(exist_ok=True)
            path.write_text(self.new, encoding="utf-8")
            return
        text = path.read_text(encoding="utf-8")
        assert text.count(self.old) == 1, f"{self.file} has {text.count(self.old)} × {self.old!r}"
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True)
class Regression:
    """What is planted, where it shows, and which line is at fault: the one with this text.

    `cases` fail, each with all of `says`; what `stays` does not fail. `never` is not said.
    """

    name: str
    edits: list[Edit]
    cases: list[str]
    at_fault: tuple[str, str]
    says: list[str]
    stays: list[str] = field(default_factory=list)
    never: str = ""

    @property
    def selection(self) -> str:
        """For `-k`."""
        return " or ".join([*self.cases, *self.stays])


SELECT_RELATED = Regression(
    "a dropped select_related",
    [
        Edit(
            LEAGUE_MODELS,
            old='self.select_related("membership__user")\n            .filter(',
            new="self\n            .filter(",
        )
    ],
    ["fantasy:league-anonymous-GET"],
    (LEAGUE_ENTRIES, "manager=team.membership.user.get_username(),"),
    [
        "SELECT fantasy_membership: budget 0, actual 2 (+2)",
        "N+1: 2 × SELECT fantasy_membership from {line}; select_related('membership') would "
        "remove it (in the queryset of FantasyTeam)",
        "N+1: 2 × SELECT accounts_user from {line}; select_related('user') would remove it",
    ],
)

REGRESSIONS = [
    Regression(
        "a lazy reverse relation in an included template",
        [
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new="    listed = League.objects.with_team_count()[:50]\n",
            ),
            Edit(
                LEAGUES_TEMPLATE,
                old=TEAM_COUNT_CELL,
                new='{% include "fantasy/_members.html" %}',
            ),
            Edit(
                "fantasy/templates/fantasy/_members.html",
                new='<td class="number">\n'
                "{% for membership in league.memberships.all %}·{% endfor %}</td>\n",
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        ("fantasy/templates/fantasy/_members.html", "league.memberships.all"),
        [
            "N+1: 3 × SELECT fantasy_membership from fantasy/leagues.html:30 via {% include %} "
            "fantasy/_members.html:2; prefetch_related('memberships') would remove it",
        ],
    ),
    Regression(
        "an N+1 inside a template tag",
        [
            Edit(
                LEAGUES_TEMPLATE,
                old=TEAM_COUNT_CELL,
                new="<td>{% newest_member league.pk %}</td>",
            ),
            Edit(
                LEAGUES_TEMPLATE,
                old='{% extends "base.html" %}\n',
                new='{% extends "base.html" %}{% load members %}\n',
            ),
            Edit("fantasy/templatetags/__init__.py", new="\n"),
            Edit(
                "fantasy/templatetags/members.py",
                new="from django.template import Library\n"
                "from fantasy.models import Membership\n\n"
                "register = Library()\n\n\n"
                "@register.simple_tag\n"
                "def newest_member(league_id):\n"
                "    return Membership.objects.filter(league=league_id).last().pk\n",
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        (LEAGUES_TEMPLATE, "newest_member league.pk"),
        [
            "N+1: 3 × SELECT fantasy_membership from fantasy/leagues.html:30",
            "Python: fantasy/templatetags/members.py:9 in newest_member",
        ],
    ),
    Regression(
        "an N+1 in a form's choices",
        [
            Edit(
                "fantasy/forms/leagues.py",
                old="class JoinLeagueForm(forms.Form):\n",
                new="class Rivals(forms.ModelChoiceField):\n"
                "    def label_from_instance(self, league):\n"
                '        return f"{league} of {league.owner}"\n\n\n'
                "class JoinLeagueForm(forms.Form):\n"
                "    rivals = Rivals(League.objects.all(), required=False)\n",
            ),
            Edit(
                "fantasy/templates/fantasy/join_league.html",
                old='      {% include "_field.html" with field=form.code %}\n',
                new='      {% include "_field.html" with field=form.code %}\n'
                '      {% include "_field.html" with field=form.rivals %}\n',
            ),
        ],
        ["fantasy:join_league-manager-GET"],
        ("templates/_field.html", "{{ field }}"),
        [
            "N+1: 3 × SELECT accounts_user from fantasy/join_league.html:11 via {% include %} "
            "_field.html:6; select_related('owner') would remove it (in the queryset of League)",
            "Python: fantasy/forms/leagues.py:46 in label_from_instance",
        ],
    ),
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
        "an N+1 behind pagination",
        [
            Edit(LEAGUE_ENTRIES, old="LEAGUES_PER_PAGE = 50", new="LEAGUES_PER_PAGE = 2"),
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new=LISTED
                + "    for league in listed:\n"
                + "        FantasyTeam.objects.in_league(league.pk).first()\n",
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        (PUBLIC_VIEWS, "FantasyTeam.objects.in_league(league.pk).first()"),
        [
            "N+1: 2 × SELECT fantasy_fantasyteam from {line}",
            # On every larger world the page asks as much: the plain comparison would pass.
            "The page shows no more rows",
        ],
    ),
    Regression(
        "an N+1 behind pagination whose pager alone grows",
        [
            # The small world fills this page; on the larger ones only the link to the next is new.
            Edit(LEAGUE_ENTRIES, old="LEAGUES_PER_PAGE = 50", new="LEAGUES_PER_PAGE = 3"),
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new=LISTED
                + "    for league in listed:\n"
                + "        FantasyTeam.objects.in_league(league.pk).first()\n",
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        (PUBLIC_VIEWS, "FantasyTeam.objects.in_league(league.pk).first()"),
        [
            "N+1: 3 × SELECT fantasy_fantasyteam from {line}",
            "The page shows no more rows for 2 more leagues",
        ],
    ),
    Regression(
        "an N+1 over rows that the page does not name",
        [
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new=LISTED
                + "    for round_ in Round.objects.all():\n"
                + "        round_.matches.first()\n",
            ),
            Edit(
                PUBLIC_VIEWS,
                old="from fantasy.models import ",
                new="from fantasy.models import Round, ",
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        (PUBLIC_VIEWS, "round_.matches.first()"),
        [
            "(GET, anonymous), hot, larger world (rounds)",
            "SELECT fantasy_match: 3 became 5",
            "N+1: 5 × SELECT fantasy_match from {line}",
        ],
    ),
    Regression(
        "a count() in a loop",
        [
            Edit(
                LEAGUE_ENTRIES,
                old="team_count=league.team_count or 0,  # type: ignore[attr-defined]",
                new="team_count=league.memberships.count(),",
            )
        ],
        ["fantasy:leagues-anonymous-GET"],
        (LEAGUE_ENTRIES, "league.memberships.count()"),
        [
            "COUNT fantasy_membership: budget 0, actual 3 (+3)",
            "N+1: 3 × COUNT fantasy_membership from {line}",
        ],
    ),
    Regression(
        "an N+1 only for signed-in visitors",
        [
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new=LISTED
                + "    if request.user.is_authenticated:\n"
                + "        for membership in request.user.memberships.all():\n"
                + "            membership.league.name\n",
            )
        ],
        ["fantasy:leagues-manager-GET"],
        (PUBLIC_VIEWS, "membership.league.name"),
        ["N+1: 2 × SELECT fantasy_league from {line}; select_related('league') would remove it"],
        stays=["fantasy:leagues-anonymous-GET"],
    ),
    Regression(
        "an N+1 only on POST",
        [
            Edit(
                MANAGER_VIEWS,
                old=SAVED,
                new="            for old in FantasyTeam.objects.of_user(_user_id(request)):\n"
                "                old.lineups.first()\n" + SAVED,
            )
        ],
        ["fantasy:new_league-manager-POST"],
        (MANAGER_VIEWS, "old.lineups.first()"),
        ["N+1: 2 × SELECT fantasy_lineup from {line}"],
        stays=["fantasy:new_league-manager-GET"],
    ),
    Regression(
        "an N+1 on a cold page alone",
        [
            Edit(
                LEAGUE_ENTRIES,
                old="    return pages.LeagueList(\n",
                new="    for league in leagues:\n"
                "        League.objects.select_related('owner').get(pk=league.pk)\n"
                "    return pages.LeagueList(\n",
            )
        ],
        ["fantasy:leagues-anonymous-GET"],
        (LEAGUE_ENTRIES, "League.objects.select_related('owner').get(pk=league.pk)"),
        ["(GET, anonymous), cold", "N+1: 3 × SELECT fantasy_league from {line}"],
        never="(GET, anonymous), hot\n",
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

# One query more on a table that the cold page asks anyway.
ONE_MORE = Regression(
    "one query more beside one that may be",
    [
        Edit(
            LEAGUE_ENTRIES,
            old="    return pages.LeagueList(\n",
            new="    League.objects.select_related('owner').last()\n    return pages.LeagueList(\n",
        )
    ],
    ["fantasy:leagues-anonymous-GET"],
    (LEAGUE_ENTRIES, "League.objects.select_related('owner').last()"),
    ["SELECT fantasy_league: budget 1, actual 2 (+1)", "from {line}"],
)

# What a developer does on a quiet day: another name, a query in two steps, comments, another order.
REFACTORING = [
    Edit(
        PUBLIC_VIEWS,
        old=LISTED
        + '    return render(request, "fantasy/leagues.html", {"page": page, "leagues": listed})',
        new="    # Those of this page alone.\n"
        "    leagues_of_page = found(League.cached.listing(page.number)).leagues\n"
        '    context = {"page": page, "leagues": leagues_of_page}\n'
        '    return render(request, "fantasy/leagues.html", context)',
    ),
    Edit(
        LEAGUE_ENTRIES,
        old="    leagues = League.objects.with_team_count()[last - LEAGUES_PER_PAGE : last]\n",
        new="    # In two steps.\n"
        "    everywhere = League.objects.with_team_count()\n"
        "    leagues = everywhere[last - LEAGUES_PER_PAGE : last]\n",
    ),
    Edit(
        LEAGUES_TEMPLATE,
        old='            <td class="wide">{{ league.owner }}</td>\n            ' + TEAM_COUNT_CELL,
        new="            {# The number first. #}\n            "
        + TEAM_COUNT_CELL
        + '\n            <td class="wide">{{ league.owner }}</td>',
    ),
]
