from __future__ import annotations

from django.db import models


class Club(models.Model):
    name = models.CharField(max_length=50, unique=True)

    objects: models.Manager[Club] = models.Manager()

    def __str__(self) -> str:
        return self.name
