"""What protects the house as a whole: headers, cookies, sessions, the entrance, and words that are no code."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from monitoring import actions as monitoring
from notifications.delivery import deliver_pending
from notifications.models import Delivery
from people.models import User
from responses import actions as responses
from responses.content import Content
from responses.models import Account, Tone
from tests.conftest import SCORES
from tests.crisis.world import raise_signal
from tests.factories import mention

pytestmark = pytest.mark.django_db
PASSWORD = "a long phrase for tests"
SCRIPT = "<script>alert(1)</script>"
PAYLOADS = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "[click](javascript:alert(1)) <svg onload=alert(1)>",
    "#panic() #read(\"/etc/passwd\")",
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_limits_used_up() -> None:
    cache.clear()


@pytest.fixture
def known(alice: User) -> User:
    alice.set_password(PASSWORD)
    alice.save()
    return alice


def sign_in(client: Client, email: str, password: str, **more: Any) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


# Headers


def test_headers_of_every_page(client, alice, incident):
    client.force_login(alice)
    for url in (reverse("desk"), incident.get_absolute_url(), "/api/v1/mentions", "/nothing/here/"):
        headers = client.get(url).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "nonce" not in policy
        for directive in (
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ):
            assert directive in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_browser_stores_no_page_of_a_signed_in_person(client, alice, incident):
    client.force_login(alice)
    for url in (reverse("desk"), incident.get_absolute_url(), "/api/v1/mentions", "/nothing/here/"):
        assert "no-store" in client.get(url).headers["Cache-Control"], url
    client.post(reverse("account_logout"))
    assert client.get(incident.get_absolute_url()).status_code == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, known, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True  # as with HTTPS
    client.get(reverse("account_login"))
    sign_in(client, known.email, PASSWORD)
    session, token = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert session["httponly"]
    for cookie in (session, token):
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"


def test_an_unknown_host_name_is_refused(client, known):
    answer = client.post(
        reverse("account_reset_password"), {"email": known.email}, headers={"host": "evil.example"}
    )
    assert answer.status_code == 400
    assert mail.outbox == []


# The entrance


@pytest.mark.calendar
def test_guessing_a_password_is_stopped_whichever_door_is_tried(client, known):
    for _attempt in range(5):
        sign_in(client, known.email, "wrong")
    sign_in(client, known.email, PASSWORD)
    assert "_auth_user_id" not in client.session


def test_the_admin_site_has_no_door_of_its_own(client, admin):
    admin.set_password(PASSWORD)
    admin.save()
    url = reverse("admin:login")
    assert client.get(url).headers["Location"].startswith(reverse("account_login"))
    client.post(url, {"username": admin.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_the_entrance_does_not_tell_who_is_known(client, known):
    answers = []
    for email in (known.email, "nobody@example.com"):
        failed = sign_in(client, email, "wrong")
        reset = client.post(reverse("account_reset_password"), {"email": email})
        answers.append(
            (failed.status_code, failed.content.replace(email.encode(), b""), reset.status_code, reset.url)
        )
    (login, words, *reset), (other_login, other_words, *other_reset) = answers
    assert (login, reset) == (other_login, other_reset)
    assert without_token(words) == without_token(other_words)


def without_token(page: bytes) -> bytes:
    return b"\n".join(line for line in page.split(b"\n") if b"csrf" not in line.lower())


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_leads_nowhere_else(client, known, target):
    answer = sign_in(client, known.email, PASSWORD, next=target)
    assert answer.headers["Location"] == reverse("desk")
    answer = client.post(reverse("account_logout"), {"next": target})
    assert "evil" not in answer.headers["Location"]
    assert "javascript" not in answer.headers["Location"]


def test_nobody_changes_their_own_address(client, known):
    client.force_login(known)
    assert client.get("/accounts/email/").status_code == 404
    client.post("/accounts/email/", {"action_add": "", "email": "elsewhere@example.com"})
    client.post(reverse("people:preferences"), {"email": "e@example.com", "site_role": "administrator"})
    known.refresh_from_db()
    assert (known.email, known.site_role) == ("alice@example.com", "communicator")


@pytest.mark.calendar
def test_a_session_dies_with_the_account(client, alice, incident):
    client.force_login(alice)
    assert client.get(incident.get_absolute_url()).status_code == 200
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get(incident.get_absolute_url()).status_code == 302
    assert client.get("/api/v1/mentions").status_code == 401
    User.objects.filter(pk=alice.pk).update(is_active=True)


@pytest.mark.calendar
def test_a_new_password_ends_all_sessions(client, known, incident):
    client.force_login(known)
    known.set_password("another long phrase")
    known.save()
    assert client.get(incident.get_absolute_url()).status_code == 302


def test_a_role_taken_away_counts_at_once(client, alice, incident):
    client.force_login(alice)
    User.objects.filter(pk=alice.pk).update(site_role="reader")
    assert client.post(reverse("incidents:acknowledge", args=[incident.pk])).status_code == 403


# Forged requests


def test_a_form_or_api_call_from_another_site_changes_nothing(alice, incident):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(reverse("incidents:acknowledge", args=[incident.pk])).status_code == 403
    body = json.dumps({"kind": "holding", "title": "Words", "texts": []})
    url = reverse("api:start_response", args=[incident.pk])
    assert client.post(url, body, content_type="application/json").status_code == 403
    assert client.post(url, body, content_type="text/plain").status_code == 403
    incident.refresh_from_db()
    assert incident.acknowledged_at is None


def test_looking_changes_nothing(client, alice, incident):
    """HEAD, OPTIONS and other methods on what changes something."""
    client.force_login(alice)
    url = reverse("incidents:acknowledge", args=[incident.pk])
    for method in (
        client.get,
        client.head,
        client.options,
        client.put,
        client.delete,
        client.patch,
        client.trace,
    ):
        assert method(url).status_code == 405
    incident.refresh_from_db()
    assert incident.acknowledged_at is None


# Words that are no code


@pytest.mark.parametrize("payload", PAYLOADS)
def test_typed_words_stay_words(client, alice, brand, payload):
    brand.name = payload
    brand.save()
    alice.name = payload[:120]
    alice.save()
    incident = actions.log_incident(
        actor=alice, brand=brand, title=payload, summary=payload, originator=payload
    )
    responses.log_claim(incident=incident, actor=alice, text=payload, seen_at=payload)
    responses.open_case(incident=incident, actor=alice, reference=payload, note=payload)
    account = Account.objects.create(brand=brand, platform="x", name=payload, handle="@a")
    response = responses.start_response(
        incident=incident, actor=alice, kind="holding", title=payload, content=Content({account.pk: payload})
    )
    mention(
        brand, timezone.now(), text=payload, author=payload, lang=payload[:16],
        platform=payload[:32], url="https://example.com/" + payload,
    )  # fmt: skip
    client.force_login(alice)
    for url in (
        reverse("desk"),
        reverse("incidents:list"),
        incident.get_absolute_url(),
        reverse("incidents:timeline", args=[incident.pk]),
        reverse("responses:claims", args=[incident.pk]),
        reverse("responses:claim", args=[incident.claims.get().pk]),
        reverse("responses:cases", args=[incident.pk]),
        response.get_absolute_url(),
        reverse("responses:edit", args=[response.pk]),
        reverse("monitoring:mentions"),
        reverse("incidents:list") + "?q=" + payload,
    ):
        page = client.get(url).content.decode()
        for live in (SCRIPT, "<img src=x", "<svg onload", 'href="javascript:', "href='javascript:"):
            assert live not in page, url


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil", "ftp://a.b/c"]
)
def test_links_lead_to_web_pages_only(client, alice, incident, address):
    client.force_login(alice)
    claim = responses.log_claim(incident=incident, actor=alice, text="They lied")
    client.post(
        reverse("responses:claim", args=[claim.pk]),
        {
            "step": "evidence",
            "evidence-kind": "independent",
            "evidence-source": "Paper",
            "evidence-url": address,
            "evidence-finding": "So",
        },
    )
    page = client.get(reverse("responses:claim", args=[claim.pk])).content.decode()
    assert f'href="{address}' not in page


def test_a_title_adds_no_mail_header(alice, bob, brand, incident):
    actions.assign_role(incident=incident, actor=alice, role="CL", user=bob)
    title = "Fire\r\nBcc: everybody@example.com\n\nBody"
    bob.name = "Bob\r\nCc: x@example.com"
    bob.save()
    incident.title = title
    incident.save()
    actions.assign_role(incident=incident, actor=alice, role="CO", user=bob)
    Delivery.objects.filter(state="pending").update(available_at=Now())
    deliver_pending()
    (message,) = [message for message in mail.outbox if message.to == [bob.email]]
    assert message.message()["Bcc"] is None
    assert message.message()["Cc"] is None
    assert "\n" not in message.subject


def test_capacities_are_crisis_roles(client, admin, bob):
    """Anything else would break every page that asks who may approve."""
    client.force_login(admin)
    url = reverse("admin:people_user_change", args=[bob.pk])
    form = {
        "email": bob.email, "name": bob.name, "site_role": "approver", "language": "en", "time_zone": "UTC",
        "is_active": "on",
    }  # fmt: skip
    for wrong in (["XX"], ['["CO"]'], ["CO", "5"]):
        assert client.post(url, {**form, "capacities": wrong}).status_code == 200, wrong
    bob.refresh_from_db()
    assert bob.capacities == ["CO"]
    assert client.post(url, {**form, "capacities": ["CO", "LG"]}).status_code == 302


def test_who_may_do_what_never_changes_in_silence(client, admin, bob):
    """An administrator who signs in as an approver would pass every other guard."""
    client.force_login(admin)
    form = {"email": bob.email, "name": bob.name, "language": "en", "time_zone": "UTC", "is_active": "on"}
    client.post(reverse("admin:people_user_change", args=[bob.pk]), {**form, "site_role": "communicator"})
    client.post(
        reverse("admin:auth_user_password_change", args=[bob.pk]),
        {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": ""},
    )
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
    role, password = Entry.objects.filter(kind="person.changed").order_by("seq")
    assert (role.data["site_role"], role.actor) == ("communicator", admin)
    assert "assword" in password.data["fields"]
    assert Delivery.objects.inbox(bob).count() == 2


def test_nobody_takes_another_name_unseen(client, alice, admin):
    client.force_login(alice)
    form = {"name": "Bob Nowak", "language": "en", "time_zone": "UTC"}
    client.post(reverse("people:preferences"), form)
    client.post(reverse("people:preferences"), {**form, "language": "tr"})
    entry = Entry.objects.get(kind="person.renamed")
    assert (entry.data["before"], entry.data["person"]) == ("Alice Kaya", "Bob Nowak")
    assert Delivery.objects.inbox(admin).filter(entry=entry).exists()


# Approval after everything around it has changed


@pytest.mark.calendar
def test_approval_for_a_lower_level_does_not_publish_at_a_higher(alice, bob, triaged, brand):
    incident = triaged(3)
    Incident.objects.filter(pk=incident.pk).update(scheduled_content="paused")
    account = Account.objects.create(brand=brand, platform="x", name="Kestrel Air", handle="@a")
    words = Content({account.pk: "Sorry"}, next_update_by=timezone.now() + timedelta(hours=2))
    response = responses.start_response(
        incident=incident, actor=alice, kind="holding", title="Words", content=words
    )
    response = responses.submit(response=response, actor=alice, checklist=Tone.values)
    seal = response.current.content_hash
    responses.approve(response=response, actor=bob, content_hash=seal)
    Incident.objects.filter(pk=incident.pk).update(level=1)  # whatever raised it, and whether anybody noticed
    post = responses.Post(account=account.pk, url="https://x.com/1", published_at=timezone.now())
    with pytest.raises(ActionRefused, match="Legal"):
        responses.publish(response=response, actor=alice, content_hash=seal, posts=[post])


def test_the_author_cannot_take_legal_out_of_the_approval(triaged, incident, alice, bob):
    triaged(2, rights_flag=True)
    facts = {"incident": incident, "scores": SCORES[2], "category": "service_outage"}
    with pytest.raises(ActionRefused, match="crisis lead"):
        actions.assess(actor=alice, rights_flag=False, **facts)
    actions.assess(actor=alice, rights_flag=True, **facts)
    actions.assign_role(incident=incident, actor=alice, role="CL", user=bob)
    assert actions.assess(actor=bob, rights_flag=False, **facts).rights_flag is False


def test_one_person_cannot_sign_a_stand_down_twice(activated, alice, bob, carol):
    incident = activated(1)
    actions.assign_role(incident=incident, actor=alice, role="EX", user=bob)
    Incident.objects.filter(pk=incident.pk).update(state="monitoring")
    actions.sign_off(incident=incident, actor=bob, role="CL")
    with pytest.raises(ActionRefused, match="second person"):
        actions.sign_off(incident=incident, actor=bob, role="EX")
    executive = incident.role_assignments.get(role="EX")
    actions.hand_over_role(assignment=executive, actor=bob, to=carol, briefing="You sign")
    assert actions.sign_off(incident=incident, actor=carol, role="EX").user == carol


def test_signal_does_not_name_its_confidential_incident(client, alice, erin, admin, brand):
    signal = raise_signal(brand)
    monitoring.open_incident(signal=signal, actor=alice, title="Hushed crisis", confidential=True)
    for outsider in (erin, admin):
        client.force_login(outsider)
        for url in (
            signal.get_absolute_url(),
            reverse("monitoring:signals"),
            reverse("monitoring:mentions"),
            reverse("api:get_signal", args=[signal.pk]),
            reverse("desk"),
            reverse("notifications:list"),
        ):
            page = client.get(url).content.decode()
            assert "Hushed" not in page
            assert Incident.objects.get().get_absolute_url() not in page
