"""Every URL, every site role: who gets in, who may change something, and what nobody learns who has no part in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from escalations.models import Deadline
from journal.models import Entry
from notifications.models import Delivery
from people.models import SiteRole, User
from tests.crisis.world import Case, Team, World, build_case
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ALL = frozenset(SiteRole.values)
WORKERS = ALL - {"reader"}
COMMUNICATOR, APPROVERS, ADMINISTRATORS = (
    frozenset({"communicator"}),
    frozenset({"approver"}),
    frozenset({"administrator"}),
)
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """Which roles may GET and POST. A page without GET answers 405 to it, one without POST to that."""

    args: Callable[[World, User], list[Any]] = lambda world, user: []
    get: frozenset[str] | None = ALL
    post: frozenset[str] | None = None
    data: Callable[[World], dict[str, Any]] = field(default=lambda world: {})


def of(name: str, *more: Any) -> Callable[[World, User], list[Any]]:
    """The key of one thing of the open case, then whatever else the URL takes."""

    def args(world: World, user: User) -> list[Any]:
        return [getattr(world.open, name).pk, *more]

    args.of_case = True  # type: ignore[attr-defined]
    return args


def thing(name: str) -> Callable[[World, User], list[Any]]:
    return lambda world, user: [world.things[name].pk]


def notification(world: World, user: User) -> list[Any]:
    return [world.delivery_of(user).pk]


def login_address(world: World, user: User) -> list[Any]:
    return [user.contact_points.get(is_login=True).pk]


def mail_delivery(world: World, user: User) -> list[Any]:
    return [Delivery.objects.outside().order_by("pk").values_list("pk", flat=True)[0]]


def brand(world: World, user: User) -> list[Any]:
    return [world.open.incident.brand_id]


def deadline(world: World, user: User) -> list[Any]:
    return [Deadline.objects.of(world.open.incident).unsettled().latest("pk").pk]


deadline.of_case = True  # type: ignore[attr-defined]


def seal(world: World) -> dict[str, Any]:
    return {"content_hash": world.open.response.current.content_hash, "comment": "Shorter"}


def version(world: World) -> dict[str, Any]:
    return {"version": world.open.in_review.version}


def words(world: World) -> dict[str, Any]:
    return {"title": "Words", "texts": []}


INCIDENT, PAST = of("incident"), of("past")
PAGES: dict[str, Row] = {
    "desk": Row(),
    "people:preferences": Row(post=ALL),  # their own
    "incidents:list": Row(),
    "incidents:log": Row(get=WORKERS, post=WORKERS),
    "incidents:room": Row(INCIDENT),
    "incidents:timeline": Row(INCIDENT),
    "incidents:escalation": Row(INCIDENT),
    "incidents:acknowledge": Row(INCIDENT, get=None, post=WORKERS),
    "incidents:triage": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:activate": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:situation": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:strategy": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:sitrep": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:review_playbook": Row(lambda world, user: ["outage"], get=ADMINISTRATORS, post=ADMINISTRATORS),
    "incidents:no_response": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:dismiss": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:people": Row(INCIDENT, get=WORKERS, post=WORKERS),
    # The lead and whoever logged it; the others may look and are refused.
    "incidents:members": Row(
        INCIDENT, get=WORKERS, post=COMMUNICATOR | APPROVERS, data=lambda world: {"confidential": ""}
    ),
    # Whoever was asked answers; here that is the communicator.
    "incidents:accept_role": Row(of("role"), get=None, post=COMMUNICATOR),
    "incidents:decline_role": Row(
        of("role"), get=WORKERS, post=COMMUNICATOR, data=lambda world: {"reason": "Ill"}
    ),
    "incidents:hand_over_role": Row(
        of("role"),
        get=WORKERS,
        post=WORKERS,
        data=lambda world: {"to": world.people["administrator"].pk, "briefing": "All quiet"},
    ),
    "incidents:add_task": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:settle_task": Row(of("task"), get=WORKERS, post=WORKERS),
    "incidents:add_stakeholder": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:notify_stakeholder": Row(of("notice"), get=WORKERS, post=WORKERS),
    "incidents:skip_stakeholder": Row(of("notice"), get=WORKERS, post=WORKERS),
    "incidents:department": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:stand_down": Row(INCIDENT, get=WORKERS, post=APPROVERS),  # the lead's decision
    "incidents:monitoring": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:flare_up": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "incidents:sign": Row(INCIDENT, get=None, post=WORKERS),
    # The crisis lead's decision, and the deputy's.
    "incidents:waive": Row(
        of("incident", "stakeholders"), get=WORKERS, post=APPROVERS, data=lambda world: {"reason": "None"}
    ),
    "incidents:close": Row(INCIDENT, get=WORKERS, post=APPROVERS),  # the lead's decision
    "incidents:reopen": Row(PAST, get=WORKERS, post=WORKERS),
    "responses:approvals": Row(),
    "responses:list": Row(INCIDENT),
    "responses:new": Row(INCIDENT, get=WORKERS, post=WORKERS),
    "responses:claims": Row(INCIDENT, post=WORKERS),
    "responses:cases": Row(INCIDENT, post=WORKERS),
    "responses:claim": Row(of("claim"), post=WORKERS),
    "responses:case_step": Row(of("case"), get=None, post=WORKERS),
    "responses:draft": Row(of("response")),
    "responses:edit": Row(of("response"), get=WORKERS, post=WORKERS),
    "responses:revision": Row(of("response", 2)),
    "responses:submit": Row(of("draft"), get=WORKERS, post=WORKERS),
    "responses:take_back": Row(of("response"), get=WORKERS, post=WORKERS),
    # Everybody who works may send the form; only an approver's decision counts.
    "responses:approve": Row(
        of("response"), post=APPROVERS, data=lambda world: {**seal(world), "decision": "approve"}
    ),
    "responses:publish": Row(of("approved"), get=WORKERS, post=WORKERS),
    "responses:correct": Row(of("published"), get=WORKERS, post=WORKERS),
    "responses:withdraw": Row(of("published"), get=WORKERS, post=WORKERS),
    "postmortems:list": Row(),
    "postmortems:detail": Row(of("post_mortem")),
    "postmortems:print": Row(of("post_mortem")),
    "postmortems:pdf": Row(of("post_mortem")),
    "postmortems:edit": Row(of("post_mortem", "summary"), get=WORKERS, post=WORKERS),
    "postmortems:cause": Row(of("post_mortem"), get=WORKERS, post=WORKERS),
    "postmortems:author": Row(of("post_mortem"), get=WORKERS, post=WORKERS),
    "postmortems:submit": Row(of("post_mortem"), get=WORKERS, post=WORKERS),
    "postmortems:take_back": Row(of("post_mortem"), get=WORKERS, post=WORKERS),
    "postmortems:review": Row(of("in_review"), get=APPROVERS, post=APPROVERS),
    "postmortems:meeting": Row(of("post_mortem"), get=None, post=WORKERS),
    "postmortems:close": Row(of("post_mortem"), get=WORKERS, post=WORKERS),
    "postmortems:new_lesson": Row(of("post_mortem"), get=WORKERS, post=WORKERS),
    "postmortems:lesson": Row(of("lesson"), get=WORKERS, post=WORKERS),
    "postmortems:remove_lesson": Row(of("lesson"), get=WORKERS, post=WORKERS),
    "postmortems:lesson_step": Row(of("lesson", "implement"), get=WORKERS, post=WORKERS),
    "postmortems:new_corrective_action": Row(of("post_mortem"), get=WORKERS, post=WORKERS),
    "postmortems:corrective_action": Row(of("action")),
    "postmortems:edit_corrective_action": Row(of("action"), get=WORKERS, post=WORKERS),
    # Its owner, whatever their role; here that is the communicator.
    "postmortems:corrective_action_step": Row(of("action", "accept"), post=COMMUNICATOR),
    "readiness:overview": Row(),
    "readiness:duty": Row(),
    "readiness:new_shift": Row(get=APPROVERS | ADMINISTRATORS, post=APPROVERS | ADMINISTRATORS),
    "readiness:remove_shift": Row(
        thing("shift"), get=APPROVERS | ADMINISTRATORS, post=APPROVERS | ADMINISTRATORS
    ),
    "readiness:give": Row(thing("shift"), get=APPROVERS | ADMINISTRATORS, post=APPROVERS | ADMINISTRATORS),
    "readiness:gaps": Row(),
    "readiness:role": Row(lambda world, user: ["LG"]),
    "readiness:new_rotation": Row(get=APPROVERS | ADMINISTRATORS, post=APPROVERS | ADMINISTRATORS),
    "readiness:rotation": Row(
        thing("rotation"), get=APPROVERS | ADMINISTRATORS, post=APPROVERS | ADMINISTRATORS
    ),
    "readiness:end_rotation": Row(
        thing("rotation"), get=APPROVERS | ADMINISTRATORS, post=APPROVERS | ADMINISTRATORS
    ),
    "readiness:mine": Row(),
    "readiness:offer_swap": Row(thing("shift"), get=COMMUNICATOR, post=COMMUNICATOR),  # whose shift it is
    "readiness:renew_calendar": Row(get=ALL, post=ALL),  # their own
    # The planners look, the communicator offered, the approver was asked.
    "readiness:swap": Row(
        thing("swap"), get=WORKERS, post=COMMUNICATOR, data=lambda world: {"answer": "withdraw"}
    ),
    "readiness:playbooks": Row(),
    "readiness:playbook": Row(lambda world, user: ["outage"]),
    "monitoring:mentions": Row(),
    "monitoring:correct": Row(
        thing("mention"), get=None, post=WORKERS, data=lambda world: {"label": "not_negative"}
    ),
    "monitoring:take_back_correction": Row(thing("corrected"), get=None, post=WORKERS),
    "monitoring:estimates": Row(),
    "monitoring:switch_own_head": Row(
        thing("own_head"), get=None, post=WORKERS, data=lambda world: {"on": "no"}
    ),
    "monitoring:imports": Row(post=WORKERS),
    "monitoring:import": Row(thing("run")),
    "monitoring:rejected": Row(thing("run"), get=WORKERS),
    "monitoring:repaired": Row(thing("run"), get=WORKERS),
    "monitoring:retry": Row(thing("run"), get=None, post=WORKERS),
    "monitoring:preview": Row(thing("preview"), get=None, post=WORKERS),
    "monitoring:cancel": Row(thing("preview"), get=WORKERS, post=WORKERS),
    "monitoring:undo": Row(thing("run"), get=WORKERS, post=WORKERS),
    "monitoring:move": Row(thing("run"), get=WORKERS, post=WORKERS),
    "monitoring:early_warning": Row(),
    "monitoring:sensitivity": Row(
        brand, get=WORKERS, post=WORKERS, data=lambda world: {"sensitivity": "low"}
    ),
    "monitoring:stored_past": Row(lambda world, user: [*brand(world, user), "normal"], get=WORKERS),
    "monitoring:signals": Row(),
    "monitoring:signal": Row(thing("signal")),
    "monitoring:dismiss": Row(
        thing("signal"), get=WORKERS, post=WORKERS, data=lambda world: {"dismissal": "joke"}
    ),
    "monitoring:open": Row(thing("signal"), get=WORKERS, post=WORKERS),
    "escalations:policies": Row(get=ADMINISTRATORS),
    "escalations:policy": Row(
        lambda world, user: ["incident.acknowledge", 2], get=ADMINISTRATORS, post=ADMINISTRATORS
    ),
    "escalations:deadline": Row(deadline, post=WORKERS),
    "notifications:list": Row(),
    "notifications:bell": Row(),
    "notifications:open": Row(notification, get=None, post=ALL),  # their own
    "notifications:read": Row(notification, get=None, post=ALL),
    "notifications:read_all": Row(get=None, post=ALL),
    "notifications:contacts": Row(),
    "notifications:add_contact": Row(lambda world, user: ["ntfy"], post=ALL),
    "notifications:edit_contact": Row(login_address, post=ALL),  # their own
    "notifications:send_code": Row(login_address, get=None, post=ALL),
    "notifications:confirm": Row(login_address, post=ALL),
    "notifications:remove_contact": Row(login_address, post=ALL),
    "notifications:hours": Row(post=ALL),
    "notifications:deliveries": Row(get=ADMINISTRATORS),
    "notifications:retry": Row(mail_delivery, get=None, post=ADMINISTRATORS),
    "notifications:try_now": Row(mail_delivery, get=None, post=ADMINISTRATORS),
    "engine": Row(get=ADMINISTRATORS),
    "engine-release": Row(get=None, post=ADMINISTRATORS),
    "engine-settle": Row(
        thing("violation"), get=None, post=ADMINISTRATORS, data=lambda world: {"reason": "Looked at"}
    ),
    "metrics": Row(get=ADMINISTRATORS),
    "live-me": Row(),
    "live-incident": Row(INCIDENT),
    "style": Row(post=ALL),  # exists only while developing, shows no data
}
LIST_AND_START = Row(INCIDENT, post=WORKERS, data=lambda world: {**words(world), "kind": "holding"})
API: dict[str, Row] = {
    "api:openapi-json": Row(post=ALL),  # always the same description
    "api:list_responses": LIST_AND_START,
    "api:start_response": LIST_AND_START,  # the same address
    "api:get_response": Row(of("response")),
    "api:save_text": Row(
        of("response"), get=None, post=WORKERS, data=lambda world: {**words(world), "base_number": 2}
    ),
    "api:submit": Row(of("draft"), get=None, post=WORKERS, data=lambda world: {"checklist": []}),
    "api:approve": Row(of("response"), get=None, post=APPROVERS, data=seal),
    "api:request_changes": Row(of("response"), get=None, post=APPROVERS, data=seal),
    "api:publish": Row(
        of("approved"),
        get=None,
        post=WORKERS,
        data=lambda world: {"content_hash": world.open.approved.current.content_hash, "posts": []},
    ),
    "api:list_mentions": Row(),
    "api:list_signals": Row(),
    "api:get_signal": Row(thing("signal")),
    "api:dismiss_signal": Row(
        thing("signal"), get=None, post=WORKERS, data=lambda world: {"reason": "A joke"}
    ),
    "api:open_signal": Row(thing("signal"), get=None, post=WORKERS, data=lambda world: {"title": "A spike"}),
    "api:list_post_mortems": Row(),
    "api:read_post_mortem": Row(of("post_mortem")),
    "api:submit_post_mortem": Row(of("post_mortem"), get=None, post=WORKERS),
    "api:approve_post_mortem": Row(
        of("in_review"), get=None, post=APPROVERS, data=lambda world: version(world)
    ),
    "api:request_changes_in_post_mortem": Row(
        of("in_review"), get=None, post=APPROVERS, data=lambda world: {**version(world), "comment": "More"}
    ),
}
# Where nobody has to be signed in, or the site's own login app decides, or a secret key in the address does
# (tests/readiness/test_calendars.py, tests/escalations/test_links.py).
OPEN_TO_ALL = ("account_", "admin:", "readiness:calendar_", "acknowledge-link")
NOT_A_PAGE = {"api:api-root"}  # a name to build addresses with, nothing stands there


def every_url() -> Iterator[str]:
    def walk(patterns: Any, space: str = "") -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield f"{space}{pattern.name}"
            else:
                yield from walk(
                    pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space
                )

    return walk(get_resolver().url_patterns)


def send(client: Client, method: str, url: str, name: str, data: dict[str, Any]) -> HttpResponse:
    """One request whose changes are taken back afterwards, so that the next finds the same world."""
    with transaction.atomic():
        if method == "GET":
            answer = client.get(url)
        elif name in API:
            answer = client.post(url, json.dumps(data), content_type="application/json")
        else:
            answer = client.post(url, data)
        answer.entries = Entry.objects.count()
        transaction.set_rollback(True)
    return answer


def test_no_url_is_missing_from_the_tables():
    known = {*PAGES, *API, *NOT_A_PAGE}
    unknown = {name for name in every_url() if not name.startswith(OPEN_TO_ALL)} - known
    assert not unknown, f"say in the table who may use: {sorted(unknown)}"
    assert not known - set(every_url())


def test_every_url_lets_in_whom_it_should(world, client):
    wrong = []
    entries = Entry.objects.count()
    for role, user in world.people.items():
        client.force_login(user)
        for name, row in {**PAGES, **API}.items():
            url = reverse(name, args=row.args(world, user))
            for method, allowed in (("GET", row.get), ("POST", row.post)):
                answer = send(client, method, url, name, row.data(world) if method == "POST" else {})
                status = answer.status_code
                if allowed is None:
                    right = status == 405 or (status == 403 and role == "reader")
                elif role in allowed:
                    right = status in ((200, 204) if method == "GET" else (200, 201, 302, 409, 422))
                else:
                    right = status == 403 and answer.entries == entries
                if not right:
                    wrong.append(f"{role} {method} {name}: {status}")
    assert not wrong, "\n".join(wrong)


def test_strangers_are_sent_to_the_login_page(world, client):
    wrong = []
    reader = world.people["reader"]
    for name, row in {**PAGES, **API}.items():
        url = reverse(name, args=row.args(world, reader))
        for method in ("GET", "POST"):
            if name == "style":
                continue
            answer = client.get(url) if method == "GET" else client.post(url, row.data(world))
            if name in API and name != "api:openapi-json":
                right = answer.status_code in (401, 405)
            else:
                right = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
            if not right:
                wrong.append(f"{method} {name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


# What hangs on a confidential incident, by the name of its URL.
SECRETS = {name: row for name, row in {**PAGES, **API}.items() if hasattr(row.args, "of_case")}
OUTSIDERS = ("reader", "communicator", "approver", "administrator")


@pytest.fixture(scope="module")
def built_secret(built: World, django_db_blocker: Any) -> Case:
    """A confidential case of another team, built once; nobody of `people` has a part in it."""
    with django_db_blocker.unblock():
        team = Team(
            *(
                UserFactory(name=name, email=f"{name}@example.com", site_role=role, capacities=capacities)
                for name, role, capacities in (
                    ("ines", "communicator", []),
                    ("igor", "approver", ["CO"]),
                    ("iris", "approver", ["EX"]),
                )
            )
        )
        return build_case(team, built.open.incident.brand, "Hushed crisis", confidential=True)


@pytest.fixture
def secret(world: World, built_secret: Case) -> Case:
    """As it was built, whatever the tests before did to it."""
    return deepcopy(built_secret)


def test_a_confidential_case_is_not_there_for_outsiders(world, secret, client):
    """Every answer is the one that an address of nothing gets, whoever asks."""
    hidden = World(world.people, secret, world.things)
    entries = Entry.objects.count()
    wrong = []
    for role in OUTSIDERS:
        user = world.people[role]
        client.force_login(user)
        for name, row in SECRETS.items():
            args = row.args(hidden, user)
            for method in ("GET", "POST"):
                data = row.data(hidden) if method == "POST" else {}
                answer = send(client, method, reverse(name, args=args), name, data)
                expected = 404
                may = row.get if method == "GET" else row.post
                if not may or role not in may:
                    # A role too weak hears so before anything is looked up: also where there is nothing.
                    nothing = reverse(name, args=[2_000_000, *args[1:]])
                    expected = send(client, method, nothing, name, data).status_code
                if answer.status_code != expected or answer.entries != entries or b"Hushed" in answer.content:
                    wrong.append(f"{role} {method} {name}: {answer.status_code}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_insiders_see_it(secret, client):
    client.force_login(secret.incident.logged_by)
    assert client.get(reverse("incidents:room", args=[secret.incident.pk])).status_code == 200


def test_messages_of_insiders_are_hidden_from_others(world, secret, client):
    insider = world.delivery_of(secret.incident.role_assignments.get(role="CL", is_deputy=False).user)
    assert insider.pk
    for role in OUTSIDERS:
        client.force_login(world.people[role])
        for name in ("notifications:open", "notifications:read"):
            assert client.post(reverse(name, args=[insider.pk])).status_code == 404
    insider.refresh_from_db()
    assert insider.read_at is None


def test_no_list_mentions_a_confidential_case(world, secret, client):
    """Whatever page without a key, whatever is searched for: neither titles nor words of it."""
    lists = [name for name, row in {**PAGES, **API}.items() if row.args(world, world.people["reader"]) == []]
    searched = [
        reverse("incidents:list") + "?show=all&q=Hushed+crisis",
        reverse("incidents:list") + f"?show=all&brand={secret.incident.brand_id}&level=2",
        reverse("postmortems:list") + "?q=Hushed+crisis",
        reverse("monitoring:mentions") + "?q=Hushed&period=all",
        reverse("notifications:deliveries") + "?q=igor",
        reverse("api:list_post_mortems") + "?state=draft",
    ]
    shown = []
    for role in OUTSIDERS:
        client.force_login(world.people[role])
        for url in [*(reverse(name) for name in lists), *searched]:
            answer = client.get(url)
            page = b"" if answer.streaming else answer.content
            for typed in (b'value="Hushed crisis"', b'value="Hushed"'):
                page = page.replace(typed, b"")  # what was searched for stands in the form
            if b"Hushed" in page:
                shown.append(f"{role} {url}")
    assert not shown, "\n".join(shown)


def test_the_admin_site_shows_administrators_no_confidential_case(world, secret, client):
    client.force_login(world.people["administrator"])
    for model, pk in (
        ("responses_response", secret.response.pk),
        ("responses_revision", secret.response.current_id),
        ("responses_approval", secret.approved.current.approvals.get().pk),
        ("responses_publication", secret.published.publications.get().pk),
        ("postmortems_postmortem", secret.post_mortem.pk),
        ("postmortems_lesson", secret.lesson.pk),
        ("postmortems_correctiveaction", secret.action.pk),
    ):
        assert b"Hushed" not in client.get(reverse(f"admin:{model}_changelist")).content
        for page in ("change", "history", "delete"):
            answer = client.get(reverse(f"admin:{model}_{page}", args=[pk]), follow=True)
            assert b"Hushed" not in answer.content, (model, page)


def test_only_administrators_enter_the_admin_site(world, client):
    names = [name for name in every_url() if name.startswith("admin:") and name != "admin:None"]
    entrance = {"admin:login", "admin:logout", "admin:jsi18n"}
    for role, user in world.people.items():
        client.force_login(user)
        for name in {*names} - entrance:
            try:
                url = reverse(name)
            except NoReverseMatch:
                try:
                    url = reverse(name, args=[world.people["reader"].pk])
                except NoReverseMatch:
                    continue
            answer = client.get(url)
            if role != "administrator":
                assert answer.status_code == 302, (role, url)
                assert reverse("admin:login") in answer["Location"]
            else:
                assert answer.status_code < 500, url
    client.force_login(world.people["administrator"])
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_admin_site_changes_nothing_that_is_sealed(world, client):
    client.force_login(world.people["administrator"])
    sealed = {
        "responses_response": world.open.response.pk,
        "responses_revision": world.open.response.current_id,
        "responses_approval": world.open.approved.current.approvals.get().pk,
        "responses_publication": world.open.published.publications.get().pk,
        "postmortems_postmortem": world.open.post_mortem.pk,
        "postmortems_lesson": world.open.lesson.pk,
        "postmortems_correctiveaction": world.open.action.pk,
    }
    for model, pk in sealed.items():
        assert client.post(reverse(f"admin:{model}_add"), {"state": "approved"}).status_code == 403
        for page in ("change", "delete"):
            url = reverse(f"admin:{model}_{page}", args=[pk])
            assert client.post(url, {"state": "approved", "post": "yes"}).status_code == 403, url


def test_nobody_signs_up(client):
    url = reverse("account_signup")
    people = User.objects.count()
    assert b"password1" not in client.get(url).content
    client.post(
        url, {"email": "eve@example.com", "password1": "crisis-eve-123", "password2": "crisis-eve-123"}
    )
    assert User.objects.count() == people
