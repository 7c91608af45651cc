import pytest

from fleet.bench.rows.start import by_package, heaviest

SITE = """\
import time: self [us] | cumulative | imported package
import time:       500 |        500 |   sqlalchemy.pool
import time:      1500 |       2000 | sqlalchemy
import time:      4000 |       4000 | django.conf
import time:       100 |        100 | kickoff
"""
EMPTY = """\
import time:      3900 |       3900 | django.conf
"""


def test_imports_are_summed_up_by_package():
    assert by_package(SITE) == {"sqlalchemy": 2.0, "django": 4.0, "kickoff": 0.1}


def test_what_the_empty_project_imports_too_is_not_the_sites():
    found = heaviest(SITE, EMPTY)
    assert found == pytest.approx({"sqlalchemy": 2.0, "django": 0.1, "kickoff": 0.1})
    assert next(iter(found)) == "sqlalchemy"
