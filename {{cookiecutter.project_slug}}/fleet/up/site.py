"""The environment of the site: the project's .env, and deploy/site.env with the ports and passwords
of this fleet."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from kickoff.tuning.files import WrittenFile
from kickoff.tuning.fleet import Fleet

# What .env says about places; the fleet is elsewhere.
ELSEWHERE = {"ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DEFAULT_FROM_EMAIL", "NODE_NAME"}
OF_A_NODE = ("DRAIN_FILE", "HEALTH_FOLDERS")  # places that all nodes share but here
LINE = re.compile(r"(?m)^(?:# )?([A-Z_]+)=(\S+)$")
MEMCACHED_PORT, DATABASE_PORT = "11211", "3306"


class SiteEnvironment:
    """What manage.py and the web servers need to know; `owner_url` may also change tables."""

    def __init__(
        self,
        shape: Fleet,
        files: Mapping[str, WrittenFile],
        *,
        memcached_ports: Mapping[str, int],
        database_port: int,
        project: Path,
    ) -> None:
        self._name = shape.site.name
        self._passwords = {name: secrets.token_hex(16) for name in (self._name, self.owner)}
        found = dict(LINE.findall(files["site.env"].text))
        url = found["DATABASE_URL"].replace(f":{DATABASE_PORT}/", f":{database_port}/")
        self.owner_url = self._with_password(
            url.replace(f"//{self._name}:", f"//{self.owner}:"), self.owner
        )
        servers = [f"{server.address}:{memcached_ports[server.name]}" for server in shape.memcached]
        self.variables = (
            own_variables(project)
            | found
            | {
                "SECRET_KEY": secrets.token_hex(32),
                "DEBUG": "off",
                "HTTPS": "off",  # There is no TLS in front of it.
                "DATABASE_URL": self._with_password(url, self._name),
                "CACHE_URL": f"memcached://{','.join(servers)}",
                "HEALTH_TOKEN": secrets.token_hex(16),
            }
        )
        for name in OF_A_NODE:
            del self.variables[name]

    @property
    def owner(self) -> str:
        """The account for migrations."""
        return f"{self._name}_owner"

    def unlocking(self, users_sql: str) -> str:
        """The statements that users.sql tells its reader to run, with these passwords."""
        statements = re.findall(r"(?m)^-- +(ALTER USER '(\w+)'@.*;)$", users_sql)
        return "\n".join(
            statement.replace("'…'", f"'{self._passwords[user]}'") for statement, user in statements
        )

    def _with_password(self, url: str, user: str) -> str:
        return url.replace(":PASSWORD@", f":{self._passwords[user]}@")


def own_variables(project: Path) -> dict[str, str]:
    """Of its .env, where it has one: keys of services, settings of its own."""
    found = dotenv_values(project / ".env", interpolate=False)
    return {name: value for name, value in found.items() if value and name not in ELSEWHERE}


def env_file(variables: Mapping[str, str]) -> str:
    """These variables as the text of an .env, whatever characters are in them."""
    quoted = {
        name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in variables.items()
    }
    return "".join(f"{name}='{value}'\n" for name, value in quoted.items())
