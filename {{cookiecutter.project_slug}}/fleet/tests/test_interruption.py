import os
import signal
import sys
import time

import pytest

from fleet.interruption import SIGNALS, held, listen


@pytest.fixture(autouse=True)
def _listening():
    numbers = (*SIGNALS, signal.SIGALRM)
    before, hook = [signal.getsignal(number) for number in numbers], sys.unraisablehook
    listen()
    yield
    sys.unraisablehook = hook
    for number, handler in zip(numbers, before, strict=True):
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

    def test_that_comes_while_an_object_is_deleted_is_not_lost(self, number):
        class Dying:
            def __del__(self):
                os.kill(os.getpid(), number)

        def delete():
            Dying()
            time.sleep(5)

        with pytest.raises(KeyboardInterrupt):
            delete()


def test_another_error_there_is_told_as_ever(capsys):
    class Dying:
        def __del__(self):
            raise ValueError("not closed")

    Dying()
    assert "not closed" in capsys.readouterr().err


def test_what_was_held_without_a_signal_goes_on():
    with held():
        pass
