"""The visitors: what they send, that they keep their pace, and what they write down."""

import asyncio
import time
from contextlib import asynccontextmanager

import msgspec
import pytest

from fleet.drills.evidence import Kind, Request
from fleet.drills.lineups import Squad
from fleet.drills.visitors.flood import Flood, FloodPlan
from fleet.drills.visitors.http import Client, NoAnswerError
from fleet.drills.visitors.log import Log
from fleet.drills.visitors.mix import Visitors
from fleet.drills.visitors.plan import Manager, Plan, read_plan, write_plan

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Served-By: web2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 5\r\nX-LB-Mode: fail-open\r\n\r\n"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
UNTIL_THE_END = b"HTTP/1.1 200 OK\r\n\r\nall of it"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"


@asynccontextmanager
async def site(*answers, close_after=False):
    """Gives these answers in turn, the last one for ever; None: never one. Yields its port and the
    requests, each with the number of its connection."""
    asked, connections = [], [0]

    async def talk(reader, writer):
        connections[0] += 1
        number = connections[0]
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked.append((number, head.decode()))
                answer = answers[min(len(asked), len(answers)) - 1]
                if answer is None:
                    await asyncio.sleep(60)
                writer.write(answer)
                if close_after or answer in (UNTIL_THE_END, HALF):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        server.close()


def asking(*answers, times=1, pause_s=0.0, limit_s=5.0, **how):
    """What a client gets, and what the site was asked."""

    async def talk():
        async with site(*answers, **how) as (port, asked):
            client, got = Client("127.0.0.1", port, "site:80"), []
            for _ in range(times):
                got.append(await client.ask("/a/", headers={"Cookie": "b=c"}, limit_s=limit_s))
                await asyncio.sleep(pause_s)
            return got, asked

    return asyncio.run(talk())


class TestTheClient:
    def test_sends_a_request_and_reads_the_answer(self):
        (answer,), [(_, head)] = asking(OK)
        assert (answer.status, answer.text) == (200, "ok")
        assert answer.headers["x-served-by"] == "web2"
        assert head == "GET /a/ HTTP/1.1\r\nHost: site:80\r\nCookie: b=c\r\n\r\n"

    def test_reads_chunks(self):
        (answer, again), _ = asking(CHUNKS, times=2)
        assert answer.text == again.text == "abcde"

    def test_reads_to_the_end_when_no_length_is_said(self):
        (answer,), _ = asking(UNTIL_THE_END)
        assert answer.text == "all of it"

    def test_uses_a_connection_again(self):
        _, asked = asking(OK, times=3)
        assert [number for number, _ in asked] == [1, 1, 1]

    def test_takes_another_when_it_was_closed_meanwhile(self):
        got, asked = asking(OK, times=2, pause_s=0.1, close_after=True)
        assert [answer.status for answer in got] == [200, 200]
        assert [number for number, _ in asked] == [1, 2]

    def test_says_when_the_answer_ended_early(self):
        with pytest.raises(NoAnswerError, match="the connection ended"):
            asking(HALF)

    def test_says_when_there_is_nobody(self):
        client = Client("127.0.0.1", 1, "site")
        with pytest.raises(NoAnswerError):
            asyncio.run(client.ask("/", limit_s=5))

    def test_waits_no_longer_than_its_limit(self):
        with pytest.raises(TimeoutError):
            asking(None, limit_s=0.2)


MANAGER = Manager("cookie", 3, Squad(tuple("abcdefghijklmno"), tuple(range(15))))


def visited(tmp_path, *answers, seconds=0.5, **rates):
    """What is written down of so many seconds, and what was asked."""
    path = tmp_path / "requests"

    async def visit():
        async with site(*answers) as (port, asked):
            plan = Plan(
                port=port,
                host="site",
                log=str(path),
                pages=("/p/",),
                boards=("/b/",),
                managers=(MANAGER,),
                **{"pages_per_s": 20, "boards_per_s": 20, "own_per_s": 20, "saves_per_s": 20}
                | rates,
            )
            with path.open("ab") as file:
                log = Log(file)
                task = asyncio.ensure_future(Visitors(plan, log).run())
                await asyncio.sleep(seconds)
                waiting_s = time.monotonic() - log.waiting_since()
                task.cancel()
                return asked, waiting_s

    asked, waiting_s = asyncio.run(visit())
    lines = path.read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Request) for line in lines], asked, waiting_s


class TestTheVisitors:
    def test_write_down_each_request(self, tmp_path):
        requests, _, _ = visited(tmp_path, OK)
        assert {request.kind for request in requests} == set(Kind)
        assert {request.node for request in requests} == {"web2"}
        assert all(0 < request.took_s < 0.4 for request in requests)
        assert {request.address for request in requests} == {
            "/p/", "/b/", "/accounts/menu/", "/teams/", "/teams/3/line-up/",
        }  # fmt: skip

    def test_write_down_what_failed_and_how(self, tmp_path):
        requests, _, _ = visited(tmp_path, BUSY)
        assert requests
        assert all(r.is_failed and r.status == 503 and r.retry_after for r in requests)
        assert all(r.fail_open for r in requests)

    def test_keep_their_pace_when_nobody_answers(self, tmp_path):
        _, asked, waiting_s = visited(tmp_path, None, seconds=1.0)
        pages = [head for _, head in asked if head.startswith("GET /p/")]
        assert 15 <= len(pages) <= 21
        assert 0.9 < waiting_s < 1.2  # since the first of them

    def test_nobody_saves_the_same_team_twice_at_a_time(self, tmp_path):
        _, asked, _ = visited(tmp_path, None, seconds=0.5, own_per_s=1)
        editors = [head for _, head in asked if "/line-up/" in head]
        assert len(editors) == 1

    def test_savers_send_another_line_up_each_time_with_their_cookie(self, tmp_path):
        saves = [r for r in visited(tmp_path, OK)[0] if r.kind is Kind.SAVE]
        assert [request.turn for request in saves] == list(range(1, len(saves) + 1))
        _, asked, _ = visited(tmp_path, OK)
        (head, *_) = [head for _, head in asked if head.startswith("POST ")]
        assert "Cookie: sessionid=cookie; csrftoken=" in head


def test_a_plan_is_read_as_it_was_written(tmp_path):
    plan = Plan(port=1, host="h", log="l", pages=("/",), boards=(), managers=(MANAGER,))
    write_plan(plan, tmp_path / "plan")
    assert read_plan(tmp_path / "plan") == plan


class TestTheFlood:
    def flood(self, *answers, per_s=0.0, seconds=0.4):
        async def run():
            async with site(*answers) as (port, asked):
                plan = FloodPlan(port, "site", "/?q={}", 3, seconds, 2.0, per_s)
                flood = Flood(plan)
                await (flood.at_a_rate() if per_s else flood.as_fast_as_answered())
                return flood.tally, [head.split()[1] for _, head in asked]

        return asyncio.run(run())

    def test_comes_at_its_rate_and_asks_for_another_page_each_time(self):
        tally, asked = self.flood(OK, per_s=50)
        assert tally.served == len(set(asked)) == 2 * 50 * 0.4
        assert tally.per_s == 2 * 50

    def test_measures_what_is_answered(self):
        tally, asked = self.flood(OK)
        assert tally.served == len(asked) > 20

    def test_tells_apart_who_was_refused_and_who_was_not_answered(self):
        tally, _ = self.flood(OK, BUSY, OK, HALF, BUSY, per_s=5)
        assert (tally.served, tally.refused, tally.other) == (2, 1, 1)
