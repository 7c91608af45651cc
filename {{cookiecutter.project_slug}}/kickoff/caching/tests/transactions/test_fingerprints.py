"""Many processes that fill their first slots at once, as after a deploy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from kickoff.caching.fingerprints import Recorder
from kickoff.caching.models import Fingerprint
from kickoff.caching.tests.app.entries import ClubReads

PROCESSES, TIMES = 8, 10


@pytest.mark.django_db(transaction=True)
def test_each_records_its_types_and_none_fails():
    entries = [ClubReads.page, ClubReads.index]
    barrier = Barrier(PROCESSES)

    def record(_number):
        try:
            barrier.wait(10)
            recorder = Recorder()
            for entry in entries:
                recorder.record(entry)
        finally:
            connection.close()

    for _ in range(TIMES):
        Fingerprint.objects.all().delete()
        with ThreadPoolExecutor(PROCESSES) as processes:
            list(processes.map(record, range(PROCESSES)))
        recorded = Fingerprint.objects.values_list("entry", "fingerprint")
        assert set(recorded) == {(entry.name, entry.fingerprint) for entry in entries}
        assert len(recorded) == len(entries)
