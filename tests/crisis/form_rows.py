"""Every page with a form: what makes sense in it, what makes none, and how the site comes to refuse it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from escalations.models import Policy
from incidents import actions as incidents
from incidents.models import Incident, RoleAssignment
from monitoring import actions as monitoring
from monitoring.preview_form import PreviewForm
from notifications.models import ContactPoint
from operations.invariants.actions import settle
from people.models import DutyShift
from postmortems import actions as postmortems
from postmortems.models import PostMortem
from responses import actions as responses
from responses.models import Tone
from tests.crisis.world import World
from tests.escalations.test_policies import form_of
from tests.postmortems.conftest import write_all

MARK = "Typed with shaking hands"
Change = Callable[[World], object]


def nothing(_world: World) -> None:
    """The world as it is."""


@dataclass(frozen=True)
class Row:
    """One page.

    `data` makes sense once `before` has made the world fit; with `wrong` on top it makes none (None: there is nothing
    to type). It is refused once `refused` has changed the world, or with `refused_data` on top, or for
    `refused_who`. `kept` is what must stand in the page again.
    """

    data: Callable[[World], dict[str, Any]] = lambda world: {}
    who: str = "communicator"
    before: Change = nothing
    wrong: dict[str, Any] | None = None
    refused: Change | None = None
    refused_data: dict[str, Any] = field(default_factory=dict)
    refused_who: str = ""
    kept: Callable[[World], str] = lambda world: MARK
    args: tuple[Any, ...] | None = None  # in place of those of the table of permissions, after the first
    acts: bool = True  # False: too much has to happen before it could; only the refusal is looked at


def text(name: str, *, longest: int = 2_000, **more: Any) -> dict[str, Any]:
    """Of a page that asks for one text: it makes no sense when it is too long."""
    return {"data": lambda world: {name: MARK, **more}, "wrong": {name: MARK + "x" * longest}}


def data(**words: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {name: word(world) if callable(word) else word for name, word in words.items()}


def stand_down(world: World) -> None:
    now = timezone.now()
    Incident.objects.filter(pk=world.open.incident.pk).update(state="closed", resolved_at=now)


def state(name: str) -> Change:
    return lambda world: Incident.objects.filter(pk=world.open.incident.pk).update(state=name)


def review_post_mortem(world: World) -> None:
    write_all(world.open.post_mortem, world.people["communicator"])
    postmortems.submit(post_mortem=world.open.post_mortem, actor=world.people["communicator"])


def selected(name: str) -> Callable[[World], str]:
    return lambda world: f'value="{world.people[name].pk}" selected'


def person(name: str) -> Callable[[World], int]:
    return lambda world: world.people[name].pk


def in_hours(hours: int) -> str:
    return (timezone.localtime() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def account(world: World) -> int:
    return world.open.draft.current.renditions[0]["account"]


def to_the_incident(**words: str) -> Change:
    return lambda world: Incident.objects.filter(pk__in=(world.open.incident.pk, world.open.past.pk)).update(
        **words
    )


LONG = {"reason": MARK + "x" * 4_000}
REASON = {"data": data(reason=MARK), "wrong": LONG}
LEAD = {"who": "approver"}
ADMINISTRATOR = {"who": "administrator"}

INCIDENTS = {
    "log": Row(
        data(brand=lambda world: world.open.incident.brand_id, title=MARK),
        wrong={"brand": ""},
        refused_data={"first_post_at": "2150-01-01T00:00"},
    ),
    "triage": Row(
        data(category="service_outage", evidence=MARK), wrong={"category": "xx"}, refused=stand_down
    ),
    "activate": Row(
        data(playbook=lambda world: world.open.incident.playbook_id, scribe=person("communicator")),
        before=lambda world: (
            RoleAssignment.objects.filter(incident=world.open.incident, role="SC").update(
                state="handed_over"
            ),
            state("triaged")(world),
        ),
        wrong={"playbook": "0"},
        refused=stand_down,
        kept=selected("communicator"),
    ),
    "situation": Row(
        lambda world: {
            **{
                f"{seen}{name}": getattr(world.open.incident, name)
                for name in SITUATION
                for seen in ("", "seen_")
            },
            "known": MARK,
        },
        wrong={"scheduled_content": "xx"},
        refused=to_the_incident(known="Theirs"),
    ),
    "strategy": Row(data(strategy="rebuild", reason=MARK), wrong={"strategy": "xx"}, refused=stand_down),
    "sitrep": Row(**text("next_steps"), refused=stand_down),
    "review_playbook": Row(
        data(next_on=lambda world: (timezone.localdate() + timedelta(days=90)).isoformat()),
        **ADMINISTRATOR,
        wrong={"next_on": "2026-13-13"},
        refused_data={"next_on": "2020-01-01"},
        kept=lambda world: 'name="next_on" value="20',
    ),
    "no_response": Row(**REASON, refused=stand_down),
    "dismiss": Row(**REASON, before=state("triaged"), refused=stand_down),
    "people": Row(
        data(role="LG", user=person("approver")),
        wrong={"role": "xx"},
        refused=stand_down,
        kept=selected("approver"),
    ),
    "members": Row(
        data(confidential="on", members=lambda world: [world.people["reader"].pk]),
        wrong={"members": ["0"]},
        refused_who="administrator",
        kept=lambda world: 'id="id_confidential" checked',
    ),
    "decline_role": Row(
        **REASON,
        refused=lambda world: incidents.accept_role(
            assignment=world.open.role, actor=world.people["communicator"]
        ),
    ),
    "hand_over_role": Row(
        data(to=person("administrator"), briefing=MARK), wrong={"to": "0"}, refused=stand_down
    ),
    "add_task": Row(data(text=MARK, role="SC"), wrong={"role": "xx"}),
    "settle_task": Row(
        data(state="done", text=MARK),
        wrong={"state": "xx"},
        refused=lambda world: incidents.settle_task(
            task=world.open.task, actor=world.people["approver"], state="done"
        ),
    ),
    "add_stakeholder": Row(
        data(group="2_staff", name=MARK, sender_role="CO"), wrong={"group": "xx"}, refused=stand_down
    ),
    "notify_stakeholder": Row(**text("message", longest=5_000), refused=stand_down),
    "skip_stakeholder": Row(**REASON, refused=stand_down),
    "department": Row(data(department="Operations", reply=MARK), wrong={"department": ""}),
    "stand_down": Row(**LEAD, refused=nothing, acts=False),
    "monitoring": Row(refused=stand_down, acts=False),
    "flare_up": Row(**REASON, before=state("monitoring"), refused=stand_down),
    "waive": Row(**REASON, **LEAD, refused_who="communicator"),
    "close": Row(**LEAD, refused=nothing, acts=False),
    "reopen": Row(
        **REASON, refused=lambda world: Incident.objects.filter(pk=world.open.past.pk).update(state="active")
    ),
}
SITUATION = (
    "title", "known", "unknown", "what_we_say", "scheduled_content", "scheduled_content_reason", "summary", "cause",
    "cause_investigation",
)  # fmt: skip

RESPONSES = {
    "new": Row(
        lambda world: {
            "kind": "holding",
            "title": MARK,
            "audience": "public",
            f"text_{account(world)}": "We are sorry.",
        },
        wrong={"audience": "xx"},
        refused=stand_down,
    ),
    "claims": Row(data(text=MARK), wrong={"seen_at": "x" * 501}, refused=stand_down),
    "cases": Row(
        data(reference="Ticket 77", note=MARK),
        wrong={"owner": "0"},
        refused=lambda world: responses.open_case(
            incident=world.open.incident, actor=world.people["approver"], reference="Ticket 77"
        ),
    ),
    "claim": Row(
        data(
            **{
                "step": "evidence",
                "evidence-kind": "authoritative",
                "evidence-source": "Fire brigade",
                "evidence-finding": MARK,
            }
        ),
        wrong={"evidence-kind": "xx"},
        refused=stand_down,
    ),
    "case_step": Row(
        data(step="resolve", note=MARK),
        before=lambda world: responses.own_case(
            case=world.open.case, actor=world.people["approver"], owner=world.people["approver"]
        ),
        wrong={"note": MARK + "x" * 4_000},
        refused=lambda world: responses.resolve_case(
            case=world.open.case, actor=world.people["approver"], note="Answered"
        ),
    ),
    "edit": Row(
        lambda world: {
            "base_number": 2,
            "title": MARK,
            "audience": "public",
            f"text_{account(world)}": "Shorter.",
        },
        wrong={"audience": "xx"},
        refused=stand_down,
    ),
    "submit": Row(
        data(checklist=Tone.values),
        wrong={"checklist": ["xx", *Tone.values]},
        refused=stand_down,
        kept=lambda world: "checked",
    ),
    "take_back": Row(
        **REASON,
        refused=lambda world: responses.take_back(
            response=world.open.response, actor=world.people["communicator"]
        ),
    ),
    "approve": Row(
        data(
            content_hash=lambda world: world.open.response.current.content_hash,
            decision="approve",
            comment=MARK,
        ),
        **LEAD,
        wrong={"decision": "xx"},
        refused_who="communicator",
    ),
    "publish": Row(
        lambda world: {
            "content_hash": world.open.approved.current.content_hash,
            f"url_{account(world)}": "https://x.com/kept",
            f"at_{account(world)}": in_hours(0),
        },
        wrong={"content_hash": ""},
        refused=to_the_incident(scheduled_content="undecided"),
        kept=lambda world: "https://x.com/kept",
    ),
    "correct": Row(**REASON, refused=stand_down),
    "withdraw": Row(
        **REASON,
        refused=lambda world: responses.withdraw(
            response=world.open.published, actor=world.people["communicator"], reason="Wrong"
        ),
    ),
}

POSTMORTEMS = {
    "edit": Row(
        data(summary=MARK, seen_summary=""),
        wrong={"summary": MARK + "x" * 20_000},
        refused=review_post_mortem,
    ),
    "cause": Row(
        lambda world: {
            "cause": "quality",
            "cause_investigation": MARK,
            "seen_cause": world.open.past.cause,
            "seen_cause_investigation": world.open.past.cause_investigation,
        },
        wrong={"cause": ""},
        refused=to_the_incident(cause_investigation="Theirs"),
    ),
    "author": Row(
        data(author=person("administrator")),
        refused=review_post_mortem,
        kept=selected("administrator"),
    ),
    "submit": Row(refused=nothing, acts=False),
    "take_back": Row(refused=nothing, acts=False),
    "review": Row(
        data(version=lambda world: world.open.in_review.version, decision="changes", comment=MARK),
        **LEAD,
        wrong={"decision": "xx"},
        refused=lambda world: PostMortem.objects.filter(pk=world.open.in_review.pk).update(version=9),
    ),
    "close": Row(refused=nothing, acts=False),
    "new_lesson": Row(**text("text"), refused=review_post_mortem),
    "lesson": Row(**text("text"), refused=review_post_mortem),
    "remove_lesson": Row(refused=review_post_mortem),
    "lesson_step": Row(
        **REASON,
        refused=lambda world: postmortems.implement_lesson(
            lesson=world.open.lesson, actor=world.people["communicator"], change="The playbook"
        ),
    ),
    "new_corrective_action": Row(data(title=MARK), wrong={"owner": "0"}, refused=review_post_mortem),
    "edit_corrective_action": Row(
        data(title=MARK),
        wrong={"owner": "0"},
        refused=lambda world: postmortems.cancel_corrective_action(
            action=world.open.action, actor=world.people["approver"], reason="No money"
        ),
    ),
    "corrective_action_step": Row(
        **REASON,
        **LEAD,
        args=("cancel",),
        refused=lambda world: postmortems.cancel_corrective_action(
            action=world.open.action, actor=world.people["approver"], reason="No money"
        ),
    ),
}


def shift_over(world: World) -> None:
    now = timezone.now()
    DutyShift.objects.filter(pk=world.things["shift"].pk).update(
        starts_at=now - timedelta(hours=9), ends_at=now - timedelta(hours=1)
    )


TURNS = {
    "name": MARK,
    "turn_length": 1,
    "turn_unit": "days",
    "hand_over_at": "09:00",
    "time_zone": "Europe/Berlin",
    "starts_on": lambda world: timezone.localdate().isoformat(),
    "member_0": person("approver"),
    "save": "1",
}
READINESS = {
    "new_shift": Row(
        data(
            role="CO",
            user=person("communicator"),
            starts_at=lambda world: in_hours(2),
            ends_at=lambda world: in_hours(4),
        ),
        **LEAD,
        wrong={"ends_at": "never"},
        refused_data={"ends_at": "2026-01-01T00:00"},
        kept=selected("communicator"),
    ),
    "remove_shift": Row(**LEAD, refused=shift_over),
    "give": Row(
        lambda world: {
            "taker": world.people["administrator"].pk,
            "starts_at": timezone.localtime(world.things["shift"].starts_at).strftime("%Y-%m-%dT%H:%M"),
            "ends_at": timezone.localtime(world.things["shift"].ends_at).strftime("%Y-%m-%dT%H:%M"),
        },
        **LEAD,
        before=lambda world: DutyShift.objects.filter(pk=world.things["shift"].pk).update(
            starts_at=timezone.now().replace(second=0, microsecond=0),
            ends_at=world.things["shift"].ends_at.replace(second=0, microsecond=0),
        ),
        wrong={"starts_at": "never"},
        refused=shift_over,
        kept=selected("administrator"),
    ),
    "new_rotation": Row(
        data(role="CO", **TURNS),
        **LEAD,
        wrong={"turn_length": "0"},
        refused_data={"hours_from": "09:00", "hours_until": "09:00"},
    ),
    "rotation": Row(
        data(**TURNS),
        **LEAD,
        wrong={"turn_length": "0"},
        refused_data={"hours_from": "09:00", "hours_until": "09:00"},
    ),
    "end_rotation": Row(**LEAD),
    "offer_swap": Row(
        data(exchange=lambda world: f"{world.people['administrator'].pk}:", message=MARK),
        wrong={"exchange": "x"},
        refused=shift_over,
    ),
    "renew_calendar": Row(),
}

CSV = b"id,created_at,platform,brand,author,text,sentiment\n8,2026-03-01T10:00:00Z,x,Kestrel Air,me,hello,\n"


def shown_preview(world: World) -> dict[str, Any]:
    """The preview's form as it is shown, with another zone."""
    fields = {field.html_name: field.value() for field in PreviewForm(run=world.things["preview"])}
    return {name: value for name, value in fields.items() if value is not None} | {"zone": "Asia/Tokyo"}


