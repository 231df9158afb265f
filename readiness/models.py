"""Offers to swap shifts, and the keys of calendar addresses. The roster itself lies in `people`: everybody asks it."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import CharField
from journal.models import Entry
from people.models import CrisisRole, User
from readiness.spans import Span


class SwapState(models.TextChoices):
    OPEN = "open", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class SwapOfferQuerySet(models.QuerySet["SwapOffer"]):
    def open(self) -> SwapOfferQuerySet:
        return self.filter(state=SwapState.OPEN)


class SwapOffer(models.Model):
    """One offers a stretch of their own duty to a colleague, for nothing or for a stretch of theirs.

    It holds spans, not shifts: a rotation may write its rows anew while the offer waits. Whether the giver is on duty
    in that span is looked at again when it is accepted.
    """

    role = models.CharField(_("role"), max_length=3, choices=CrisisRole)
    giver = models.ForeignKey(User, models.PROTECT, related_name="swaps_offered", verbose_name=_("from"))
    taker = models.ForeignKey(User, models.PROTECT, related_name="swaps_asked", verbose_name=_("to"))
    gives_start = models.DateTimeField()
    gives_end = models.DateTimeField()
    wants_start = models.DateTimeField(null=True, blank=True)
    wants_end = models.DateTimeField(null=True, blank=True)
    message = models.CharField(_("message"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=SwapState, default=SwapState.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)  # which told the colleague

    objects = SwapOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer to swap")
        verbose_name_plural = _("offers to swap")
        ordering = ["gives_start", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SwapState.values), name="swap_state_known"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="swap_between_two_people"),
            models.CheckConstraint(condition=Q(gives_end__gt=F("gives_start")), name="swap_gives_a_span"),
            models.CheckConstraint(
                condition=Q(wants_start__isnull=True, wants_end__isnull=True)
                | Q(wants_start__isnull=False, wants_end__isnull=False, wants_end__gt=F("wants_start")),
                name="swap_wants_a_span_or_nothing",
            ),
            models.UniqueConstraint(
                fields=["giver", "taker", "role", "gives_start"],
                condition=Q(state=SwapState.OPEN),
                name="swap_offered_once",
            ),
        ]
        indexes = [
            models.Index(fields=["gives_start"], condition=Q(state=SwapState.OPEN), name="swap_open_to_come")
        ]  # which offers wait for an answer

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.giver} → {self.taker}"

    @property
    def gives(self) -> Span:
        return Span(self.gives_start, self.gives_end)

    @property
    def wants(self) -> Span | None:
        if self.wants_start is None or self.wants_end is None:
            return None
        return Span(self.wants_start, self.wants_end)


def new_key() -> str:
    return secrets.token_urlsafe(32)


class CalendarKey(models.Model):
    """Opens the calendar feeds of one person without a login: calendar programs cannot log in."""

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_key")
    key = CharField(max_length=64, unique=True, default=new_key)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return f"calendar address of {self.user}"
