import pytest

from fleet.bench import load as bench_load
from fleet.bench.load import Target, load_from, wrk
from fleet.bench.processes import BenchError

TARGET = Target("127.0.0.2", 8080, "web1.localhost", ["/leagues/1/", "/leagues/2/"])
REPORT = (
    "Running 2s test @ http://127.0.0.2:8080/\n  4 requests in 2.00s\n"
    '{"requests": %d, "duration_us": 2000000, "refused": %d, "timeouts": 0, "unconnected": 0, '
    '"p50_us": 1500, "p99_us": 30250}\n'
)


def test_what_wrk_prints_becomes_numbers_with_units():
    found = load_from(REPORT % (5000, 0), TARGET)
    assert (found.requests, found.per_s, found.p50_ms, found.p99_ms) == (5000, 2500, 1.5, 30.25)


def test_answers_that_are_errors_are_no_measurement():
    message = r"web1.localhost/leagues/1/ did not answer as it should: \{'refused': 3\}"
    with pytest.raises(BenchError, match=message):
        load_from(REPORT % (5000, 3), TARGET)


def test_the_last_words_of_a_wrk_that_failed_are_told():
    with pytest.raises(BenchError, match="unable to connect"):
        load_from("unable to connect to 127.0.0.2:8080 Connection refused\n", TARGET)


def test_a_missing_wrk_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(bench_load.shutil, "which", lambda name: None)
    with pytest.raises(BenchError, match=r"^wrk is not installed: .*apt install wrk"):
        wrk()
