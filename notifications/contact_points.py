"""How people say where they can be reached: contact points, the codes that verify them, quiet hours."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Invalid
from journal.actions import record
from journal.models import Urgency
from notifications import channels
from notifications.actions import STREAM
from notifications.channels import BoundedCall
from notifications.channels.config import Config
from notifications.channels.declaration import DeliveryChannel
from notifications.channels.errors import SendingFailed
from notifications.models import (
    Channel,
    ContactPoint,
    Delivery,
    DeliveryState,
    Hours,
    VerificationCode,
)
from notifications.wording import code_message
from people.models import User

CODE_VALID = timedelta(minutes=15)
MOST_WRONG_TRIES = 5
MOST_CODES_PER_HOUR = 5
CODE_SECONDS = 15  # a person waits for the answer
MOST_CONTACT_POINTS = 20


def keep_login_contact(*, instance: User, raw: bool = False, **_signal: Any) -> None:
    """Everybody has an e-mail contact point that follows the address with which they log in (receiver of post_save)."""
    if raw:
        return
    contact = ContactPoint.objects.filter(person=instance, is_login=True).first()
    if contact is None:
        contact = ContactPoint(person=instance, kind=Channel.EMAIL, is_login=True)
    elif contact.is_readable and contact.config["address"] == instance.email:
        return
    contact.config = {"address": instance.email}
    contact.verified_at, contact.failures = None, 0
    contact.save()
    contact.codes.update(expires_at=Now())  # they were sent to the address before


def _note(kind: str, actor: User, contact: ContactPoint) -> None:
    record(stream=STREAM, kind=kind, actor=actor, data={"channel": contact.kind, "contact": contact.pk})


def _mine(actor: User, contact: ContactPoint) -> ContactPoint:
    """The contact point, locked. Raises ActionRefused when it was removed meanwhile or never was theirs."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    found = ContactPoint.objects.current().select_for_update(of=("self",)).filter(pk=contact.pk, person=actor)
    if not (mine := found.first()):
        raise ActionRefused(_("This contact point has been removed. Add it again."))
    return mine


@transaction.atomic
def add(*, actor: User, kind: str, name: str, config: Config, urgencies: list[str]) -> ContactPoint:
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    if actor.contact_points.current().count() >= MOST_CONTACT_POINTS:
        raise ActionRefused(_("You have as many contact points as one person can have. Remove one first."))
    contact = ContactPoint(person=actor, kind=kind, name=name, urgencies=urgencies)
    _require_new_address(contact, config)
    contact.config = config
    contact.save()
    _note("contact.added", actor, contact)
    return contact


@transaction.atomic
def change(
    *, actor: User, contact: ContactPoint, name: str, config: Config, urgencies: list[str]
) -> ContactPoint:
    """A contact point that leads elsewhere from now on must be verified again."""
    contact = _mine(actor, contact)
    if Urgency.NOW not in urgencies:
        _require_another_for_now(contact)
    if contact.is_login:
        config = {"address": actor.email}
    else:
        _require_new_address(contact, config)
    channel = contact.channel
    if not contact.is_readable or _place(channel, contact.config) != _place(channel, config):
        contact.verified_at, contact.failures = None, 0
        contact.codes.update(expires_at=Now())  # they were sent to the place before
    contact.name, contact.urgencies, contact.config = name, urgencies, config
    contact.save()
    _note("contact.changed", actor, contact)
    return contact


def _require_new_address(contact: ContactPoint, config: Config) -> None:
    """Raises Invalid for an e-mail address that the person has entered already: all would come there twice."""
    if contact.kind != Channel.EMAIL:
        return
    others = contact.person.contact_points.current().filter(kind=Channel.EMAIL).exclude(pk=contact.pk)
    known = {other.config["address"].casefold() for other in others if other.is_readable}
    if config["address"].casefold() in known:
        raise Invalid(
            _("This address is one of your contact points already. Enter another one."), field="address"
        )


def _place(channel: DeliveryChannel, config: Config) -> Config:
    """What of the settings says where it leads."""
    return {key: value for key, value in config.items() if key not in channel.keeps_verified}


