"""OPTIONS["pool"]: what it may be, and what is said when it cannot be."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from kickoff.dbpool.options import PoolOptions, parse


class TestParse:
    def test_true_means_the_defaults(self):
        assert parse("default", True) == PoolOptions(
            pool_size=5, max_overflow=0, timeout=3.0, recycle=280, ping_idle=5.0
        )

    def test_a_dict_replaces_some(self):
        options = parse("default", {"pool_size": 2, "timeout": 1})
        assert (options.pool_size, options.timeout, options.recycle) == (2, 1, 280)

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("yes", "is 'yes'. It may be True or a dict."),
            (
                {"size": 3},
                "has 'size'. It may have pool_size, max_overflow, timeout, recycle, ping_idle.",
            ),
            ({"pool_size": 0}, "['pool_size'] is 0. It must be a whole number of at least 1."),
            ({"pool_size": 2.5}, "['pool_size'] is 2.5. It must be a whole number of at least 1."),
            (
                {"pool_size": True},
                "['pool_size'] is True. It must be a whole number of at least 1.",
            ),
            ({"timeout": "3"}, "['timeout'] is '3'. It must be a number of at least 0.001."),
            (
                {"max_overflow": -1},
                "['max_overflow'] is -1. It must be a whole number of at least 0.",
            ),
        ],
    )
    def test_what_cannot_be_is_said(self, given, said):
        place = 'DATABASES["stats"]["OPTIONS"]["pool"]'
        with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(place)}.*{re.escape(said)}$"):
            parse("stats", given)
