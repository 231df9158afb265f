"""Whatever is typed, guessed or sent: an answer that says what is wrong, never a server error."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from common.prose import compare
from incidents.models import Incident
from journal.models import Entry
from people.models import User
from tests.crisis.test_permissions import API, PAGES
from tests.crisis.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    client.raise_request_exception = False  # a crash is the answer 500, as for everybody
    return client


def status_of(request: Callable[..., Any], *args: Any, **kwargs: Any) -> int:
    """The answer to one request whose changes are taken back."""
    with transaction.atomic():
        status: int = request(*args, **kwargs).status_code
        transaction.set_rollback(True)
    return status


NUL = "a\x00b"
HUGE = "9" * 40
NASTY = [
    "",
    NUL,
    "' OR 1=1; --",
    "%' \\",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% now %}",
    HUGE,
    "-1",
    "1e9",
    "NaN",
    "٣",  # a digit, but not 3
    "²",  # isdigit, but no number
    "0001-01-01",
    "9999-12-31",
    "../../etc/passwd",
    "\ufffe\u202e\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "x" * 5000,
]
FILTERS = [
    "q", "page", "show", "level", "brand", "state", "platform", "sentiment", "period", "since", "until", "channel",
    "limit", "offset", "role", "deputy", "kind", "corrects", "against", "seen", "unread", "shown",
]  # fmt: skip
PARTS = 4


def later(values: Iterable[Any]) -> list[Any]:
    """For `parametrize`: what only `make test-long` tries."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


@pytest.mark.parametrize("part", [0, *later(range(1, PARTS))])
def test_filters_and_page_numbers(world: World, client: Client, part: int):
    """All parts together send every value to every page; each of them has every page and every value."""
    client.force_login(world.people["administrator"])
    keyless = [name for name, row in {**PAGES, **API}.items() if not hasattr(row.args, "of_case")]
    names = [name for name in keyless if row_gets(name) and row_args(name, world) == []]
    urls = [reverse(name) for name in names]
    urls += [
        reverse(name, args=row_args(name, world))
        for name in (
            "incidents:timeline",
            "responses:list",
            "responses:claims",
            "responses:cases",
            "responses:revision",
            "api:list_responses",
        )
    ]
    failed = []
    for place, url in enumerate(urls):
        for nasty in NASTY[(place + part) % PARTS :: PARTS]:
            status = status_of(client.get, url, dict.fromkeys(FILTERS, nasty))
            if status >= 500:
                failed.append(f"{url} {nasty[:20]!r}: {status}")
    assert not failed, "\n".join(failed)


def row_gets(name: str) -> bool:
    return {**PAGES, **API}[name].get is not None


def row_args(name: str, world: World) -> list[Any]:
    return {**PAGES, **API}[name].args(world, world.people["administrator"])


def test_bytes_that_are_no_text(world: World, client: Client):
    client.force_login(world.people["communicator"])
    for url in (reverse("incidents:list"), reverse("monitoring:mentions"), reverse("api:list_mentions")):
        assert status_of(client.get, f"{url}?q=%ff%fe%00&brand=%c3%28&page=%ff") < 500


def test_keys_that_no_row_can_have(world: World, client: Client):
    client.force_login(world.people["administrator"])
    failed = []
    for name in {**PAGES, **API}:
        args = row_args(name, world)
        if args and isinstance(args[0], int):
            for key in (int(HUGE), 0):
                status = status_of(client.get, reverse(name, args=[key, *args[1:]]))
                if status not in (403, 404, 405, 422):
                    failed.append(f"{name} {key}: {status}")
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("step", ["", *later(["resolve", "evidence", "begin", "own"])])
def test_nul_characters_in_forms(world: World, client: Client, step: str):
    """PostgreSQL refuses them: every form has to say so itself."""
    client.force_login(world.people["communicator"])
    entries = Entry.objects.count()
    failed = []
    for name, row in PAGES.items():
        if not row.post or name in ("people:preferences", "style"):
            continue
        url = reverse(name, args=row.args(world, world.people["communicator"]))
        fields = {
            "reason", "text", "note", "reference", "words", "comment", "title", "name", "message", "briefing",
            "department", "reply", "summary", "known", "category", "role", "state", "step", "seen_at", "email",
        }  # fmt: skip
        status = status_of(client.post, url, {**dict.fromkeys(fields, NUL), "step": step})
        if status >= 500:
            failed.append(f"{name}: {status}")
    assert not failed, "\n".join(failed)
    assert Entry.objects.count() == entries