def brand(world: World) -> int:
    return world.open.incident.brand_id


def cancelled(world: World) -> None:
    monitoring.cancel_import(run=world.things["preview"], actor=world.people["approver"], keep=True)


def undone(world: World) -> None:
    monitoring.undo_import(run=world.things["run"], actor=world.people["approver"])


MONITORING = {
    "preview": Row(
        shown_preview,
        wrong={"column_text": "99"},
        refused=cancelled,
        kept=lambda world: 'value="Asia/Tokyo" selected',
    ),
    "cancel": Row(refused=cancelled),
    "undo": Row(refused=undone),
    "move": Row(
        data(brand=brand),
        wrong={"brand": "0"},
        refused=undone,
        kept=lambda world: f'value="{brand(world)}"',
    ),
    "imports": Row(
        lambda world: {"file": SimpleUploadedFile("more.csv", CSV), "brand": world.open.incident.brand_id},
        wrong={"file": ""},
        kept=lambda world: f'value="{world.open.incident.brand_id}" selected',
    ),
    "sensitivity": Row(
        data(sensitivity="low"),
        wrong={"sensitivity": "loud"},
        kept=lambda world: 'value="low"',
    ),
    "dismiss": Row(
        data(dismissal="joke", reason=MARK),
        wrong=LONG,
        refused=lambda world: monitoring.dismiss(
            signal=world.things["signal"], actor=world.people["approver"], reason="A joke"
        ),
    ),
    "open": Row(
        data(title="A spike", summary=MARK),
        wrong={"title": ""},
        refused=lambda world: monitoring.open_incident(
            signal=world.things["signal"], actor=world.people["approver"], title="Many complaints"
        ),
    ),
}


