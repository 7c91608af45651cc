"""The time-outs of the whole chain, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from math import log


@dataclass(frozen=True)
class TimeOuts:
    """How long anybody waits for anything, in seconds. What is inside ends before what is outside.

    The same for every fleet: they follow from what a visitor puts up with, not from its size.
    """

    store: float = 0.3  # one answer of memcached
    connect: int = 1  # HAProxy to Apache
    check_ms: int = 1500  # HAProxy's question whether a node is ready
    check_interval: int = 2  # between two of them
    check_again_ms: int = 500  # as soon as one has failed
    check_fall: int = 3  # so many fail, and the node is out
    balancer_queue: int = 2  # a request in HAProxy for a slot
    pool: int = 3  # a thread for a connection to the database
    statement: int = 5  # one statement in the database
    daemon_connect: int = 5  # Apache for its own daemon
    daemon_queue: int = 10  # a request in Apache's queue for a thread; older ones are dropped
    request: int = 15  # a request in Python, when the other threads are idle
    interrupt: int = 10  # after that, until the process is given up
    balancer_server: int = 30  # HAProxy for an answer
    client: int = 30  # HAProxy for a visitor that says nothing
    socket: int = 60  # Apache and its daemon for each other's next byte
    front: int = 60  # Apache for the next byte of a connection
    balancer_keep_alive: int = 5  # HAProxy keeps an idle connection, to visitors and to Apache
    front_keep_alive: int = 30  # Apache keeps it longer: only HAProxy closes, so none is cut
    pool_recycle: int = 280  # the age at which the pool replaces a connection
    database_wait: int = 300  # the idle time after which the database closes it
    idle_transaction: int = 60  # a transaction in which nothing happens
    graceful: int = 15  # a daemon that restarts waits for its requests
    eviction: int = 30  # the same when it was told by signal
    shutdown: int = 5  # a daemon that ends
    startup: int = 30  # a daemon that loads Django
    deadlock: int = 60  # a daemon whose interpreter stands still

    def in_order(self) -> list[tuple[str, float]]:
        """The waits of one request from the inside to the outside: each shorter than the next."""
        return [
            ("memcached answers", self.store),
            ("HAProxy's queue", self.balancer_queue),
            ("the pool of the database", self.pool),
            ("a statement", self.statement),
            ("Apache's queue", self.daemon_queue),
            ("a request in Python", self.request),
            ("HAProxy waits for the answer", self.balancer_server),
            ("Apache and its daemon for a byte", self.socket),
        ]

    @property
    def inside(self) -> int:
        """The longest that Apache and Python take for one request."""
        return self.daemon_queue + self.request

    @property
    def silence(self) -> float:
        """So long a node may say nothing before its visitors are sent elsewhere."""
        between_ms = (self.check_fall - 1) * self.check_again_ms
        return (self.check_fall * self.check_ms + between_ms) / 1000

    @property
    def stop(self) -> int:
        """A node that ends waits for all that HAProxy still waits for."""
        return self.balancer_server + self.shutdown

    def fail_safe(self, threads: int) -> float:
        """When mod_wsgi ends a request if all threads hang: request-timeout × (1 + ln threads)."""
        return self.request * (1 + log(threads))