def api(client: Client, name: str, args: list[Any], body: Any) -> int:
    sent = body if isinstance(body, bytes) else json.dumps(body)
    return status_of(client.post, reverse(name, args=args), sent, content_type="application/json")


def test_hostile_bodies_over_the_api(world: World, client: Client):
    client.force_login(world.people["approver"])
    account = world.open.response.current.renditions[0]["account"]
    texts = [{"account": account, "text": "Words"}]

    def with_media(url: str, alt: str) -> list[dict[str, Any]]:
        return [{**texts[0], "media": [{"url": url, "alt": alt}]}]

    seal = world.open.response.current.content_hash
    approved = world.open.approved
    bodies: dict[str, tuple[list[Any], list[Any]]] = {
        "api:start_response": (
            [world.open.incident.pk],
            [
                {"kind": "holding", "title": NUL * 2, "texts": texts},
                {"kind": NUL, "title": "Title", "texts": texts},
                {"kind": "holding", "title": "Title", "texts": texts, "audience": NUL},
                {"kind": "holding", "title": "Title", "texts": texts, "next_update_by": "0001-01-01T00:00:00+14:00"},
                {"kind": "holding", "title": "Title", "texts": texts, "next_update_by": "9999-12-31T23:59:00-12:00"},
                {"kind": "holding", "title": "Title", "texts": texts, "scheduled_for": "9999-12-31T23:59:00"},
                {"kind": "holding", "title": "Title", "texts": texts, "scheduled_for": 1e300},
                {"kind": "holding", "title": "Title", "texts": [{"account": int(HUGE), "text": "x"}]},
                {"kind": "holding", "title": "Title", "texts": with_media("http://[", "x")},
                {"kind": "holding", "title": "Title", "texts": with_media("https://example.com/\x00", NUL)},
                {"kind": "holding", "title": "Title", "texts": texts, "citations": [{"claim": 2**62, "stance": NUL}]},
                {"kind": "holding", "title": "Title", "texts": texts, "author": 1},
                b'{"kind": "holding", "title": "\\ud800\\ud800\\ud800", "texts": []}',
                b"\xff\xfe not json",
                b"[" * 5000,
                b'{"kind": NaN}',
                [],
                None,
            ],
        ),
        "api:submit": ([world.open.draft.pk], [{"checklist": [NUL]}, {"checklist": [1]}, {}]),
        "api:approve": (
            [world.open.response.pk],
            [
                {"content_hash": seal, "comment": NUL},
                {"content_hash": seal, "capacity": NUL},
                {"content_hash": seal, "capacity": "XX"},
                {"content_hash": NUL},
                {"content_hash": seal, "approver": world.people["reader"].pk},
                {"content_hash": seal, "state": "published"},
            ],
        ),
        "api:request_changes": (
            [world.open.response.pk],
            [{"content_hash": seal, "comment": NUL}, {"content_hash": seal, "comment": "\x00"}],
        ),
        "api:publish": (
            [approved.pk],
            [
                {
                    "content_hash": approved.current.content_hash,
                    "posts": [{"account": account, "url": url, "published_at": at}],
                }
                for url, at in (
                    ("https://example.com/\x00", datetime.now(UTC).isoformat()),
                    ("javascript:alert(1)", datetime.now(UTC).isoformat()),
                    ("https://[", datetime.now(UTC).isoformat()),
                    ("https://example.com/1", "0001-01-01T00:00:00+14:00"),
                    ("https://example.com/1", "9999-12-31T23:59:59-14:00"),
                    ("https://example.com/1", "2026-01-01T00:00:00"),
                )
            ],
        ),
        "api:dismiss_signal": ([world.things["signal"].pk], [{"reason": NUL}, {"reason": " "}]),
        "api:open_signal": ([world.things["signal"].pk], [{"title": NUL}, {"title": "   x"}]),
        "api:request_changes_in_post_mortem": (
            [world.open.in_review.pk],
            [{"version": world.open.in_review.version, "comment": NUL}, {"version": int(HUGE), "comment": "x"}],
        ),
    }  # fmt: skip
    failed = [
        f"{name} {body!r}: {status}"
        for name, (args, sent) in bodies.items()
        for body in sent
        if (status := api(client, name, args, body)) >= 500
    ]
    assert not failed, "\n".join(failed)


