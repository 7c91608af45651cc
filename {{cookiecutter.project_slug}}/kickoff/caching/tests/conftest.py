"""What the tests of this folder share: real servers."""

from kickoff.testing.servers import (  # noqa: F401 (fixtures)
    mariadb_server,
    memcached_server,
    shared_memcached,
)
