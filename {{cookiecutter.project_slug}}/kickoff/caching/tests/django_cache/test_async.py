"""The calls of the cache have twins for async views."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


class TestAsync:
    def test_every_method_has_its_twin(self, cache):
        async def use():
            await cache.aset("key", 1)
            assert await cache.aget("key") == 1
            assert await cache.aadd("key", 2) is False
            assert await cache.aincr("key") == 2
            assert await cache.adecr("key") == 1
            assert await cache.atouch("key") is True
            assert await cache.ahas_key("key") is True
            assert await cache.aget_or_set("other", 5) == 5
            assert await cache.aset_many({"a": 1}) == []
            assert await cache.aget_many(["a", "key"]) == {"a": 1, "key": 1}
            assert await cache.adelete("key") is True
            await cache.adelete_many(["a"])
            await cache.aclear()
            assert await cache.aget("other") is None
            await cache.aclose()

        # In a thread of its own: the browser tests keep an event loop running in this one.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(asyncio.run, use()).result()
