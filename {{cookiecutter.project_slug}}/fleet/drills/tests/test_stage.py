"""How a drill is performed: always undone, judged by what was seen, broken when it fails itself."""

import time
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import msgspec
import pytest

from fleet.drills.drill import Drill, Verdict
from fleet.drills.evidence import Kind, Request, SeenScore
from fleet.drills.promises import NO_ERROR
from fleet.drills.scene import SHORT, DrillError, Scene
from fleet.drills.stage import Stage


class Visiting(Thread):
    """Visitors who are always answered, as long as nothing is `broken`."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path, self.broken, self.stop = path, Event(), Event()

    def run(self) -> None:
        while not self.stop.wait(0.02):
            now, status = time.monotonic(), 503 if self.broken.is_set() else 200
            seen = (SeenScore(1, 0, 0),) if status == 200 else ()
            requests = [
                Request(Kind.LIVE, "/", now, now, status, scores=seen),
                Request(Kind.SAVE, "/", now, now, 302),
            ]
            with self.path.open("ab") as file:
                file.write(b"".join(msgspec.json.encode(request) + b"\n" for request in requests))


@pytest.fixture
def visiting(tmp_path):
    thread = Visiting(tmp_path / "requests")
    thread.path.touch()
    thread.start()
    yield thread
    thread.stop.set()
    thread.join()


@pytest.fixture
def stage(tmp_path, visiting):
    haproxy = SimpleNamespace(servers=lambda backend: {"web1": {"status": "UP"}})
    made = Stage(SimpleNamespace(haproxy=haproxy), tmp_path, SHORT)
    made._leagues = [1]
    made._feed = SimpleNamespace(ask=lambda command: [])
    made._slots = SimpleNamespace(ask=lambda command: {"looks": 3, "backward": []})
    made._notary = SimpleNamespace(lost=lambda requests: [])
    made._visitors = SimpleNamespace(waiting_since=time.monotonic)
    return made


def drill(act, **fields):
    return Drill("pretend", "nothing", act, [NO_ERROR], behind_s=0.1, **fields)


def test_it_is_kept_when_visitors_notice_nothing(stage):
    def act(scene):
        scene.broken()
        scene.wait(0.1)
        scene.mended()

    result = stage.perform(drill(act))
    assert (result.verdict, result.problems) == (Verdict.KEPT, [])
    assert result.evidence.broken_at < result.evidence.mended_at
    assert result.evidence.facts == {"looks at slots": 3}


def test_it_is_broken_when_they_do(stage, visiting):
    def act(scene):
        scene.undo.callback(visiting.broken.clear)
        scene.broken()
        visiting.broken.set()
        scene.wait(0.2)
        scene.mended()

    result = stage.perform(drill(act))
    assert result.verdict is Verdict.BROKEN
    assert result.problems[0].startswith("0 errors: live /: 503 at +0.")


def test_it_is_broken_and_undone_when_it_does_not_come_about(stage):
    undone = []

    def act(scene):
        scene.undo.callback(undone.append, "this")
        scene.wait_until(lambda: False, "the impossible", 0.1)

    result = stage.perform(drill(act))
    assert result.verdict is Verdict.BROKEN
    assert result.problems[0] == "the impossible: not within 0.1 s"
    assert undone == ["this"]


def test_it_is_not_run_where_something_is_missing(stage):
    result = stage.perform(drill(lambda scene: 1 / 0, missing=lambda: "needs root"))
    assert (result.verdict, result.problems) == (Verdict.NOT_RUN, ["needs root"])


class TestTheScene:
    @pytest.fixture
    def scene(self):
        return Scene(SimpleNamespace(), SHORT, list)

    def test_an_outage_is_mended_although_it_could_not_begin(self, scene):
        mended = []

        def fail():
            raise OSError("it did not break")

        with pytest.raises(OSError, match="did not break"), scene.undo:
            scene.outage(fail, lambda: mended.append(True))
        assert mended == [True]

    def test_it_tells_how_long_something_took(self, scene):
        at = time.monotonic() + 0.1
        took_s = scene.wait_until(lambda: time.monotonic() > at, "a moment", 5)
        assert 0.1 <= took_s < 1

    def test_what_does_not_come_about_is_an_error(self, scene):
        with pytest.raises(DrillError, match="a miracle: not within"):
            scene.wait_until(lambda: False, "a miracle", 0.05)