WEST, EAST = "Pacific/Pago_Pago", "Pacific/Kiritimati"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
@pytest.mark.calendar
def test_times_at_the_ends_of_the_calendar(world: World, client: Client, moment: str):
    """A date that cannot be converted to another zone would break every page that shows it."""
    writer, case = world.people["communicator"], world.open
    account = case.draft.current.renditions[0]["account"]
    forms = [
        ("incidents:log", [], {"brand": case.incident.brand_id, "title": "Old news", "first_post_at": moment}),
        ("incidents:add_task", [case.incident.pk], {"text": "Later", "role": "CL", "due_at": moment}),
        (
            "incidents:add_stakeholder",
            [case.incident.pk],
            {"group": "6_media", "name": "Papers", "sender_role": "CO", "due_at": moment},
        ),
        *(
            (
                "responses:edit",
                [case.draft.pk],
                {"title": "Words", "audience": "public", "base_number": 1, f"text_{account}": zone, name: moment},
            )
            for name in ("next_update_by", "scheduled_for")
            for zone in (WEST, EAST)
        ),
        (
            "postmortems:new_corrective_action",
            [case.post_mortem.pk],
            {"title": "Some day", "owner": writer.pk, "due_on": moment[:10]},
        ),
    ]  # fmt: skip
    shift = {"role": "CL", "user": writer.pk, "starts_at": "2027-01-01T00:00", "ends_at": moment}
    pages = [
        reverse("desk"),
        reverse("incidents:room", args=[case.incident.pk]),
        reverse("incidents:list"),
        reverse("responses:draft", args=[case.draft.pk]),
        reverse("responses:edit", args=[case.draft.pk]),
        reverse("postmortems:detail", args=[case.post_mortem.pk]),
        reverse("postmortems:list"),
        reverse("readiness:duty"),
        reverse("readiness:overview"),
        reverse("api:list_responses", args=[case.incident.pk]),
    ]
    failed = []
    for zone in (WEST, EAST):
        for name, args, data in [*forms, ("readiness:new_shift", [], shift)]:
            with transaction.atomic():
                User.objects.update(time_zone=zone)
                client.force_login(world.people["approver" if data is shift else "communicator"])
                status = client.post(reverse(name, args=args), data).status_code
                if status >= 500:
                    failed.append(f"{zone} {name}: {status}")
                client.force_login(world.people["communicator"])
                for reader in (WEST, EAST) if status == 302 else ():
                    User.objects.update(time_zone=reader)
                    failed += [
                        f"{zone} {name}, then {url} in {reader}"
                        for url in pages
                        if status_of(client.get, url) != 200
                    ]
                transaction.set_rollback(True)
    assert not failed, "\n".join(failed)


def test_more_than_a_person_types_is_turned_away(alice: User, incident: Incident, client: Client):
    client.force_login(alice)
    much = "x" * (6 * 1024 * 1024)
    url = reverse("incidents:situation", args=[incident.pk])
    assert client.post(url, {"known": much}).status_code < 500
    assert client.post(url, {f"field-{n}": "x" for n in range(1500)}).status_code == 400
    body = json.dumps({"kind": "holding", "title": much, "texts": []})
    url = reverse("api:start_response", args=[incident.pk])
    assert client.post(url, body, content_type="application/json").status_code in (400, 413)


@pytest.mark.parametrize("words", [2, 50, 200])
def test_comparing_texts_made_to_be_slow_ends_in_time(words: int):
    """Whoever approves opens the comparison: nobody may hang that page with a text."""
    chance = random.Random(words)
    old, new = (" ".join(f"w{chance.randrange(words)}" for _n in range(20_000)) for _side in range(2))
    for joint in (" ", "\n"):
        began = time.thread_time()
        found = compare(old.replace(" ", joint), new.replace(" ", joint))
        assert time.thread_time() - began < 2
        assert "".join(piece.text for piece in found.new) == new.replace(" ", joint)
