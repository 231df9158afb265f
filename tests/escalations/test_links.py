"""Links in messages: nothing happens without the code, and with it exactly once, for one person and one day."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from common.log_redaction import RedactSecrets
from escalations import links
from escalations.links import button
from escalations.models import Acknowledgement, Deadline, LinkUse
from incidents import actions
from journal.models import Entry
from notifications.models import Delivery
from notifications.wording import compose
from tests.pace import PATIENCE_SECONDS

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


@pytest.fixture
def missed(steps, activated, miss):
    steps({"tell": ["role:CL", "deputy:CL"], "repeats": 3, "repeat_minutes": 5})
    return miss(activated(2))


def link_of(missed: Deadline, person) -> tuple[str, str]:
    """Path and code as they stand in the message."""
    link = button(missed.entry, person)
    return "/" + link.url.split("/", 3)[3], link.code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def changes() -> tuple[int, int, int]:
    return Acknowledgement.objects.count(), Entry.objects.count(), LinkUse.objects.count()


def test_the_message_carries_the_link_and_its_code(missed, dave):
    row = Delivery.objects.filter(entry=missed.entry, person=dave, channel="email").first()
    link = button(missed.entry, dave)
    message = compose([row], possible_repeat=False)
    assert "/a/" in message.text
    assert "Acknowledge" in message.text
    assert len(link.code) == 6
    assert link.code not in link.url


def test_the_code_acknowledges_for_whom_the_message_was(client, missed, dave):
    path, code = link_of(missed, dave)
    page = client.get(path).content.decode()
    assert "Videos of stranded passengers" in page
    assert "L2" in page
    assert "overdue by" in page
    answer = client.post(path, {"code": f" {code[:3]} {code[3:]} "})  # as some programs show it
    assert answer.status_code == 200
    done = answer.content.decode()
    assert "Acknowledged. If nothing has followed by" in done
    assert "“Holding statement” must be settled by then." in done
    assert Deadline.objects.of(missed.subject).armed().get(purpose=missed.purpose).acknowledged_by == dave
    assert LinkUse.objects.get().used_at
    assert "_auth_user_id" not in client.session  # it is no way to sign in


def test_the_page_says_no_more_than_the_message(client, missed, bob, dave):
    path, _code = link_of(missed, dave)
    page = client.get(path).content.decode()
    for hidden in ("Bob Nowak", dave.email, "Alerted so far", "Alice"):
        assert hidden not in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client, missed, dave, method):
    path, _code = link_of(missed, dave)
    before = changes()
    answer = getattr(client, method)(path)
    assert answer.status_code == 200
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert changes() == before


@pytest.mark.parametrize(
    "form", [{}, {"code": ""}, {"code": "submit"}, {"code": "\x00"}, {"code": "９９９９９９"}]
)
def test_a_scanner_that_presses_the_button_acknowledges_nothing(client, missed, dave, form):
    path, _code = link_of(missed, dave)
    assert client.post(path, form).status_code == 422
    assert not Acknowledgement.objects.exists()
    assert LinkUse.objects.get().wrong_codes == 1


def test_five_wrong_codes_and_the_link_is_dead(client, missed, dave):
    path, code = link_of(missed, dave)
    said = [client.post(path, {"code": wrong(code)}).status_code for _try in range(6)]
    assert said == [422, 422, 422, 422, 409, 409]
    assert client.post(path, {"code": code}).status_code == 409
    assert "this link does nothing any more" in client.get(path).content.decode()
    assert not Acknowledgement.objects.exists()
    assert LinkUse.objects.get().wrong_codes == 5


def test_a_link_works_once(client, missed, dave):
    path, code = link_of(missed, dave)
    client.post(path, {"code": code})
    Deadline.objects.of(missed.subject).armed().filter(purpose=missed.purpose).update(
        acknowledged_by=None, acknowledged_at=None
    )
    answer = client.post(path, {"code": code})
    assert answer.status_code == 409
    assert "has been used already" in answer.content.decode()
    assert Entry.objects.filter(kind="deadline.acknowledged").count() == 1


def test_who_comes_second_hears_who_acknowledged(client, missed, bob, dave):
    path, code = link_of(missed, dave)
    links.acknowledge_deadline(deadline=missed, actor=bob)
    answer = client.post(path, {"code": code})
    assert answer.status_code == 409
    assert "Bob Nowak has acknowledged this already" in answer.content.decode()
    assert LinkUse.objects.filter(used_at__isnull=False).count() == 0


def test_the_code_of_another_message_does_not_fit(client, missed, bob, dave):
    path, _code = link_of(missed, dave)
    _path, code = link_of(missed, bob)
    assert client.post(path, {"code": code}).status_code == 422


def test_after_a_day_it_is_too_old(client, missed, dave):
    path, code = link_of(missed, dave)
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        assert client.get(path).status_code == 410
        assert client.post(path, {"code": code}).status_code == 410
    assert not Acknowledgement.objects.exists()


def test_a_changed_token_is_none(client, missed, bob, dave):
    path, code = link_of(missed, dave)
    forged = path.replace(path[3:5], "zz", 1)
    for address in (forged, path[:-3] + "x/", "/a/x/", "/a/" + "a" * 3000 + "/"):
        assert client.get(address).status_code == 410
        assert client.post(address, {"code": code}).status_code == 410
    assert changes()[0] == 0


def test_a_message_from_before_the_key_was_changed_still_works(client, missed, dave, settings):
    path, code = link_of(missed, dave)
    before = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    assert client.get(path).status_code == 410
    settings.SECRET_KEY_FALLBACKS = [before]
    assert client.post(path, {"code": wrong(code)}).status_code == 422
    assert client.post(path, {"code": code}).status_code == 200
    assert Acknowledgement.objects.get().person == dave


def test_somebody_else_signed_in_cannot_use_it(client, missed, carol, dave):
    path, code = link_of(missed, dave)
    client.force_login(carol)
    page = client.get(path).content.decode()
    assert "sent to somebody else" in page
    assert "Videos" not in page
    assert client.post(path, {"code": code}).status_code == 403
    assert changes()[0] == 0


def test_who_is_signed_in_as_themselves_needs_no_code(client, missed, dave):
    path, _code = link_of(missed, dave)
    client.force_login(dave)
    assert client.get(path)["Location"] == f"/escalations/{missed.pk}/"
    assert changes()[0] == 0


def test_who_was_disabled_meanwhile_cannot_use_it(client, missed, dave):
    path, code = link_of(missed, dave)
    dave.is_active = False
    dave.save()
    assert client.get(path).status_code == 410
    assert client.post(path, {"code": code}).status_code == 410
    assert changes()[0] == 0


def test_who_may_not_work_any_more_cannot_use_it(client, missed, dave):
    path, code = link_of(missed, dave)
    dave.site_role = "reader"
    dave.save()
    assert client.post(path, {"code": code}).status_code == 403
    assert changes()[0] == 0


def test_who_may_not_see_it_any_more_learns_nothing(client, missed, carol):
    path = "/a/" + links.token_for(missed, carol) + "/"
    assert "Videos" in client.get(path).content.decode()
    type(missed.subject).objects.filter(pk=missed.object_id).update(confidential=True)
    answer = client.get(path)
    assert answer.status_code == 410
    assert "Videos" not in answer.content.decode()


def test_who_cannot_acknowledge_gets_no_link(missed, erin, dave):
    assert button(missed.entry, erin) is None
    actions.decide_no_response(incident=missed.subject, actor=dave, reason="It is a joke")
    assert button(missed.entry, dave) is None  # settled


def test_a_fresh_incident_can_be_acknowledged_from_its_message(client, incident, carol, bob):
    entry = Entry.objects.get(kind="incident.logged")
    link = button(entry, carol)
    client.post("/" + link.url.split("/", 3)[3], {"code": link.code})
    incident.refresh_from_db()
    assert incident.acknowledged_by == carol
    assert button(entry, bob) is None


def test_no_log_names_the_token(missed, dave, caplog):
    path, _code = link_of(missed, dave)
    access = logging.LogRecord(
        "uvicorn.access",
        logging.INFO,
        "",
        0,
        '%s - "%s %s HTTP/%s" %d',
        ("1.2.3.4:5", "GET", path, "1.1", 200),
        None,
    )
    refused = logging.LogRecord("django.request", logging.WARNING, "", 0, f"Gone: {path}", None, None)
    for record in (access, refused):
        assert RedactSecrets().filter(record)
        assert path[3:20] not in record.getMessage()
        assert "/a/…" in record.getMessage()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_use_it_exactly_once(missed, dave):
    path, code = link_of(missed, dave)
    said = at_once([{"code": code}] * 50, path)
    assert said == {200: 1, 409: 49}
    assert Acknowledgement.objects.count() == 1
    assert Entry.objects.filter(kind="deadline.acknowledged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_wrong_codes_at_once_count_five(missed, dave):
    path, code = link_of(missed, dave)
    said = at_once([{"code": wrong(code)}] * 49 + [{"code": code}], path)
    assert LinkUse.objects.get().wrong_codes <= 5
    assert said[422] <= 4
    assert Acknowledgement.objects.count() == said[200] <= 1


def at_once(forms: list[dict[str, str]], path: str) -> Counter[int]:
    said: Counter[int] = Counter()
    gate = threading.Barrier(len(forms))

    def post(form: dict[str, str]) -> None:
        try:
            gate.wait(timeout=PATIENCE_SECONDS)
            said[Client().post(path, form).status_code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=[form]) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said
