"""A visitor with cookies and forms, as a browser on this machine."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from kickoff.testing.http import Answer, ask


class Browser:
    """Speaks to one origin, as http://localhost:8000, and follows no redirect."""

    def __init__(self, url: str) -> None:
        self.url = url
        place = urlsplit(url)
        assert place.port is not None
        self._host, self._port = place.netloc, place.port
        self._cookies: SimpleCookie = SimpleCookie()

    def get(self, path: str) -> Answer:
        return self._ask(path)

    def post(self, path: str, **fields: str) -> Answer:
        """The form of this page, filled in, with the token that the page has for it."""
        page = self.get(path).body.decode()
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert tokens, f"{path} has no form:\n{page[:500]}"
        body = urlencode({**fields, "csrfmiddlewaretoken": tokens[-1]})
        return self._ask(
            path,
            method="POST",
            body=body,
            Content_Type="application/x-www-form-urlencoded",
            Origin=self.url,
        )

    def _ask(
        self, path: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> Answer:
        sent = "; ".join(f"{name}={cookie.value}" for name, cookie in self._cookies.items())
        if sent:
            headers["Cookie"] = sent
        answer = ask(
            self._port,
            path,
            host=self._host,
            method=method,
            body=body,
            **headers,  # type: ignore[arg-type]
        )
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._cookies.load(line)
        return answer
