"""Links in messages by which somebody acknowledges without logging in.

Mail scanners follow links and press buttons: the link alone does nothing. It needs the code that stands beside it in
the message, works once, for one person and one deadline, and for a day.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import ActionRefused, Invalid
from escalations import purposes
from escalations.actions import acknowledge_deadline
from escalations.models import Deadline, LinkUse
from journal.models import Entry
from notifications.wording import Button
from people.models import User

SALT = "escalations.acknowledge"
MAX_AGE_SECONDS = 24 * 3600
MOST_WRONG_CODES = 5


@dataclass(frozen=True)
class SignedLink:
    """What a sound token says: who was told about what."""

    token: str
    deadline: Deadline
    person: User

    @property
    def digest(self) -> str:
        """By which its use is counted; the token itself is stored nowhere."""
        return hashlib.sha256(self.token.encode()).hexdigest()

    def is_code(self, typed: str) -> bool:
        """A message from before the site's key was changed is read for a day, as its link is."""
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        code = "".join(typed.split())
        return any(constant_time_compare(code_of(self.token, key), code) for key in keys)


def token_for(deadline: Deadline, person: User) -> str:
    return signing.dumps([deadline.pk, person.pk], salt=SALT)


def code_of(token: str, key: str | None = None) -> str:
    """Six digits, by the site's key or by a former one; they stand in the message only."""
    digest = salted_hmac(f"{SALT}.code", token, secret=key, algorithm="sha256").digest()
    number = int.from_bytes(digest[:8])
    return f"{number % 1_000_000:06d}"


def read(token: str) -> SignedLink | None:
    """None for a token that is forged, too old, or about what is gone."""
    try:
        deadline_id, person_id = signing.loads(token, salt=SALT, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        return None
    deadline = Deadline.objects.select_related("entry").filter(pk=deadline_id).first()
    person = User.objects.filter(pk=person_id).first()
    return SignedLink(token, deadline, person) if deadline and person else None


def acknowledge_link(deadline: Deadline, person: User) -> tuple[str, str] | None:
    """Address and code for `person`; None where there is nothing to acknowledge, or not by this person."""
    purpose = purposes.get(deadline.purpose)
    subject = purpose.subjects_for(person).filter(pk=deadline.object_id).first()
    if (
        subject is None
        or not Deadline.objects.same_as(deadline).unsettled().exists()
        or not purpose.may_acknowledge(person, subject)
    ):
        return None
    token = token_for(deadline, person)
    return f"{settings.SITE_URL}{reverse('acknowledge-link', args=[token])}", code_of(token)


def button(entry: Entry, person: User) -> Button | None:
    """“Acknowledge”, for messages about missed deadlines and about what somebody must acknowledge."""
    deadline = _asked_by(entry)
    found = acknowledge_link(deadline, person) if deadline else None
    return Button(label=_("Acknowledge"), url=found[0], code=found[1]) if found else None


def _asked_by(entry: Entry) -> Deadline | None:
    """What an entry asks people to acknowledge; as long as nobody has."""
    if entry.alert_of:
        return Deadline.objects.filter(pk=entry.data["deadline"]).first()
    codes = [purpose.code for purpose in purposes.every() if entry.kind in purpose.asked_by]
    waiting = Deadline.objects.armed().filter(stream=entry.stream_id, purpose__in=codes)
    return waiting.filter(acknowledged_at__isnull=True).first() if codes else None


def use(*, link: SignedLink, code: str) -> list[User]:
    """Acknowledge on behalf of the link's person; returns those who must still do so as well.

    Raises Invalid for a wrong code (which is counted), ActionRefused for a link that is used up, and whatever
    `acknowledge_deadline` raises: then the link stays as it was.
    """
    with transaction.atomic():
        LinkUse.objects.bulk_create([LinkUse(digest=link.digest)], ignore_conflicts=True)
        row = LinkUse.objects.select_for_update().get(digest=link.digest)
        if refusal := _why_dead(row):
            raise ActionRefused(refusal)
        if link.is_code(code):
            row.used_at = Now()
            row.save(update_fields=["used_at"])
            return acknowledge_deadline(deadline=link.deadline, actor=link.person)
        row.wrong_codes += 1
        row.save(update_fields=["wrong_codes"])
    if refusal := _why_dead(row):
        raise ActionRefused(refusal)
    left = MOST_WRONG_CODES - row.wrong_codes
    raise Invalid(
        ngettext(
            "This is not the code of the message. %(n)d try is left.",
            "This is not the code of the message. %(n)d tries are left.",
            left,
        )
        % {"n": left}
    )


def why_dead(link: SignedLink) -> str:
    """Why this link does nothing any more; empty while it works."""
    row = LinkUse.objects.filter(digest=link.digest).first()
    return _why_dead(row) if row else ""


def _why_dead(row: LinkUse) -> str:
    if row.used_at:
        return _("This link has been used already.")
    if row.wrong_codes >= MOST_WRONG_CODES:
        return _("Too many wrong codes were typed here: this link does nothing any more.")
    return ""
