import pytest

from fleet.bench.tests.pretended import PretendProbe


@pytest.fixture
def probe():
    return PretendProbe(
        leagues=[7, 8],
        paths=[["/leagues/7/", "/leagues/7/standings/"], ["/leagues/8/", "/leagues/8/standings/"]],
        signed_in={"headers": {"Cookie": "c"}, "name": "ann", "menu": "/menu/", "teams": "/teams/"},
    )
