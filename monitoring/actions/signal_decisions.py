"""What people do with a signal: dismiss it with a reason, or take it up as an incident."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid, NotAllowed
from common.transitions import change_state
from escalations.actions import stop
from incidents.actions import log_incident
from incidents.models import Incident
from incidents.scope import record_in
from monitoring.deadlines import UNDECIDED, note
from monitoring.detection import slots
from monitoring.evidence import of_the_burst
from monitoring.listening import replayed, sensitivity_of
from monitoring.models import DismissalReason, ImportRun, IncidentMention, Signal, SignalState
from monitoring.models.mention import MentionQuerySet
from monitoring.rules import SIGNAL_LIFE
from people.models import User

ATTACH_AT_ONCE = 2000


@transaction.atomic
def dismiss(
    *, signal: Signal, actor: User, reason: str = "", dismissal: str = DismissalReason.OTHER
) -> Signal:
    """Decide that a signal is no reason to act. If the episode doubles afterwards, it is raised again.

    `reason` is in the person's own words. Raises Invalid for a `dismissal` that is unknown, or “other” without words.
    """
    signal = _lock(signal)
    _require(signal, actor, SignalState.DISMISSED)
    reason = reason.strip()
    if dismissal not in DismissalReason.values:
        raise Invalid(_("Choose one of the reasons."), field="dismissal")
    if dismissal == DismissalReason.OTHER and not reason:
        raise Invalid(_("Say why this is no reason to act: the next reader will ask."), field="reason")
    _note_dismissal(signal, actor, DismissalReason(dismissal), reason)
    return signal


def _note_dismissal(signal: Signal, actor: User, dismissal: DismissalReason, reason: str) -> None:
    _decide(signal, actor, SignalState.DISMISSED, dismissal=dismissal, reason=reason)
    kind = "signal.dismissed" if reason else "signal.dismissed_without_note"
    note(signal, kind, actor, dismissal=dismissal, reason=reason)


@transaction.atomic
def open_incident(
    *,
    signal: Signal,
    actor: User,
    title: str,
    summary: str = "",
    category: str = "",
    confidential: bool = False,
) -> Incident:
    """Log an incident for a signal, with the posts of its burst attached and its first post dated."""
    signal = _lock(signal)
    _require(signal, actor, SignalState.OPENED)
    posts = _posts(signal)
    incident = log_incident(
        actor=actor,
        brand=signal.brand,
        title=title,
        summary=summary,
        category=category,
        first_post_at=posts.aggregate(first=Min("posted_at"))["first"],
        # When it would have been heard, had somebody been listening.
        detected_at=signal.heard_at if signal.is_history else None,
        confidential=confidential,
    )
    _decide(signal, actor, SignalState.OPENED, incident=incident)
    # The signal is for everybody, the incident perhaps not: its entry names neither the incident nor its title.
    note(signal, "signal.opened", actor)
    attach_burst(incident=incident, signal=signal, actor=actor)
    return incident


def dismiss_baseless(*, run: ImportRun, actor: User, reason: object) -> list[Signal]:
    """Signals of an import that nobody has decided about and whose posts are gone. Part of a larger transaction."""
    dismissed = []
    for signal in Signal.objects.filter(run=run, state=SignalState.NEW).select_related("brand"):
        signal = _lock(signal)
        last = signal.heard_at - slots.LENGTH
        if signal.state == SignalState.NEW and not replayed(
            signal.brand, signal.began_at, last, sensitivity_of(signal.brand)
        ):
            _note_dismissal(signal, actor, DismissalReason.OTHER, str(reason))
            dismissed.append(signal)
    return dismissed


def attach_burst(*, incident: Incident, signal: Signal, actor: User | None) -> int:
    """Attach what the signal counted so far and return how many mentions were new. Part of a larger transaction."""
    new = _posts(signal).exclude(pk__in=IncidentMention.objects.filter(incident=incident).values("mention"))
    # Nobody takes back or moves what is being attached; whoever was first at that leaves nothing here to attach.
    ids = list(new.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    IncidentMention.objects.bulk_create(
        [IncidentMention(incident=incident, mention_id=pk, attached_by=actor) for pk in ids],
        batch_size=ATTACH_AT_ONCE,
        ignore_conflicts=True,
    )
    record_in(
        incident,
        "mentions.attached",
        actor,
        data={"title": incident.title, "signal": signal.pk, "count": len(ids)},
        path=incident.get_absolute_url(),
    )
    return len(ids)


def _posts(signal: Signal) -> MentionQuerySet:
    return of_the_burst(signal.brand, signal.began_at, signal.last_at).order_by()


def _lock(signal: Signal) -> Signal:
    return Signal.objects.select_for_update(of=("self",)).select_related("brand").get(pk=signal.pk)


def _require(signal: Signal, actor: User, to_state: SignalState) -> None:
    if not actor.has_perm("monitoring.decide"):
        raise NotAllowed(_("Readers may look at signals, not decide about them. Ask somebody on duty."))
    if not SIGNAL_LIFE.allows(signal.state, to_state):
        raise ActionRefused(
            _("%(person)s has already decided: “%(state)s”. Reload the page to see it.")
            % {"person": signal.decided_by, "state": signal.get_state_display()}
        )


def _decide(
    signal: Signal,
    actor: User,
    state: SignalState,
    *,
    dismissal: str = "",
    reason: str = "",
    incident: Incident | None = None,
) -> None:
    """Write the decision; nobody is asked for one any more."""
    change_state(
        signal,
        state,
        SIGNAL_LIFE,
        decided_by=actor,
        decided_at=timezone.now(),
        dismissal=dismissal,
        reason=reason,
        incident=incident,
        peak_when_decided=signal.peak,
    )
    stop(subject=signal, purpose=UNDECIDED)
