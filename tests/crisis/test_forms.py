"""Every form of the site: nothing typed is ever lost, the status says why, and a double click does no harm."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from tests.crisis.form_rows import BUTTONS, FORMS, NEITHER, Row
from tests.crisis.test_permissions import PAGES
from tests.crisis.world import World

REFUSED = (403, 409, 422)


def page(name: str, row: Row, world: World, who: str) -> str:
    args = PAGES[name].args(world, world.people[who])
    return reverse(name, args=args if row.args is None else [args[0], *row.args])


def signed_in(world: World, who: str) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[who])
    return client


def token(client: Client) -> str:
    """What a page that is shown now carries."""
    shown = client.get(reverse("people:preferences")).content.decode()
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown)[1]  # type: ignore[index]


def send(world: World, name: str, who: str, data: dict[str, Any]) -> HttpResponse:
    client = signed_in(world, who)
    return client.post(page(name, FORMS[name], world, who), {**data, "csrfmiddlewaretoken": token(client)})


def says_why(answer: HttpResponse) -> bool:
    return 'role="alert"' in answer.content.decode()


def test_every_page_that_takes_a_post_is_looked_at():
    takes_a_post = {name for name, row in PAGES.items() if row.post}
    assert takes_a_post == {*FORMS, *BUTTONS, *NEITHER}


@pytest.mark.parametrize("name", [name for name, row in FORMS.items() if row.wrong is not None])
def test_what_makes_no_sense_is_kept_and_answers_422(world, name):
    row = FORMS[name]
    row.before(world)
    entries = Entry.objects.count()
    answer = send(world, name, row.who, {**row.data(world), **row.wrong})
    assert answer.status_code == 422
    assert row.kept(world) in answer.content.decode()
    assert says_why(answer)
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(
    "name", [name for name, row in FORMS.items() if row.refused or row.refused_data or row.refused_who]
)
def test_what_is_refused_is_kept_and_says_why(world, name):
    row = FORMS[name]
    row.before(world)
    data = row.data(world)
    if row.refused:
        row.refused(world)
    entries = Entry.objects.count()
    answer = send(world, name, row.refused_who or row.who, {**data, **row.refused_data})
    assert answer.status_code in (REFUSED if row.refused_data else (403, 409))
    if data:
        assert row.kept(world) in answer.content.decode()
    assert says_why(answer)
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("name", [name for name, row in FORMS.items() if row.acts])
def test_a_double_click_does_no_harm(world, name):
    row = FORMS[name]
    row.before(world)
    client = signed_in(world, row.who)
    data = {**row.data(world), "csrfmiddlewaretoken": token(client)}
    address = page(name, row, world, row.who)
    first = client.post(address, data)
    entries = Entry.objects.count()
    for file in filter(lambda value: hasattr(value, "seek"), data.values()):
        file.seek(0)
    second = client.post(address, data)
    assert first.status_code == 302
    # What is gone, or no longer theirs, is not found or not allowed; everything else leads where the first one led.
    assert second.status_code in (403, 404) or second.url == first.url
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("name", sorted(BUTTONS))
def test_a_button_pressed_twice_does_no_harm(world, name):
    row = Row()
    who = next(role for role in ("communicator", "approver", "administrator") if role in PAGES[name].post)
    client = signed_in(world, who)
    data = {**PAGES[name].data(world), "csrfmiddlewaretoken": token(client)}
    address = page(name, row, world, who)
    first = client.post(address, data)
    entries = Entry.objects.count()
    second = client.post(address, data)
    assert first.status_code in (302, 409)  # not every one can do its work in this world
    assert second.status_code in (first.status_code, 403, 404)
    assert Entry.objects.count() == entries


def test_a_case_that_is_taken_twice_is_noted_once(world):
    client = signed_in(world, "approver")
    sent = {"step": "own", "csrfmiddlewaretoken": token(client)}
    address = reverse("responses:case_step", args=[world.open.case.pk])
    client.post(address, sent)
    entries = Entry.objects.filter(kind="case.owned")
    assert entries.count() == 1
    assert client.post(address, sent).status_code == 302
    assert entries.count() == 1
