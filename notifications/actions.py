"""From a journal entry to delivery rows, and what a reader does with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import hints
from common.errors import ActionRefused, NotAllowed
from common.hints import wake
from journal.actions import record
from journal.models import Entry, Urgency
from notifications.models import Channel, ContactPoint, Delivery, DeliveryState, Priority
from notifications.quiet import free_times
from people.models import User

# An alert older than this helps nobody; it stays visible in the app but is no longer sent.
EXPIRES_AFTER = timedelta(hours=24)
# What is not needed at once waits this long for company, so that it becomes one message.
BUNDLE_WINDOW = timedelta(minutes=1)
STREAM = "notifications"
_PRIORITY = {Urgency.NOW: Priority.NOW, Urgency.SOON: Priority.SOON, Urgency.LATER: Priority.LATER}


def on_entries_recorded(*, entries: list[Entry], **_signal: Any) -> None:
    """Tell the audience of everything but alerts about deadlines: whoever records those calls `alert`."""
    fan_out([entry for entry in entries if not entry.alert_of])


def alert(entries: list[Entry]) -> None:
    """Alert the audience of entries about missed deadlines, in the transaction that recorded them."""
    fan_out(entries)


def fan_out(entries: list[Entry]) -> None:
    """Write the delivery rows of `entries`, in the transaction that writes the entries themselves.

    One per person for the inbox and one per contact point that the person wants for this urgency. Unique per entry,
    person and contact point: writing them again changes nothing.
    """
    audience = {person_id for entry in entries for person_id in entry.audience}
    if not audience:
        return
    contacts = {
        urgency: _contacts_of(audience, wanted=urgency)
        for urgency in {entry.urgency for entry in entries if entry.audience}
    }
    rows = [row for entry in entries for row in _rows_of(entry, contacts.get(entry.urgency, {}))]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    for person_id in audience:
        transaction.on_commit(partial(hints.publish, f"person-{person_id}", "unread"), robust=True)
    if any(row.channel != Channel.IN_APP for row in rows):
        transaction.on_commit(partial(wake, "notifications.tasks.deliver"), robust=True)


def _rows_of(entry: Entry, contacts: Mapping[int, list[ContactPoint]]) -> Iterator[Delivery]:
    reachable = [person_id for person_id in entry.audience if contacts.get(person_id)]
    free = free_times(entry, reachable)
    for person_id in entry.audience:
        yield _inbox_row(entry, person_id)
        for contact in contacts.get(person_id, ()):
            yield outside_row(entry, contact, free.get(person_id))


def _inbox_row(entry: Entry, person_id: int) -> Delivery:
    return Delivery(
        entry=entry,
        person_id=person_id,
        channel=Channel.IN_APP,
        dedup_key=f"{entry.pk}:{person_id}:{Channel.IN_APP}",
        priority=_PRIORITY[Urgency(entry.urgency)],
        state=DeliveryState.SENT,
        sent_at=entry.at,
        available_at=entry.at,
        expires_at=entry.at + EXPIRES_AFTER,
    )


def outside_row(entry: Entry, contact: ContactPoint, free: datetime | None = None) -> Delivery:
    """What is to go to one contact point; not before `free`, the end of the person's quiet time."""
    goes_at_once = entry.urgency == Urgency.NOW or entry.alert_of
    available_at = entry.at if goes_at_once else entry.at + BUNDLE_WINDOW
    available_at = max(available_at, free or available_at)
    return Delivery(
        entry=entry,
        person_id=contact.person_id,
        channel=contact.kind,
        contact=contact,
        dedup_key=f"{entry.pk}:{contact.person_id}:{contact.pk}",
        priority=_PRIORITY[Urgency(entry.urgency)],
        available_at=available_at,
        expires_at=available_at + EXPIRES_AFTER,
    )


def _contacts_of(person_ids: set[int], *, wanted: str) -> dict[int, list[ContactPoint]]:
    contacts = defaultdict(list)
    chosen = ContactPoint.objects.usable().filter(person_id__in=person_ids, urgencies__contains=wanted)
    for contact in chosen.order_by("pk"):
        contacts[contact.person_id].append(contact)
    if wanted == Urgency.NOW and (left := [pk for pk in person_ids if not contacts[pk]]):
        # For example while somebody's only contact point waits to be verified
        for contact in ContactPoint.objects.filter(person_id__in=left, is_login=True):
            contacts[contact.person_id].append(contact)
    return contacts


