"""The admin site shows the seal and cannot break it."""

from __future__ import annotations

import pytest

from incidents.models import Incident
from responses.models import Account, Approval, Publication, Response, Revision

SEALED = (Response, Revision, Approval, Publication)


@pytest.fixture
def site(client, admin):
    client.force_login(admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(model, *rest):
    return "/".join(["/admin/responses", model._meta.model_name, *map(str, rest), ""])


@pytest.mark.parametrize("model", SEALED)
def test_sealed_rows_are_shown_and_never_changed(site, published, model):
    published()
    row = model.objects.get()
    before = model.objects.values().get()
    assert site.get(page(model)).status_code == 200
    shown = site.get(page(model, row.pk, "change"))
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    for path in (page(model, "add"), page(model, row.pk, "change"), page(model, row.pk, "delete")):
        assert site.post(path, {"state": "draft", "content_hash": "0" * 64, "post": "yes"}).status_code == 403
    site.post(page(model), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert model.objects.values().get() == before


def test_confidential_texts_are_hidden_from_outside_administrators(site, drafted):
    response = drafted(2)
    Incident.objects.update(confidential=True)
    assert response.title not in site.get(page(Response)).content.decode()
    assert site.get(page(Response, response.pk, "change")).status_code == 302


def test_administrator_edits_the_account_registry(site, brand):
    answer = site.post(
        page(Account, "add"),
        {
            "brand": brand.pk,
            "platform": "x",
            "name": "Kestrel",
            "handle": "@k",
            "text_limit": 280,
            "is_active": "on",
        },
    )
    assert answer.status_code == 302
    assert Account.objects.get().text_limit == 280


@pytest.mark.parametrize("role", ["reader", "communicator", "approver"])
def test_others_stay_out(client, alice, role):
    alice.site_role = role
    alice.save()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(page(Account)).status_code == 302
