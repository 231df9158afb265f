"""Live hints through a real web server, as a browser gets them."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from incidents import actions
from journal.models import Stream
from notifications import actions as notifications
from notifications.models import Delivery
from tests.factories import IncidentFactory
from tests.pace import PATIENCE_SECONDS
from tests.processes import free_port, running, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def sign_in(user) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@dataclass
class Page:
    """One open stream and what has come over it."""

    connection: http.client.HTTPConnection
    status: int
    response: http.client.HTTPResponse
    lines: list[str] = field(default_factory=list)

    def read_until(self, word: str) -> list[str]:
        """Everything that came until a line contains `word`; AssertionError when none does."""
        until = time.monotonic() + PATIENCE_SECONDS
        found: list[str] = []
        while time.monotonic() < until and (line := self.response.readline().decode()):
            found.append(line.strip())
            if word in line:
                return found
        raise AssertionError(f"no {word!r} among {found}")

    def is_over(self) -> bool:
        return self.response.read().strip() == b"data:"


@dataclass
class Web:
    port: int

    def open(self, path: str, session: str) -> Page:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        client.request("GET", path, headers={"Cookie": f"sessionid={session}", "Accept": "text/event-stream"})
        response = client.getresponse()
        return Page(client, response.status, response)

    def answers(self) -> bool:
        with suppress(OSError):
            client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
            client.request("GET", "/healthz")
            return client.getresponse().status in (200, 503)
        return False


def serve(log: Path, **named: object) -> Iterator[Web]:
    port = free_port()
    arguments = ["--port", str(port), "--lifespan", "off", "--timeout-graceful-shutdown", "1"]
    named = {"LIVE_KEEP_ALIVE_SECONDS": 1, **named}
    with running("-m", "uvicorn", "crisis.asgi:application", *arguments, log=log, **named):
        web = Web(port)
        wait_until(web.answers)
        yield web


@pytest.fixture(scope="module")
def web(django_db_setup, tmp_path_factory) -> Iterator[Web]:
    """One server for all tests of this file; what they store is gone after each."""
    yield from serve(tmp_path_factory.mktemp("live") / "web.log")


def last_seq(incident) -> int:
    return Stream.objects.get(pk=incident.stream).last_seq


def test_an_open_room_hears_of_a_change(transactional_db, tmp_path, incident, alice, bob):
    """By the hint: the server's own next look would come an hour later."""
    for web in serve(tmp_path / "web.log", LIVE_KEEP_ALIVE_SECONDS=3600):
        page = web.open(f"/live/incidents/{incident.pk}/?seen={last_seq(incident)}", sign_in(bob))
        assert page.status == 200
        assert page.response.headers["Content-Type"] == "text/event-stream"
        assert "retry: 2000" in page.read_until("nothing new")
        actions.acknowledge(incident=incident, actor=alice)
        page.read_until("event: changed")


def test_stale_page_is_refreshed_at_once(web, incident, alice, bob):
    seen = last_seq(incident)
    actions.acknowledge(incident=incident, actor=alice)
    page = web.open(f"/live/incidents/{incident.pk}/?seen={seen}", sign_in(bob))
    assert "event: changed" in (came := page.read_until("event:"))
    assert not [line for line in came if "nothing new" in line], "with the first look"


def test_a_page_that_is_up_to_date_is_left_alone(web, incident, bob):
    page = web.open(f"/live/incidents/{incident.pk}/?seen={last_seq(incident)}", sign_in(bob))
    page.read_until("nothing new")
    assert not [line for line in page.read_until("nothing new") if line.startswith("event")]


def test_outsiders_learn_nothing(web, alice, bob):
    secret = IncidentFactory(logged_by=alice, confidential=True)
    assert web.open(f"/live/incidents/{secret.pk}/", sign_in(bob)).status == 404
    assert web.open("/live/incidents/999999/", sign_in(bob)).status == 404
    assert web.open(f"/live/incidents/{secret.pk}/", sign_in(alice)).status == 200
    assert web.open(f"/live/incidents/{secret.pk}/", "nobody").status == 302


