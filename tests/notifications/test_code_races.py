"""Limits hold for requests that come at the same moment."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now

from common.errors import ActionRefused, Invalid
from notifications import channels, contact_points
from notifications.models import VerificationCode
from tests.notifications.test_faults import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_at_once_have_five_codes_sent(bob, mailbox):
    contact = bob.contact_points.get()

    def have_one_sent() -> bool:
        try:
            contact_points.send_code(actor=bob, contact=contact)
        except ActionRefused:
            return False
        return True

    assert sum(in_threads(have_one_sent, 50)) == 5
    assert VerificationCode.objects.count() == 5
    assert len(mailbox.mails) == 5


def test_fifty_guesses_at_once_are_five(bob, monkeypatch):
    said = []
    monkeypatch.setattr(
        channels, "send", lambda kind, config, message: said.append(message.event["data"]["code"])
    )
    contact = bob.contact_points.get()
    contact_points.send_code(actor=bob, contact=contact)
    wrong = f"{(int(said[0]) + 1) % 10**6:06}"

    def guess() -> type[Exception]:
        try:
            contact_points.confirm(actor=bob, contact=contact, code=wrong)
        except ActionRefused as refused:
            return type(refused)
        return bool

    outcomes = in_threads(guess, 50)
    assert outcomes.count(Invalid) == 5
    assert outcomes.count(ActionRefused) == 45
    VerificationCode.objects.update(wrong_tries=4, expires_at=Now() + contact_points.CODE_VALID)
    contact_points.confirm(actor=bob, contact=contact, code=said[0])
    contact.refresh_from_db()
    assert contact.verified_at
