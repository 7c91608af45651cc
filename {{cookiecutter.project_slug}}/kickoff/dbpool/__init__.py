"""Django on MySQL and MariaDB with a connection pool: ENGINE = "kickoff.dbpool.mysql"."""
