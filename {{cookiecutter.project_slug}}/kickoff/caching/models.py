"""The tables behind the cache: the marks, and who refreshes."""

from __future__ import annotations

from django.db import models


class Mark(models.Model):
    """A key that is stale: written in the transaction of the change, deleted once it is rebuilt.

    Rows are only added, never changed or made unique: a mark that waits for another transaction's
    mark, or is swallowed by it, would be a lost change.
    """

    entry = models.CharField(max_length=100)
    arguments = models.TextField(help_text="A JSON list.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["entry", "id"], name="mark_by_entry")]

    def __str__(self) -> str:
        return f"{self.entry} {self.arguments}"


class Leader(models.Model):
    """Which refresher leads a shard, and until when by the clock of the database."""

    shard = models.CharField(max_length=20, primary_key=True)
    holder = models.CharField(max_length=100)
    since = models.DateTimeField()
    expires_at = models.DateTimeField()
    rebuilds = models.PositiveBigIntegerField(default=0)
    rebuilds_per_second = models.FloatField(default=0)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.shard}: {self.holder}"


class Fingerprint(models.Model):
    """A type of value that some process puts into the slots of an entry; see fingerprints.py."""

    entry = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "fingerprint"], name="fingerprint_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.fingerprint}"