@transaction.atomic
def remove(*, actor: User, contact: ContactPoint) -> None:
    """Forget a contact point and its secrets; what waited for it is not sent."""
    contact = _mine(actor, contact)
    if contact.is_login:
        raise ActionRefused(_("The address with which you log in stays: alerts must reach you somewhere."))
    _require_another_for_now(contact)
    contact.removed_at, contact.sealed = Now(), ""
    contact.save()
    # What is under way already is recorded as sent or not; what a worker has only leased, it stops itself.
    Delivery.objects.filter(contact=contact, state=DeliveryState.PENDING).update(
        state=DeliveryState.CANCELLED
    )
    _note("contact.removed", actor, contact)


def _require_another_for_now(contact: ContactPoint) -> None:
    others = ContactPoint.objects.usable().filter(person=contact.person_id).exclude(pk=contact.pk)
    if not others.filter(urgencies__contains=Urgency.NOW).exists():
        raise ActionRefused(
            _(
                "What is needed now must reach you somewhere: choose another verified contact point for it first."
            ),
            field="urgencies",
        )


def send_code(*, actor: User, contact: ContactPoint) -> None:
    """Send a test message with a new code; codes sent before are void.

    Raises ActionRefused after five within an hour, or when the message could not be handed over.
    """
    code = f"{secrets.randbelow(10**6):06}"
    with transaction.atomic():
        contact = _mine(actor, contact)  # the person's row orders requests that come at the same moment
        codes = VerificationCode.objects.filter(contact__person=actor)
        if codes.filter(sent_at__gt=Now() - timedelta(hours=1)).count() >= MOST_CODES_PER_HOUR:
            raise ActionRefused(_("You have had five codes sent within an hour. Try again later."))
        codes.filter(contact=contact).update(expires_at=Now())
        sent = VerificationCode.objects.create(
            contact=contact, digest=_digest(contact, code), sent_at=Now(), expires_at=Now() + CODE_VALID
        )
        _note("contact.code_sent", actor, contact)
    message = code_message(actor, code, key=f"code:{actor.pk}:{sent.pk}")
    try:
        BoundedCall(
            lambda: channels.send(contact.kind, contact.config, message), seconds=CODE_SECONDS
        ).result()
    except SendingFailed as failure:
        raise ActionRefused(
            _("The test message could not be sent: %(reason)s Check what you entered.")
            % {"reason": str(failure).rstrip(".") + "."}
        ) from failure


def confirm(*, actor: User, contact: ContactPoint, code: str) -> None:
    """Verify the contact point with the code that arrived there.

    Raises Invalid when the code is wrong, ActionRefused when it is too late or was tried too often.
    """
    with transaction.atomic():
        contact = _mine(actor, contact)
        latest = contact.codes.filter(used_at__isnull=True, expires_at__gt=Now()).order_by("-sent_at").first()
        if latest is None:
            raise ActionRefused(_("The code is no longer valid. Have a new one sent."), field="code")
        if latest.wrong_tries >= MOST_WRONG_TRIES:
            raise ActionRefused(_("Too many wrong codes. Have a new one sent."), field="code")
        is_right = constant_time_compare(latest.digest, _digest(contact, "".join(code.split())))
        if is_right:
            contact.codes.filter(pk=latest.pk).update(used_at=Now())
            ContactPoint.objects.filter(pk=contact.pk).update(verified_at=Now(), failures=0)
            _note("contact.verified", actor, contact)
        else:
            contact.codes.filter(pk=latest.pk).update(wrong_tries=F("wrong_tries") + 1)
    if not is_right:  # outside the transaction: the wrong try counts
        raise Invalid(_("This is not the code that was sent. Look at the newest message."), field="code")


def _digest(contact: ContactPoint, code: str) -> str:
    return salted_hmac("notifications.code", f"{contact.pk}:{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def set_hours(*, actor: User, **times: Any) -> Hours:
    """When minor matters (level 3 and 4) wait. What waits already keeps its time."""
    hours, _created = Hours.objects.update_or_create(person=actor, defaults=times)
    record(stream=STREAM, kind="notification.hours", actor=actor)
    return hours
