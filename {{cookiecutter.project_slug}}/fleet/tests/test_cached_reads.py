"""The hit ratio of all entries together."""

import json

from fleet.up.cached_reads import hit_ratio


def status(**entries):
    named = {name: {"reads": reads, "hit_ratio": ratio} for name, (reads, ratio) in entries.items()}
    return json.dumps({"entries": named})


def test_counts_each_read_once():
    assert hit_ratio(status(home=(90, 1.0), league=(10, 0.5))) == 0.95


def test_leaves_out_what_nobody_has_read_or_whose_count_is_not_known():
    assert hit_ratio(status(home=(4, 0.75), league=(0, None), team=(None, None))) == 0.75


def test_is_unknown_without_reads_and_without_a_status():
    assert hit_ratio(status(home=(0, None))) is None
    assert hit_ratio("OperationalError: the database is away") is None
