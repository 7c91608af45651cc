"""What the garbage collector does while something is loaded, and afterwards."""

from __future__ import annotations

import gc

import pytest

from kickoff.loading import loaded_to_stay


@pytest.fixture(autouse=True)
def _thaw():
    """Here it does not stay."""
    yield
    gc.unfreeze()
    assert gc.isenabled()


def is_looked_at(thing):
    return any(one is thing for one in gc.get_objects())


def test_nothing_is_collected_while_it_is_loaded():
    with loaded_to_stay():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_loaded_is_never_looked_at():
    with loaded_to_stay():
        loaded = [[]]
    later = [[]]
    assert not is_looked_at(loaded)
    assert is_looked_at(later)


def test_after_a_failure_garbage_is_collected_as_ever():
    """mod_wsgi tries again with the next request, in the same process."""
    loaded = [[]]
    with pytest.raises(ModuleNotFoundError), loaded_to_stay():
        raise ModuleNotFoundError
    assert gc.isenabled()
    assert is_looked_at(loaded)
