"""What a template asks for, row by row."""

from __future__ import annotations

from tests.regressions.planting import (
    LEAGUES_TEMPLATE,
    LISTED,
    PUBLIC_VIEWS,
    TEAM_COUNT_CELL,
    Edit,
    Regression,
)

IN_TEMPLATES = [
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
            "N+1: 3 × SELECT fantasy_membership from fantasy/leagues.html:31 via {% include %} "
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
            "N+1: 3 × SELECT fantasy_membership from fantasy/leagues.html:31",
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
]
