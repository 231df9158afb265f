"""Whoever was signed out while a form stood open: where they are after they have signed in."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

FORM = "http://testserver/monitoring/imports/7/"


def next_of(response) -> str:
    assert response["Location"].startswith(reverse("account_login"))
    return parse_qs(urlsplit(response["Location"]).query)["next"][0]


def test_a_button_leads_back_to_the_page_on_which_it_stood(client):
    button = reverse("monitoring:preview", args=[7])
    assert next_of(client.post(button, headers={"referer": FORM})) == FORM


@pytest.mark.parametrize("page", ["", "https://elsewhere.example/monitoring/", "javascript:alert(1)"])
def test_a_button_on_no_page_of_ours_leads_to_the_desk(client, page):
    button = reverse("monitoring:preview", args=[7])
    assert next_of(client.post(button, headers={"referer": page})) == "/"


def test_a_page_leads_to_itself(client):
    page = reverse("monitoring:imports")
    assert next_of(client.get(page, headers={"referer": FORM})).endswith(page)
