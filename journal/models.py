"""The append-only, hash-chained record of everything that happened."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from journal import entry_kinds

FIRST_HASH = "0" * 64


def never_truncated(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'the journal is append-only: no TRUNCATE on %', TG_TABLE_NAME;",
    )


class Stream(models.Model):
    """One chain of entries, for example everything about one incident. Its row is the lock that orders writers."""

    name = models.CharField(max_length=64, primary_key=True)
    last_seq = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default=FIRST_HASH)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="stream_stays", operation=pgtrigger.Delete),
            never_truncated("stream_never_truncated"),
        ]

    def __str__(self) -> str:
        return self.name


class Urgency(models.TextChoices):
    """How fast a person must look. Quiet hours never hold back `now`."""

    NOW = "now", _("Now")
    SOON = "soon", _("Soon")
    LATER = "later", _("Later")


class Entry(models.Model):
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=64)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    path = models.CharField(max_length=200, blank=True)  # where a reader goes to see the thing itself
    audience = models.JSONField(default=list)  # ids of the people who must be told
    urgency = models.CharField(max_length=8, choices=Urgency, default=Urgency.LATER)
    # Which deadline's missed target this alerts about, the same for every alert about it; empty: no such alert.
    alert_of = models.CharField(max_length=64, blank=True)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["stream", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="entry_seq_once_per_stream"),
            models.UniqueConstraint(fields=["stream", "prev_hash"], name="entry_chain_never_forks"),
        ]
        indexes = [
            models.Index(fields=["kind", "at"], name="entry_by_kind"),  # figures and reports read by kind
            models.Index(fields=["at"], name="entry_by_time"),  # the checks and metrics of the last hours
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_truncated("never_truncated"),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} #{self.seq} {self.kind}"

    @property
    def actor_name(self) -> str:
        return str(self.actor) if self.actor else gettext("Crisis Desk")

    @property
    def sentence(self) -> str:
        return entry_kinds.sentence(self.kind, self.actor_name, self.data)

    @property
    def headline(self) -> str:
        """The sentence with what it is about before it: for readers outside the thing's own page."""
        about = self.data.get("about")
        return f"{about}: {self.sentence}" if about else self.sentence

    def computed_hash(self) -> str:
        """SHA-256 over everything that the entry states and the hash of the entry before it."""
        statement: dict[str, Any] = {
            "stream": self.stream_id,
            "seq": self.seq,
            "kind": self.kind,
            "actor": self.actor_id,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "data": self.data,
            "path": self.path,
            "audience": self.audience,
            "urgency": self.urgency,
            "alert_of": self.alert_of,
            "prev_hash": self.prev_hash,
        }
        canonical = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()
