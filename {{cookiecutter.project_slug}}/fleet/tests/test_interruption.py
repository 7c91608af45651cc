import os
import signal

import pytest

from fleet.interruption import SIGNALS, held, listen


@pytest.fixture(autouse=True)
def _listening():
    before = [signal.getsignal(number) for number in SIGNALS]
    listen()
    yield
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
class TestASignal:
    def test_interrupts(self, number):
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)

    def test_waits_for_the_end_of_what_must_not_be_interrupted(self, number):
        done = []

        def start_something():
            with held():
                os.kill(os.getpid(), number)
                done.append("started and known")

        with pytest.raises(KeyboardInterrupt):
            start_something()
        assert done == ["started and known"]

    def test_interrupts_once_only(self, number):
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)

    def test_is_told_rather_than_the_error_that_it_has_caused(self, number):
        def start_something():
            with held():
                os.kill(os.getpid(), number)
                raise ChildProcessError

        with pytest.raises(KeyboardInterrupt):
            start_something()


def test_what_was_held_without_a_signal_goes_on():
    with held():
        pass