def test_who_loses_access_is_cut_off(web, alice, bob):
    secret = IncidentFactory(logged_by=alice, confidential=True)
    secret.members.add(bob)
    page = web.open(f"/live/incidents/{secret.pk}/", sign_in(bob))
    page.read_until("nothing new")
    secret.members.remove(bob)
    page.read_until("event: closed")
    assert page.is_over()


def test_who_is_disabled_or_signs_out_is_cut_off(web, incident, alice, bob):
    sessions = [sign_in(alice), sign_in(bob)]
    pages = [web.open(f"/live/incidents/{incident.pk}/", session) for session in sessions]
    for page in pages:
        page.read_until("nothing new")
    alice.is_active = False
    alice.save()
    Session.objects.filter(pk=sessions[1]).delete()
    for page in pages:
        page.read_until("event: closed")


def test_the_bell_follows_what_arrives_and_what_is_read(web, incident, alice, bob):
    page = web.open("/live/me/?unread=0.0", sign_in(bob))
    page.read_until("nothing new")
    actions.assign_role(incident=incident, actor=alice, role="CL", user=bob)
    lines = page.read_until("event: unread")
    assert "event: changed" in lines
    notifications.mark_read(user=bob)
    page.read_until("event: unread")
    assert not Delivery.objects.filter(person=bob).unread_mark(bob).count


def test_the_room_rings_the_bell_as_well(web, incident, alice, bob):
    page = web.open(f"/live/incidents/{incident.pk}/?seen={last_seq(incident)}&unread=0.0", sign_in(bob))
    page.read_until("nothing new")
    actions.assign_role(incident=incident, actor=alice, role="CL", user=bob)
    page.read_until("event: unread")


def test_open_streams_hold_no_database_connection(transactional_db, tmp_path, incident, alice, bob):
    session = sign_in(bob)
    for web in serve(tmp_path / "web.log", DATABASE_POOL_SIZE=2):
        pages = [web.open(f"/live/incidents/{incident.pk}/?seen=0", session) for _ in range(8)]
        assert {page.status for page in pages} == {200}
        for page in pages:
            page.read_until("event: changed")
        # All eight live on, and there is still a connection for everybody else.
        assert web.open(f"/live/incidents/{incident.pk}/", session).status == 200


def test_one_person_cannot_open_streams_without_end(web, bob):
    session = sign_in(bob)
    statuses = [web.open("/live/me/", session) for _ in range(31)]
    assert [page.status for page in statuses] == [200] * 30 + [429]


def test_a_page_that_is_closed_makes_room_for_another(web, bob):
    session = sign_in(bob)
    pages = [web.open("/live/me/", session) for _ in range(30)]
    pages[0].response.close()
    pages[0].connection.close()
    wait_until(lambda: web.open("/live/me/", session).status == 200)


def test_without_redis_pages_look_by_themselves(transactional_db, tmp_path, incident, alice, bob):
    for web in serve(tmp_path / "web.log", REDIS_URL=f"redis://127.0.0.1:{free_port()}"):
        page = web.open(f"/live/incidents/{incident.pk}/?seen={last_seq(incident)}", sign_in(bob))
        page.read_until("nothing new")
        actions.acknowledge(incident=incident, actor=alice)
        page.read_until("event: changed")


def test_open_streams_do_not_hold_up_a_stopping_server(transactional_db, tmp_path, incident, bob, pace):
    for web in serve(tmp_path / "web.log"):
        page = web.open("/live/me/", sign_in(bob))
        page.read_until("nothing new")
        began = time.monotonic()
    assert time.monotonic() - began < pace.limit(5)


def test_a_server_that_cannot_hold_streams_says_so(client, bob, incident):
    client.force_login(bob)
    assert client.get("/live/me/").status_code == 204
    assert client.get(f"/live/incidents/{incident.pk}/").status_code == 204
    assert client.post("/live/me/").status_code == 405
