"""What the tests of this folder share: a real server."""

from kickoff.testing.servers import memcached_server  # noqa: F401 (a fixture)
