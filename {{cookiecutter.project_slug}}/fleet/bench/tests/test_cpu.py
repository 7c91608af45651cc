import os

from fleet.bench.cpu import CpuTime, cpu_time


def test_it_is_that_of_the_kernel():
    mine = os.times()
    found = cpu_time([os.getpid(), os.getpid()])
    assert abs(found.user_s - 2 * mine.user) < 0.1
    assert abs(found.system_s - 2 * mine.system) < 0.1


def test_nobody_uses_nothing():
    assert cpu_time([]) == CpuTime(0, 0)


def test_since():
    assert CpuTime(3.0, 2.0).since(CpuTime(1.0, 0.5)) == CpuTime(2.0, 1.5)
