import asyncio
from threading import Thread

import pytest
from django.core.cache import cache, caches

from kickoff.budgets.cache_calls import masked
from kickoff.budgets.capture import capturing
from kickoff.budgets.emptying import NotColdError, empty_caches, own_cache_keys
from kickoff.budgets.tests.test_capture import FINDER


def key_without_prefix(key, prefix, version):
    return key


@pytest.fixture(autouse=True)
def _own_keys():
    with own_cache_keys():
        empty_caches()
        yield


class TestACall:
    @pytest.mark.parametrize(
        ("call", "counted"),
        [
            (lambda: cache.get("a"), {"get a": 1}),
            (lambda: cache.get(key="a"), {"get a": 1}),
            (lambda: cache.touch("a"), {"touch a": 1}),
            (lambda: "a" in cache, {"has_key a": 1}),
            (lambda: cache.clear(), {"clear": 1}),
            (lambda: cache.get_many(["a", "b", "c"]), {"get_many a, b…": 1}),
            (lambda: cache.get_many(iter(["a", "b"])), {"get_many": 1}),
            (lambda: cache.set_many({"a": 1, "b": 2}), {"set_many a, b": 1}),
            (lambda: cache.delete_many(["a", "b"]), {"delete_many a, b": 1}),
            (lambda: cache.get_or_set("a", 1), {"get a": 2, "add a": 1}),
            (lambda: asyncio.run(cache.aget("a")), {"get a": 1}),
            (lambda: asyncio.run(cache.aget_many(["a", "b"])), {"get_many a, b": 1}),
        ],
    )
    def test_is_a_round_trip(self, call, counted):
        with capturing(FINDER) as capture:
            call()
        assert capture.cache() == counted

    def test_in_another_thread_is_seen(self):
        with capturing(FINDER) as capture:
            thread = Thread(target=lambda: caches["default"].set("a", 1))
            thread.start()
            thread.join()
        assert capture.cache() == {"set a": 1}

    def test_knows_its_line(self):
        with capturing(FINDER) as capture:
            cache.get("a")
        assert capture.cache_calls[0].origin.python.path == "test_cache_calls.py"


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("league.17", "league.#"),
        ("page.0cc175b9c0f1b6a831c399e269772661.en", "page.#.en"),
        ("user:3f2b0c9e-8f1d-4e0a-9c53-5b6f0c1d2e3f", "user:#"),
        (
            "django.contrib.sessions.cached_db8ip3z6xoxd3v8ozxq7c4m0nyl6f0q1ab",
            "django.contrib.sessions.cached_db#",
        ),
        ("scoreboard", "scoreboard"),
    ],
)
def test_a_label_has_nothing_that_varies(key, label):
    assert masked(key) == label


class TestCold:
    def test_is_empty_and_leaves_what_others_keep(self):
        cache.key_prefix = "another"
        cache.set("a", 1)
        empty_caches()
        assert cache.get("a") is None
        cache.key_prefix = "another"
        assert cache.get("a") == 1

    def test_holds_in_threads_that_come_later(self):
        cache.set("a", 1)
        found = []
        thread = Thread(target=lambda: found.append(caches["default"].get("a")))
        thread.start()
        thread.join()
        assert found == [1]

    def test_ends_with_the_test(self):
        before = cache.make_key("a")
        with own_cache_keys():
            empty_caches()
        with own_cache_keys():
            empty_caches()
            assert cache.make_key("a") != before
        assert cache.key_prefix == caches.settings["default"].get("KEY_PREFIX", "")

    def test_is_refused_for_a_cache_that_cannot_be_emptied_for_one_test(self, settings):
        settings.CACHES = {
            "default": {**settings.CACHES["default"], "KEY_FUNCTION": key_without_prefix}
        }
        caches["default"].set("a", 1)
        with pytest.raises(NotColdError, match="the cache 'default' do not change with KEY_PREFIX"):
            empty_caches()
