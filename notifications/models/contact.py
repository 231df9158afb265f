"""Where people can be reached; what is stored of that is sealed.

Secrets at rest are encrypted with a key drawn from SECRET_KEY; what a former key sealed still opens.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.signing import BadSignature
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import JSONField
from journal.models import Urgency
from notifications import channels
from notifications.channels.declaration import DeliveryChannel
from notifications.models.choices import Channel

# As many deliveries given up in a row, and the contact point counts as not working.
MOST_FAILURES = 3


def _fernet(secret: str) -> Fernet:
    key = HKDF(hashes.SHA256(), length=32, salt=None, info=b"notifications.contact").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _keys() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def seal(values: dict[str, Any]) -> str:
    return _keys().encrypt(json.dumps(values).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """Raises BadSignature when none of the site's keys fits."""
    try:
        return json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken as wrong:
        raise BadSignature("no key of this site opens it") from wrong


def reseal(sealed: str) -> str:
    """The same secret under the key in use. Raises BadSignature when none of the site's keys fits."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken as wrong:
        raise BadSignature("no key of this site opens it") from wrong


def default_urgencies() -> list[str]:
    """What is merely worth knowing stays in the app unless somebody wants it elsewhere."""
    return [Urgency.NOW, Urgency.SOON]


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    def current(self) -> ContactPointQuerySet:
        return self.filter(removed_at__isnull=True)

    def usable(self) -> ContactPointQuerySet:
        """Verified, or the login address: losing an alert is worse than writing to an unverified address."""
        return self.current().filter(Q(verified_at__isnull=False) | Q(is_login=True))

    def working(self) -> ContactPointQuerySet:
        """Verified, and its last deliveries were not all given up."""
        return self.current().filter(verified_at__isnull=False, failures__lt=MOST_FAILURES)


class ContactPoint(models.Model):
    """One way to reach one person outside the app. The row stays when it is removed: deliveries point to it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=16)  # of a delivery channel
    name = models.CharField(_("name"), max_length=60, blank=True)
    sealed = models.TextField(blank=True)  # the address and its secrets, encrypted
    urgencies = JSONField(_("urgencies"), default=default_urgencies)
    is_login = models.BooleanField(default=False)  # follows the address with which the person logs in
    verified_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(
        default=0
    )  # deliveries given up since the last one that arrived
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(is_login=True), name="contact_one_login_address"
            ),
            models.CheckConstraint(
                condition=Q(is_login=False) | Q(kind=Channel.EMAIL, removed_at__isnull=True),
                name="contact_login_is_mail_and_stays",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(sealed=""), name="contact_removed_keeps_no_secret"
            ),
        ]
        indexes = [
            models.Index(  # whom a message reaches where
                fields=["person"], condition=Q(removed_at__isnull=True), name="contact_of_person"
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.channel.label)

    @property
    def config(self) -> dict[str, Any]:
        """Raises BadSignature when no key of this site opens it: the person must enter it again."""
        return unseal(self.sealed) if self.sealed else {}

    @config.setter
    def config(self, values: dict[str, Any]) -> None:
        self.sealed = seal(values)

    @property
    def is_readable(self) -> bool:
        try:
            return bool(self.config)
        except BadSignature:
            return False

    @property
    def is_failing(self) -> bool:
        return self.failures >= MOST_FAILURES

    @property
    def channel(self) -> DeliveryChannel:
        return channels.get(self.kind)

    @property
    def where(self) -> str:
        """Where it leads, for the eyes of its owner; secrets only by their last characters."""
        return self.channel.where(self.config) if self.is_readable else ""


class VerificationCode(models.Model):
    """A code that was sent to a contact point. The rows also count how often a person had one sent."""

    contact = models.ForeignKey(ContactPoint, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)  # HMAC of the code
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["contact", "-sent_at"], name="code_latest")]

    def __str__(self) -> str:
        return f"code {self.pk} for contact point {self.contact_id}"
