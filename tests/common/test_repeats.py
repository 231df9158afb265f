"""A form that is sent twice is carried out once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from common import repeats
from common.models import SentForm
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from monitoring.models import ImportRun
from people.models import Brand, User
from tests.factories import BrandFactory, UserFactory
from tests.races import at_once

LOG = "/incidents/new/"


def browser(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def token(client: Client, url: str = LOG) -> str:
    """What a page that is shown now carries."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(url).content.decode())
    assert found
    return found[1]


def words(client: Client, brand: Brand, **more: Any) -> dict[str, Any]:
    return {"csrfmiddlewaretoken": token(client), "brand": brand.pk, "title": "Smoke in terminal 2", **more}


@pytest.mark.django_db
def test_a_second_click_logs_nothing_and_leads_to_the_same_place(alice, brand):
    client = browser(alice)
    sent = words(client, brand)
    first = client.post(LOG, sent)
    entries = Entry.objects.count()
    second = client.post(LOG, sent, follow=True)
    assert second.redirect_chain == [(first.url, 302)]
    assert "sent twice and processed once" in second.content.decode()
    assert (Incident.objects.count(), Entry.objects.count()) == (1, entries)


@pytest.mark.django_db
def test_other_words_another_page_or_another_person_count_anew(alice, bob, brand):
    client = browser(alice)
    sent = words(client, brand)
    client.post(LOG, sent)
    client.post(LOG, {**sent, "summary": "More"})
    client.post(LOG, words(client, brand))
    other = browser(bob)
    other.post(LOG, words(other, brand))
    assert Incident.objects.count() == 4


@pytest.mark.django_db
def test_what_was_refused_is_carried_out_once_it_can_be(alice, incident):
    client = browser(alice)
    url = reverse(
        "incidents:settle_task",
        args=[actions.add_task(incident=incident, actor=alice, role="SC", text="Call").pk],
    )
    sent = {"csrfmiddlewaretoken": token(client, url), "state": "skipped", "text": ""}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {**sent, "text": "Closed"}).status_code == 302
    assert SentForm.objects.count() == 1


@pytest.mark.django_db
def test_what_is_long_ago_is_forgotten(alice, brand):
    client = browser(alice)
    sent = words(client, brand)
    client.post(LOG, sent)
    repeats.forget()
    assert SentForm.objects.exists()
    SentForm.objects.update(at=Now() - repeats.REMEMBERED_FOR - timedelta(seconds=1))
    repeats.forget()
    assert not SentForm.objects.exists()


@pytest.mark.django_db
def test_the_same_from_the_same_page_after_a_minute_is_meant(alice, brand):
    client = browser(alice)
    sent = words(client, brand)
    client.post(LOG, sent)
    SentForm.objects.update(at=Now() - repeats.REMEMBERED_FOR - timedelta(seconds=1))
    client.post(LOG, sent)
    client.post(LOG, sent)
    assert Incident.objects.count() == 2


@pytest.mark.django_db
def test_a_corrected_file_of_equal_name_and_size_is_another_file(alice, brand):
    client, url = browser(alice), reverse("monitoring:imports")
    sent = {"csrfmiddlewaretoken": token(client, url), "brand": brand.pk}
    for content in (b"aaaa", b"bbbb", b"bbbb"):
        client.post(url, {**sent, "file": SimpleUploadedFile("m.csv", content)})
    assert ImportRun.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_log_one_incident():
    alice, brand = UserFactory(site_role="communicator"), BrandFactory()
    client = browser(alice)
    sent = words(client, brand)
    clients = [browser(alice) for _ in range(4)]
    for other in clients:
        other.cookies = client.cookies
    answers: list[str] = []
    raised = at_once(*(lambda one=one: answers.append(one.post(LOG, sent).url) for one in clients))
    assert raised == [None] * 4
    assert len(set(answers)) == 1
    assert Incident.objects.count() == 1
