"""Samples are taken once, however many ask, and a probe that hangs holds up nobody."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kickoff.health.registry import Level, Probe, Registry, passed
from kickoff.health.report import report
from kickoff.health.sampling import Sample
from kickoff.health.tests.conftest import health_threads
from kickoff.testing.waiting import wait_until

# The threads of probes prepare connections to the database, and open none.
pytestmark = pytest.mark.django_db(transaction=True)


class Watched:
    """A probe that counts its runs, and how many there were at a time."""

    def __init__(self, name="probe", hold=None):
        self.name, self.hold = name, hold
        self.runs = self.running = self.most = 0
        self.lock = threading.Lock()

    def __call__(self):
        with self.lock:
            self.runs += 1
            self.running += 1
            self.most = max(self.most, self.running)
        if self.hold:
            self.hold.wait(10)
        with self.lock:
            self.running -= 1
        return {self.name: passed()}

    def probe(self):
        return Probe((self.name,), self)


@pytest.fixture
def gate():
    """Closed until the test opens it; open at its end, so that no thread stays."""
    event = threading.Event()
    yield event
    event.set()


def level(sample, name="probe"):
    (found,) = [o.findings[name] for o in sample.outcomes if name in o.findings]
    return found.level


class TestTheSampler:
    def test_does_nothing_before_somebody_asks(self, make_sampler):
        watched = Watched()
        make_sampler([watched.probe()])
        time.sleep(0.05)
        assert watched.runs == 0

    def test_answers_the_first_one_with_a_sample(self, make_sampler):
        assert level(make_sampler([Watched().probe()]).latest()) == Level.PASS

    def test_takes_one_sample_however_many_ask(self, make_sampler, settings, gate):
        settings.HEALTH_PROBE_TIMEOUT_S = 5.0
        watched = Watched(hold=gate)
        sampler = make_sampler([watched.probe()])
        with ThreadPoolExecutor(32) as pool:
            answers = [pool.submit(sampler.latest) for _ in range(320)]
            wait_until(lambda: sum(answer.done() for answer in answers) == 319)
            assert watched.runs == 1
            gate.set()
        (sample,) = [answer.result() for answer in answers if answer.result() is not None]
        assert level(sample) == Level.PASS

    def test_never_takes_two_at_a_time(self, make_sampler):
        watched = Watched()
        sampler = make_sampler([watched.probe()])
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: (sampler.latest(), time.sleep(0.005)), range(200)))
        assert watched.runs > 3
        assert watched.most == 1

    def test_ends_when_nobody_has_asked_for_a_while_and_begins_again(self, make_sampler, settings):
        settings.HEALTH_IDLE_S = 0.05
        watched = Watched()
        sampler = make_sampler([watched.probe()])
        assert sampler.latest() is not None
        wait_until(lambda: not health_threads())
        runs = watched.runs
        time.sleep(0.05)
        assert watched.runs == runs
        sampler.latest()
        wait_until(lambda: watched.runs > runs)

    def test_lets_one_of_those_who_ask_first_wait_and_no_more(self, make_sampler, settings, gate):
        settings.HEALTH_PROBE_TIMEOUT_S = 1.0
        sampler = make_sampler([Watched(hold=gate).probe()])
        waiting = threading.Thread(target=sampler.latest)
        waiting.start()
        wait_until(sampler._turn_to_wait.locked)
        started = time.monotonic()
        assert [sampler.latest() for _ in range(50)] == [None] * 50
        assert waiting.is_alive(), "the first one waits longer than fifty others together"
        assert time.monotonic() - started < 1.0
        gate.set()
        waiting.join()

    def test_takes_a_new_sample_when_the_last_is_old(self, make_sampler, settings, monkeypatch):
        settings.HEALTH_IDLE_S = -1.0  # one sample for each question
        sampler = make_sampler([Watched().probe()])
        first = sampler.latest()
        wait_until(lambda: not health_threads())
        monkeypatch.setattr(Sample, "age_s", property(lambda sample: 3600.0 * (sample is first)))
        second = sampler.latest()
        assert second is not None
        assert second is not first

    @pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
    def test_samples_anew_in_a_fork_whatever_its_parent_was_doing(self, make_sampler):
        probe = Probe(("pid",), lambda: {"pid": passed(pid=os.getpid())})
        sampler = make_sampler([probe])
        assert report(sampler)["probes"]["pid"]["facts"] == {"pid": os.getpid()}
        held, forked = threading.Event(), threading.Event()

        def hold():
            with sampler._changed:
                held.set()
                forked.wait(10)

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(10)
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # should it wait for a lock that nobody opens
            found = report(sampler)["probes"]["pid"]["facts"]
            os._exit(0 if found == {"pid": os.getpid()} else 1)
        forked.set()
        holder.join()
        assert os.waitpid(child, 0)[1] == 0


class TestAProbeThatHangs:
    @pytest.fixture
    def hanging(self, settings, gate):
        settings.HEALTH_PROBE_TIMEOUT_S = 0.05
        return Watched("hanging", hold=gate)

    def test_fails_and_the_others_are_seen(self, make_sampler, hanging):
        sample = make_sampler([hanging.probe(), Watched().probe()]).latest()
        assert level(sample, "hanging") == Level.FAIL
        assert level(sample) == Level.PASS

    def test_is_not_started_again_and_piles_up_no_threads(self, make_sampler, hanging):
        other = Watched()
        sampler = make_sampler([hanging.probe(), other.probe()])
        most = 0
        while other.runs < 10:
            sampler.latest()
            most = max(most, len(health_threads()))
        assert hanging.runs == 1
        assert most <= 3  # the sampler's, and one for each probe

    def test_passes_again_when_it_answers_again(self, make_sampler, hanging, gate):
        sampler = make_sampler([hanging.probe()])
        assert level(sampler.latest(), "hanging") == Level.FAIL
        gate.set()
        wait_until(lambda: level(sampler.latest(), "hanging") == Level.PASS)


class TestAProbeThatRaises:
    def test_shows_the_kind_of_error_and_not_its_text(self, make_sampler, caplog):
        def fail():
            raise OSError("the password of root is secret")

        found = report(make_sampler([Probe(("one", "two"), fail)]))
        assert found["status"] == "fail"
        assert {name: probe["text"] for name, probe in found["probes"].items()} == {
            "one": "OSError",
            "two": "OSError",
        }
        assert "the password of root is secret" in caplog.text

    def test_what_it_did_not_find_fails(self, make_sampler):
        found = report(make_sampler([Probe(("one", "two"), lambda: {"one": passed()})]))
        assert found["probes"]["two"]["text"] == "nothing found"


class TestTheReport:
    def test_has_its_layout_before_there_is_a_sample(self, make_sampler, gate):
        class Empty:
            latest = staticmethod(lambda: None)
            unanswered = make_sampler([Watched().probe()]).unanswered

        found = report(Empty())
        assert (found["status"], found["sampled_at"], found["age_s"]) == ("fail", None, None)
        assert found["probes"]["probe"]["text"] == "not sampled yet"


class TestTheRegistry:
    def test_a_source_that_fails_is_a_finding(self, make_sampler):
        def broken():
            raise KeyError("no setting")

        registry = Registry()
        registry.add(broken)
        registry.add(lambda: [Watched().probe()])
        found = report(make_sampler(registry))["probes"]
        assert found[f"probes of {__name__}"]["text"] == "they cannot be listed"
        assert found["probe"]["status"] == "pass"
