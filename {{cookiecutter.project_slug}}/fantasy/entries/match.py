"""The page of a match."""

from __future__ import annotations

from typing import Any

from fantasy import pages
from fantasy.entries.competition import CompetitionReads
from fantasy.entries.shapes import shape_all
from fantasy.models import Match, MatchEvent
from kickoff.caching.entries import CachedManager, DerivedEntry, Entry, Versioned
from kickoff.caching.rendering import RenderedEntry


def _build_report(match_id: int) -> pages.Report | None:
    match = Match.objects.select_related("round").filter(pk=match_id).first()
    if match is None:
        return None
    return pages.Report(
        competition_id=match.round.competition_id,
        round_id=match.round_id,
        home_id=match.home_id,
        away_id=match.away_id,
        events=shape_all(MatchEvent.objects.of_match(match_id), pages.ReportedEvent),
        **_progress(match),
    )


def _progress(of: Match | pages.Report) -> dict[str, Any]:
    return {name: getattr(of, name) for name in pages.Progress.__struct_fields__}


def _page_parts(match_id: int) -> list[Versioned[Any]] | None:
    report = MatchReads.report.versioned(match_id)
    if report.value is None:
        return None
    return [
        CompetitionReads.calendar.versioned(report.value.competition_id),
        CompetitionReads.squads.versioned(report.value.competition_id),
        report,
    ]


def _derive_page(
    calendar: pages.Calendar | None, squads: pages.Squads, report: pages.Report
) -> pages.MatchPage | None:
    home, away = squads.teams.get(report.home_id), squads.teams.get(report.away_id)
    if calendar is None or home is None or away is None:
        return None  # The match came in a moment ago, before what this process knows.
    return pages.MatchPage(
        home=home,
        away=away,
        competition_name=calendar.competition.name,
        competition_slug=calendar.competition.slug,
        round_name=calendar.name_of(report.round_id),
        events=tuple(
            pages.Event(
                sequence=event.sequence,
                kind=event.kind,
                minute=event.minute,
                stoppage=event.stoppage,
                player_id=event.player_id,
                player_name=squads.player_name(event.player_id),
                team=home if event.team_id == home.pk else away,
            )
            for event in report.events
        ),
        **_progress(report),
    )


class MatchReads(CachedManager, model=Match):
    report = Entry(
        _build_report,
        stale_when={"fantasy.Match": "pk", "fantasy.MatchEvent": "match"},
    )
    page = DerivedEntry(_derive_page, parts=_page_parts, own_part=report)
    html = RenderedEntry("fantasy/match.html", of=page, named="match")
    report_html = RenderedEntry("fantasy/_match_report.html", of=page, named="match")
