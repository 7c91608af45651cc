from fleet.bench.probes.changes import name_of, number_in
from fleet.bench.rows.visible import waits_s

UNTIL = 99.0


def test_a_change_waits_until_it_is_first_seen():
    assert waits_s([(7, 1, 10.0)], [(7, 0, 1.0), (7, 1, 10.25)], UNTIL) == [0.25]


def test_who_sees_a_later_change_has_seen_the_earlier_one():
    changes = [(7, 1, 10.0), (7, 2, 11.0)]
    assert waits_s(changes, [(7, 2, 11.5)], UNTIL) == [1.5, 0.5]


def test_a_change_of_another_league_is_not_meant():
    assert waits_s([(7, 1, 10.0)], [(8, 1, 10.1), (7, 1, 12.0)], UNTIL) == [2]


def test_a_change_that_was_never_seen_has_waited_until_the_end():
    assert waits_s([(7, 2, 10.0)], [(7, 1, 9.0)], UNTIL) == [89]
    assert waits_s([(8, 1, 10.0)], [], UNTIL) == [89]


def test_the_name_of_a_league_tells_the_number_of_its_change():
    assert number_in(name_of(123)) == 123
    assert number_in("Amber League 3") == -1
