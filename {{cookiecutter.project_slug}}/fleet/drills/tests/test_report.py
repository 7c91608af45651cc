"""The table, drills.json, and the exit code."""

import json

import pytest

from fleet.drills import __main__ as command
from fleet.drills.catalogue import DRILLS
from fleet.drills.drill import Drill, Verdict, judged, not_run
from fleet.drills.evidence import Kind, SeenScore
from fleet.drills.promises import NO_ERROR
from fleet.drills.report import Report
from fleet.drills.run import write
from fleet.up import FleetError

MACHINE = {"CPU": "a fast one", "cores": "2"}


def nothing(scene):
    pass


DRILL = Drill("pretend", "nothing at all", nothing, [NO_ERROR])


@pytest.fixture
def report(evidence, request_at):
    """A function: a report on one drill with these requests."""

    def report(*requests, **fields):
        result = judged(DRILL, evidence(*requests, **fields))
        return Report([result], MACHINE, "make drill", 61.2, "A fleet.")

    return report


@pytest.fixture
def live(request_at):
    return request_at(11, Kind.LIVE, scores=(SeenScore(1, 0, 0),))


@pytest.fixture
def kept(report, request_at, live):
    return report(live, request_at(12, Kind.SAVE, took=0.5))


@pytest.fixture
def broken(report, request_at, live):
    requests = [live, request_at(14.2, Kind.SAVE, took=1.3, status=503)]
    return report(*requests, lost=["save 3 of team 1"])


class TestTheTable:
    def test_has_a_row_per_drill(self, kept):
        assert (
            "| nothing at all | 0 errors | kept | 2 | 0 | 0.50 s | 0.0 s | 0 |" in kept.markdown()
        )

    def test_shows_what_was_broken(self, broken):
        text = broken.markdown()
        assert "| nothing at all | 0 errors | BROKEN | 2 | 1 | 1.30 s | 1.5 s | 1 |" in text
        assert "## pretend: BROKEN" in text
        assert "- 0 errors: save /2/: 503 of web1 at +4.20 s, took 1.30 s" in text

    def test_describes_the_machine(self, kept):
        assert "Machine: CPU a fast one, cores 2" in kept.markdown()

    def test_says_what_was_not_run(self):
        result = not_run(DRILL, "needs root")
        text = Report([result], MACHINE, "make drill", 1, "A fleet.").markdown()
        assert "| nothing at all | 0 errors | not run | – | – | – | – | – |" in text
        assert "- needs root" in text


class TestTheDocument:
    def test_has_all_numbers(self, broken):
        document = broken.document()
        assert document["broken"] == ["pretend"]
        assert document["machine"] == MACHINE
        (drill,) = document["drills"]
        assert drill["sent"] == 2
        assert drill["failed"] == 1
        assert drill["worst_s"] == 1.3
        assert drill["recovered_s"] == 1.5
        assert drill["lost"] == ["save 3 of team 1"]
        assert "acknowledged line-ups are saved, whole" in drill["promises"]

    def test_and_the_table_are_written(self, broken, tmp_path):
        write(broken, tmp_path)
        assert json.loads((tmp_path / "drills.json").read_text()) == broken.document()
        assert (tmp_path / "docs" / "drills.md").read_text() == broken.markdown()


class TestTheCommand:
    @pytest.fixture
    def drill(self, monkeypatch, tmp_path):
        """A function: the exit code of a run with this report, or this error."""

        def drill(found, *arguments, ci="false"):
            def run(drills, lengths, words, say):
                self.asked = (drills, lengths, words)
                if isinstance(found, BaseException):
                    raise found
                return found

            monkeypatch.setenv("CI", ci)
            monkeypatch.setattr(command, "run", run)
            return command.main([*arguments, "--out", str(tmp_path)])

        return drill

    def test_exits_0_when_all_promises_were_kept(self, drill, kept):
        assert drill(kept) == 0
        assert self.asked == (DRILLS, command.LONG, "make drill")

    def test_exits_1_when_one_was_not(self, drill, broken):
        assert drill(broken) == 1

    @pytest.mark.parametrize(("ci", "code"), [("false", 0), ("true", 1)])
    def test_exits_1_in_ci_when_one_was_not_tried(self, drill, ci, code):
        report = Report([not_run(DRILL, "needs root")], MACHINE, "make drill", 1, "")
        assert drill(report, ci=ci) == code

    def test_exits_2_when_there_is_no_fleet(self, drill, capsys):
        assert drill(FleetError("haproxy is not installed")) == 2
        assert capsys.readouterr().err == "drill: haproxy is not installed\n"

    def test_does_those_that_are_named(self, drill, kept):
        drill(kept, "node-frozen", "deploy", "--short")
        drills, lengths, words = self.asked
        assert [d.name for d in drills] == ["node-frozen", "deploy"]
        assert lengths == command.SHORT
        assert words == 'make drill ARGS="node-frozen deploy --short"'

    def test_knows_no_other_names(self, drill, kept, capsys):
        with pytest.raises(SystemExit):
            drill(kept, "node-forzen")
        assert "no drill is called node-forzen" in capsys.readouterr().err

    def test_prints_one_document_and_nothing_else(self, drill, broken, capsys):
        drill(broken, "--json")
        assert json.loads(capsys.readouterr().out) == broken.document()

    def test_prints_a_line_per_drill_and_what_was_wrong(self, drill, broken, capsys):
        drill(broken)
        first, *others = capsys.readouterr().out.splitlines()
        assert first.startswith("BROKEN   pretend")
        assert others[0].startswith("         - 0 errors: save /2/: 503")


class TestTheCatalogue:
    def test_names_each_once(self):
        names = [drill.name for drill in DRILLS]
        assert len(names) == len(set(names))

    def test_each_promises_something_of_its_own(self):
        assert [drill.name for drill in DRILLS if not drill.promises] == []

    def test_a_drill_that_breaks_one_promise_is_broken(self, evidence, request_at):
        result = judged(DRILL, evidence(request_at(11, status=500)))
        assert result.verdict is Verdict.BROKEN
