"""I1 to I5: every deadline fires, once, in order, and never for nothing."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat, Now

from escalations.engine_hold import open_holds
from escalations.models import Deadline, DeadlineState
from incidents.actions.lifecycle import ACKNOWLEDGE
from incidents.models import Incident
from journal.models import Entry
from operations.invariants.outcome import Outcome, Scope, entries_of, outcome

LATE_AFTER = timedelta(seconds=15)
# Says that a policy has come to its end, beside the entry of the step that was the last.
EXHAUSTED = "deadline.exhausted"

SAME_DEADLINE = {
    "content_type": OuterRef("content_type"),
    "object_id": OuterRef("object_id"),
    "purpose": OuterRef("purpose"),
}
EARLIER_STEP = Q(step__lt=OuterRef("step")) | Q(step=OuterRef("step"), repeat__lt=OuterRef("repeat"))


def none_is_overdue(scope: Scope) -> Outcome:
    """I1: no armed deadline overdue >15 s.

    A hold stops them all on purpose, and sends an alert of its own.
    """
    armed = Deadline.objects.armed()
    late = armed.filter(due_at__lt=Now() - LATE_AFTER).order_by("due_at")
    if open_holds().exists():
        late = late.none()
    return outcome({"running": armed.count()}, late, name=_named)


def each_fired_has_one_entry(scope: Scope) -> Outcome:
    """I2: one entry per fired deadline.

    The table itself holds that whatever has fired has an entry, and no two the same. Here: whatever entry says that
    a deadline was missed is the one which that deadline fired with.
    """
    said = entries_of(scope).exclude(Q(alert_of="") | Q(kind=EXHAUSTED))
    fired = Deadline.objects.filter(entry=OuterRef("pk"), state=DeadlineState.FIRED)
    doubled = said.annotate(
        said_of=Cast(KT("data__deadline"), BigIntegerField()), fired=fired.values("pk")[:1]
    ).exclude(Q(fired__isnull=False) & Q(fired=F("said_of")))
    return outcome({"entries": said.count()}, doubled.order_by("pk"))


def nobody_waits_unheard(scope: Scope) -> Outcome:
    """I3: every open unacknowledged incident has an armed deadline or an exhausted-policy entry."""
    waiting = Incident.objects.open().filter(acknowledged_at__isnull=True)
    stream = Concat(Value("incident-"), OuterRef("pk"))
    running = Deadline.objects.armed().filter(stream=stream, purpose=ACKNOWLEDGE)
    exhausted = Entry.objects.filter(stream=stream, kind=EXHAUSTED, data__purpose=ACKNOWLEDGE)
    unheard = waiting.exclude(Exists(running) | Exists(exhausted))
    return outcome(
        {"incidents": waiting.count()},
        unheard.order_by("pk"),
        name=lambda incident: f"incident {incident.pk}",
    )


def steps_fire_in_order(scope: Scope) -> Outcome:
    """I4: step n+1 never precedes n.

    Repeats count as steps between. A generation that an acknowledgement began starts where the one before stood.
    """
    fired = fired_of(scope)
    before = Deadline.objects.filter(EARLIER_STEP, **SAME_DEADLINE, generation=OuterRef("generation"))
    overtook = fired.filter(
        Exists(before.exclude(state=DeadlineState.FIRED, fired_at__lte=OuterRef("fired_at")))
    )
    leapt = fired.filter(Q(step__gt=0) | Q(repeat__gt=0), acknowledged_at__isnull=True).exclude(
        Exists(before.filter(state=DeadlineState.FIRED))
    )
    return outcome({"fired": fired.count()}, (overtook | leapt).order_by("pk"), name=_named)


def none_fires_for_nothing(scope: Scope) -> Outcome:
    """I5: nothing fires with a stale generation.

    Stale is what was settled before it fired, or what fired when a later generation had fired, had been settled or
    acknowledged already; and what still runs beside a later generation, because it would.
    """
    later = Deadline.objects.filter(**SAME_DEADLINE, generation__gt=OuterRef("generation"))
    superseded = later.filter(
        Q(fired_at__lte=OuterRef("fired_at"))
        | Q(settled_at__lte=OuterRef("fired_at"))
        | Q(acknowledged_at__lte=OuterRef("fired_at"))
    )
    fired = fired_of(scope)
    stale = fired.filter(Q(settled_at__lt=F("fired_at")) | Exists(superseded))
    would_fire = Deadline.objects.armed().filter(Exists(later)).order_by("pk")
    return outcome({"fired": fired.count()}, stale, would_fire, name=_named)


def fired_of(scope: Scope) -> QuerySet[Deadline]:
    fired = Deadline.objects.filter(state=DeadlineState.FIRED).order_by("pk")
    return fired.filter(entry__at__gte=scope.since) if scope.since else fired


def _named(deadline: Deadline) -> str:
    return (
        f"deadline {deadline.pk} ({deadline.purpose}, generation {deadline.generation}, "
        f"step {deadline.step}, repeat {deadline.repeat})"
    )
