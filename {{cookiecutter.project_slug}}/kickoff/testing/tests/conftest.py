from kickoff.testing.servers import mariadb_server  # noqa: F401 (a fixture)
