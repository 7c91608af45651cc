from __future__ import annotations

from fleet.capacity.sizes import sizes_section
from kickoff.tuning.capacity.times import Page
from kickoff.tuning.tests.capacity_times import cost, times


def rows(section):
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "]
    return {row[0]: row[1:] for row in cells}


def test_machines_for_each_number_of_users_and_users_for_one_of_each():
    page = Page("page", 1, 1, 0, cost(response_ms=1, web=1.6, database=0.16, refresher=0.1), None)
    found = rows(sizes_section(times(page, stored_kb_per_user=16)))

    # 10,000 users: 1,000/s × 1.6 ms, of 16 CPUs × 50 %; 160 MB.
    assert found["10,000"] == ["1,000", "1,000", "2", "2", "16", "1"]
    # 1,000,000 users: 100,000/s × 1.6 ms = 160 CPUs / 8, and one; 16 CPUs of the database × 2.
    # 15,625 MB of 2 × 16,384 × 80 %; the refreshers are busy for 10 s in each.
    assert found["1,000,000"] == ["99,990", "99,990", "21", "2", "32", "20"]
    assert found["CPUs of the database"][0] == "500,050 users"  # 8 CPUs / 0.16 ms = 50,000/s
    assert found["refreshers"] == ["50,005 users", "shards"]  # 0.5 / 0.1 ms = 5,000/s
    assert found["CPUs of HAProxy"][0] == "any number"


def test_what_no_fleet_carries_says_so():
    page = Page("page", 1, 1, 0, cost(web=100), None)
    assert "It takes several fleets" in rows(sizes_section(times(page)))["50,000,000"][0]
