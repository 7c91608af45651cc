"""Loading an application that stays for the life of its process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loaded_to_stay() -> Iterator[None]:
    """What is loaded in this block is never looked at by the garbage collector.

    Nothing of it is garbage. The collector would look sixty times while it grows, for 6 % of the
    time that it takes, and once more later on, for 20 ms in the middle of somebody's request.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