def withdraw(*, entry_ids: Iterable[int], person: User | None = None, **_signal: Any) -> None:
    """Stop what has not gone out yet, to `person` or to everybody: somebody has acted, the alert is no longer true.

    A message whose sending has begun is left alone; it is recorded as sent or not, and audited as late. What was
    bundled into a message that is stopped goes out by itself (leasing.release_orphans).
    """
    rows = Delivery.objects.filter(entry_id__in=list(entry_ids))
    if person is not None:
        rows = rows.filter(person=person)
    unsent = Q(state__in=[DeliveryState.PENDING, DeliveryState.LEASED], started_at__isnull=True)
    stopped = {"state": DeliveryState.CANCELLED, "lease_token": None, "lease_until": None}
    with transaction.atomic():
        rows.filter(unsent).update(**stopped)
        bundled = rows.filter(state=DeliveryState.BUNDLED)
        if leads := {lead_id for lead_id in bundled.values_list("bundled_into", flat=True) if lead_id}:
            # Their senders begin under this lock: after it, what has not begun does not begin with these rows.
            waiting = Delivery.objects.select_for_update(no_key=True).filter(pk__in=leads).order_by("pk")
            unstarted = [lead.pk for lead in waiting if lead.started_at is None]
            bundled.filter(bundled_into__in=unstarted).update(state=DeliveryState.CANCELLED)


def mark_read(*, user: User, delivery_ids: Iterable[int] | None = None) -> int:
    """Mark what `user` was told as read (all of it without ids); returns how many changed."""
    unread = Delivery.objects.filter(person=user, channel=Channel.IN_APP).unread()
    if delivery_ids is not None:
        unread = unread.filter(pk__in=list(delivery_ids))
    with transaction.atomic():
        changed = unread.update(read_at=Now())
        transaction.on_commit(lambda: hints.publish(f"person-{user.pk}", "read"), robust=True)
    return changed


@transaction.atomic
def retry_by_hand(*, actor: User, delivery: Delivery) -> Delivery:
    """Send once more what was given up or is uncertain; the row that ended stays as it is."""
    if not actor.has_perm("people.administer"):
        raise NotAllowed(_("Only administrators send messages again."))
    delivery = (
        Delivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("entry", "person")
        .get(pk=delivery.pk)
    )
    if not delivery.can_be_retried:
        raise ActionRefused(_("Only what was given up or is uncertain can be sent again."))
    if delivery.retries.exists():
        raise ActionRefused(_("This message is being sent again already."))
    contact = ContactPoint.objects.usable().filter(deliveries=delivery).first()
    if contact is None or not delivery.person.is_active:
        raise ActionRefused(_("This contact point is no longer in use. Tell the person in another way."))
    tries = delivery.dedup_key.split(":")[3:] or ["0"]
    again = outside_row(delivery.entry, contact)
    again.dedup_key = f"{delivery.message_key}:{int(tries[0]) + 1}"
    again.retry_of = delivery
    again.ambiguous_count = int(delivery.state == DeliveryState.UNCERTAIN)
    again.available_at = Now()
    again.expires_at = Now() + EXPIRES_AFTER
    again.save()
    record(
        stream=STREAM,
        kind="notification.retried",
        actor=actor,
        data={"person": str(delivery.person), "channel": delivery.channel, "delivery": delivery.pk},
    )
    transaction.on_commit(partial(wake, "notifications.tasks.deliver"), robust=True)
    return again


@transaction.atomic
def try_now(*, actor: User, delivery: Delivery) -> Delivery:
    """What failed and waits for its next try is tried at once: somebody has mended what was broken."""
    if not actor.has_perm("people.administer"):
        raise NotAllowed(_("Only administrators send messages again."))
    delivery = (
        Delivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person")
        .get(pk=delivery.pk)
    )
    if not delivery.can_be_tried_now:
        raise ActionRefused(_("This message does not wait for another try."))
    delivery.available_at = Now()
    delivery.save(update_fields=["available_at"])
    record(
        stream=STREAM,
        kind="notification.tried_now",
        actor=actor,
        data={"person": str(delivery.person), "channel": delivery.channel, "delivery": delivery.pk},
    )
    transaction.on_commit(partial(wake, "notifications.tasks.deliver"), robust=True)
    return delivery
