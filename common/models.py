from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class SentForm(models.Model):
    """A form that was carried out, for as long as the same one may be sent again by a double click or a reload."""

    key = models.CharField(max_length=64, primary_key=True)  # a digest of who sent what from which page
    led_to = models.CharField(max_length=2_000, blank=True)
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return self.led_to
