"""What a person does from outside, or a test in this process through the real actions."""

from __future__ import annotations

import time
from collections.abc import Callable

import requests
from django.test import Client

from incidents.actions import log_incident
from incidents.models import Incident
from people.models import Brand, User
from tests.faults.load import log_with_short_deadline


def log(title: str = "Videos of stranded passengers", *, due_in: float | None = None) -> Incident:
    """Alice logs an incident: two people are alerted. Its deadline runs for a minute, or for `due_in` seconds."""
    alice, brand = User.objects.get(email="alice@example.com"), Brand.objects.get()
    if due_in is None:
        return log_incident(actor=alice, brand=brand, title=title)
    return log_with_short_deadline(alice, brand, title, due_in)


def signed_in(email: str, address: str) -> requests.Session:
    """A browser's session of the person, opened in the database."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    session = requests.Session()
    for name, morsel in client.cookies.items():
        session.cookies.set(name, morsel.value)
    assert session.get(f"{address}/accounts/password/change/").ok  # sets the token that forms need
    return session


def post(session: requests.Session, address: str, path: str) -> None:
    token = session.cookies.get("csrftoken", "")
    answer = session.post(
        f"{address}{path}", data={"csrfmiddlewaretoken": token}, headers={"Referer": address}
    )
    assert answer.ok, answer.text


def timed(act: Callable[[], object]) -> float:
    """For how many seconds it took."""
    began = time.monotonic()
    act()
    return round(time.monotonic() - began, 2)
