"""Whom load and drills may be aimed at."""

import pytest

from fleet.target import RefusedError, permitted


def nobody(prompt):
    raise AssertionError("It asked.")


class TestThisMachine:
    @pytest.mark.parametrize(
        ("url", "base"),
        [
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("http://127.0.0.2:80/leagues/?page=2", "http://127.0.0.2:80"),
            ("https://localhost/", "https://localhost"),
            ("http://LOCALHOST:8000/", "http://LOCALHOST:8000"),
            ("http://[::1]:8000/", "http://[::1]:8000"),
        ],
    )
    def test_is_permitted_without_a_question(self, url, base):
        assert permitted(url, None, nobody) == base


OTHERS = [
    "http://example.com/",
    "https://10.0.0.11:8000/",
    "http://0.0.0.0:8000/",  # a server listens there, but a name it is not
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/",
    "http://[2001:db8::1]/",
]


class TestAnyOtherHost:
    @pytest.mark.parametrize("url", OTHERS)
    def test_is_refused_when_it_was_not_named(self, url):
        with pytest.raises(RefusedError, match="is not this machine"):
            permitted(url, None, nobody)

    def test_is_told_how_to_name_it(self):
        with pytest.raises(RefusedError, match=r"--host-i-own example\.com$"):
            permitted("http://example.com/", None, nobody)

    def test_is_refused_when_another_was_named(self):
        with pytest.raises(
            RefusedError, match=r"leads to example\.com, --host-i-own names my\.site"
        ):
            permitted("http://example.com/", "my.site", nobody)

    @pytest.mark.parametrize("typed", ["", "y", "yes", "example", "example.org"])
    def test_is_refused_when_something_else_is_typed(self, typed):
        with pytest.raises(RefusedError, match="nothing was sent"):
            permitted("http://example.com/", "example.com", lambda prompt: typed)

    def test_is_refused_when_there_is_nobody_to_type(self):
        def closed(prompt):
            raise EOFError

        with pytest.raises(RefusedError, match="nothing was sent"):
            permitted("http://example.com/", "example.com", closed)

    def test_is_permitted_when_it_was_named_and_typed_again(self):
        asked = []

        def answer(prompt):
            asked.append(prompt)
            return " Example.com\n"

        assert permitted("https://Example.com/a", "example.com", answer) == "https://Example.com"
        assert asked == ["This can take example.com down. Type its name to go on: "]


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "localhost",
        "ftp://127.0.0.1/",
        "http://",
        "http://127.0.0.1:eight/",
        "http://127.0.0.1@example.com/",  # this leads to example.com
        "http://[::1/",
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(RefusedError, match="is no address"):
        permitted(url, None, nobody)
