"""The visitors: each kind asks at its own rate, come what may."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from itertools import count, cycle
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from fleet import html
from fleet.drills.evidence import Kind, Request, SeenScore
from fleet.drills.lineups import fields
from fleet.drills.visitors.http import Answer, Client, NoAnswerError
from fleet.drills.visitors.log import Log
from fleet.drills.visitors.plan import Manager, Plan

PATIENCE_S = 10.0  # of who reads
SAVING_PATIENCE_S = 40.0  # of who saves, and wants to know: longer than any time-out of the fleet
CSRF = "d" * 32  # the cookie and the field of the form have to agree, and do


class Visitors:
    """All of them, until they are cancelled."""

    def __init__(self, plan: Plan, log: Log) -> None:
        self._plan, self._log = plan, log
        self._client = Client(plan.address, plan.port, plan.host)
        self._pages, self._boards = cycle(plan.pages), cycle(plan.boards)
        self._readers = cycle(plan.managers)
        self._savers = deque(plan.managers)  # those who are not waiting for an answer
        self._turns = {manager.team: count(1) for manager in plan.managers}

    async def run(self) -> None:
        plan = self._plan
        await asyncio.gather(
            self._steadily(plan.pages_per_s, self._read_page),
            self._steadily(plan.boards_per_s, self._read_board),
            self._steadily(plan.own_per_s, self._read_own),
            self._steadily(plan.saves_per_s, self._save),
        )

    async def _steadily(self, per_s: float, visit: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begins a visit at each beat, whether the last one is over or not."""
        started = time.monotonic()
        async with asyncio.TaskGroup() as visits:
            for beat in count():
                await asyncio.sleep(started + beat / per_s - time.monotonic())
                visits.create_task(visit())

    async def _read_page(self) -> None:
        await self._get(Kind.PAGE, next(self._pages))

    async def _read_board(self) -> None:
        await self._get(Kind.LIVE, next(self._boards))

    async def _read_own(self) -> None:
        """The menu, which is part of every page, and the own teams."""
        manager = next(self._readers)
        await self._get(Kind.OWN, "/accounts/menu/", manager)
        await self._get(Kind.OWN, "/teams/", manager)

    async def _save(self) -> None:
        """Looks at a line-up, saves another one, looks again."""
        if not self._savers:
            return  # They all wait: nobody saves the same team twice at a time.
        manager = self._savers.popleft()
        try:
            await self._get(Kind.OWN, manager.editor, manager)
            await self._post(manager, next(self._turns[manager.team]))
            await self._get(Kind.OWN, manager.editor, manager)
        finally:
            self._savers.append(manager)

    async def _get(self, kind: Kind, address: str, manager: Manager | None = None) -> None:
        headers = _cookies(manager) if manager else {}
        edited = manager.team if manager and address == manager.editor else 0

        def seen(answer: Answer) -> dict[str, Any]:
            if kind is Kind.LIVE:
                return {"scores": _scores(answer.text)}
            return {"captain": html.shown_captain(answer.text) or 0} if edited else {}

        asking = self._client.ask(address, headers=headers, limit_s=PATIENCE_S)
        await self._record(Request(kind, address, team=edited), asking, seen)

    async def _post(self, manager: Manager, turn: int) -> None:
        body = urlencode({**fields(manager.squad, turn), "csrfmiddlewaretoken": CSRF})
        asking = self._client.ask(
            manager.editor,
            method="POST",
            headers={**_cookies(manager), "Content-Type": "application/x-www-form-urlencoded"},
            body=body.encode(),
            limit_s=SAVING_PATIENCE_S,
        )
        request = Request(Kind.SAVE, manager.editor, team=manager.team, turn=turn)
        await self._record(request, asking, lambda answer: {})

    async def _record(
        self,
        request: Request,
        asking: Awaitable[Answer],
        seen: Callable[[Answer], Mapping[str, Any]],
    ) -> None:
        """`request` as far as it is known before; `seen` reads what a good answer shows."""
        with self._log.asking() as started:
            found = await _outcome(asking, seen)
            ended = time.monotonic()
            self._log.write(replace(request, started=started, ended=ended, **found))


async def _outcome(
    asking: Awaitable[Answer], seen: Callable[[Answer], Mapping[str, Any]]
) -> dict[str, Any]:
    try:
        answer = await asking
    except NoAnswerError as error:
        return {"status": 0, "error": str(error)}
    except TimeoutError:
        return {"status": 0, "error": "no answer in time"}
    return {
        "status": answer.status,
        "node": answer.headers.get("x-served-by", ""),
        "retry_after": "retry-after" in answer.headers,
        "fail_open": "x-lb-mode" in answer.headers,
        **(seen(answer) if answer.status == 200 else {}),
    }


def _cookies(manager: Manager) -> dict[str, str]:
    return {"Cookie": f"sessionid={manager.session}; csrftoken={CSRF}"}


def _scores(page: str) -> tuple[SeenScore, ...]:
    return tuple(SeenScore(s.match, s.minute, s.goals) for s in html.live_scores(page))