def policy(world: World) -> Policy:
    return Policy.objects.get(purpose="incident.acknowledge", level=2)


OTHERS = {
    "people:preferences": Row(
        data(name=MARK, language="en", time_zone="Europe/Berlin"), wrong={"language": "xx"}
    ),
    "escalations:policy": Row(
        lambda world: form_of(policy(world), minutes=23),
        **ADMINISTRATOR,
        wrong={"lapse_minutes": "-1"},
        refused=lambda world: Policy.objects.filter(pk=policy(world).pk).update(minutes=24),
        kept=lambda world: 'name="minutes" value="23"',
    ),
    "notifications:add_contact": Row(
        data(server="https://ntfy.example.com", topic="crisis-alice", name=MARK, urgencies=["now"]),
        wrong={"server": "nowhere"},
        refused=lambda world: ContactPoint.objects.bulk_create(
            ContactPoint(person=world.people["communicator"], kind="ntfy", config={"topic": f"t{n}"})
            for n in range(40)
        ),
        acts=False,  # it would send a code; tests/notifications/test_contacts.py
    ),
    "notifications:edit_contact": Row(
        data(name=MARK, urgencies=["now"]), wrong={"urgencies": ["xx"]}, refused_data={"urgencies": ["later"]}
    ),
    "notifications:confirm": Row(
        data(code="123 456"),
        wrong={"code": "123 456 7890123"},
        refused=nothing,
        kept=lambda world: 'value="123 456',
        acts=False,
    ),
    "notifications:remove_contact": Row(refused=nothing, acts=False),
    "notifications:hours": Row(
        data(quiet_from="22:00", quiet_until="07:00"),
        wrong={"quiet_until": ""},
        kept=lambda world: 'value="22:00"',
    ),
    "engine-settle": Row(
        data(reason=MARK),
        **ADMINISTRATOR,
        wrong={"reason": MARK + "x" * 300},
        refused=lambda world: settle(
            violation=world.things["violation"], actor=world.people["administrator"], reason="Seen"
        ),
    ),
}
SPACES = {
    "incidents": INCIDENTS,
    "responses": RESPONSES,
    "postmortems": POSTMORTEMS,
    "readiness": READINESS,
    "monitoring": MONITORING,
}
FORMS: dict[str, Row] = OTHERS | {
    f"{space}:{name}": row for space, rows in SPACES.items() for name, row in rows.items()
}
# Buttons on other pages: nothing is typed, a refusal leads back with a message (or is the page of status 403).
BUTTONS = {
    "incidents:acknowledge",
    "incidents:accept_role",
    "incidents:sign",
    "postmortems:meeting",
    "readiness:swap",
    "monitoring:retry",
    "monitoring:correct",
    "monitoring:take_back_correction",
    "monitoring:switch_own_head",
    "escalations:deadline",
    "notifications:open",
    "notifications:read",
    "notifications:read_all",
    "notifications:retry",
    "notifications:try_now",
    "engine-release",
}
NEITHER = {
    "notifications:send_code",  # each click sends a code, five an hour at most; the newest counts
    "style",  # exists only while developing, changes nothing
}
