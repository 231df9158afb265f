"""How the story is told: several threads, each in its own order, woven together by time.

A thread is a generator that yields the moment of its next deed and then calls the product's actions; between two
yields the clock stands at the moment it asked for. So everything is journaled in the order in which it happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.story.clock import as_of
from demo.story.people import People
from incidents import actions as incidents
from incidents.models import Incident, Task, TaskState
from people.models import Brand, CrisisRole
from responses import actions as responses
from responses.models import Account, Platform, Response, Tone

Thread = Iterator[datetime]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Story:
    """The moment at which it is told, its people by short name and its brands by name."""

    now: datetime
    people: People
    brands: dict[str, Brand]


def weave(*threads: Thread) -> None:
    """Run all threads to their end, always the one whose next moment comes first."""
    woven = together(*threads)
    moment = next(woven, None)
    while moment:
        with as_of(moment):
            moment = next(woven, None)


def together(*threads: Thread) -> Thread:
    """Several threads woven into one that ends with the last of them."""
    waiting = [
        (moment, number, thread) for number, thread in enumerate(threads) if (moment := next(thread, None))
    ]
    while waiting:
        moment, number, thread = min(waiting)
        waiting.remove((moment, number, thread))
        yield moment
        following = next(thread, None)
        if following:
            waiting.append((max(moment, following), number, thread))


def build_team(
    story: Story, incident: Incident, when: datetime, by: str, team: dict[str, tuple[str, str]]
) -> Thread:
    """Holder and deputy of each role ("" is nobody); they accept a minute later, unless marked with "?"."""
    yield when
    asked = [
        (
            name,
            incidents.assign_role(
                incident=incident,
                actor=story.people[by],
                role=CrisisRole(role),
                user=story.people[name.strip("?")],
                is_deputy=is_deputy,
            ),
        )
        for role, holders in team.items()
        for name, is_deputy in zip(holders, (False, True), strict=True)
        if name
    ]
    yield when + MINUTE
    for name, assignment in asked:
        if not name.endswith("?"):
            incidents.accept_role(assignment=assignment, actor=story.people[name])


def finish_task(story: Story, incident: Incident, by: str, text: str, note: str = "") -> None:
    """Report the task done whose words begin with `text`."""
    task = Task.objects.get(incident=incident, text__startswith=text)
    incidents.settle_task(task=task, actor=story.people[by], state=TaskState.DONE, text=note)


def write(story: Story, incident: Incident, by: str, **texts: str) -> None:
    """Change what the room shares: known, unknown, what we say and so on."""
    incident.refresh_from_db()
    before = {name: getattr(incident, name) for name in texts}
    incidents.change_situation(incident=incident, actor=story.people[by], before=before, after=texts)


def texts_for(incident: Incident, texts: dict[Platform, str]) -> dict[int, str]:
    """The texts by account id."""
    accounts = dict(Account.objects.filter(brand=incident.brand).values_list("platform", "pk"))
    return {accounts[platform]: text for platform, text in texts.items()}


def submit(story: Story, response: Response, by: str) -> None:
    responses.submit(response=response, actor=story.people[by], checklist=Tone.values)


def approve(story: Story, response: Response, by: str, comment: str = "") -> None:
    responses.approve(
        response=response, actor=story.people[by], content_hash=words_of(response), comment=comment
    )


def publish(story: Story, response: Response, by: str, when: datetime) -> None:
    """The approved words go out on every account that they were written for."""
    response.refresh_from_db()
    slug = response.incident.brand.slug
    posts = [
        responses.Post(
            account=item["account"],
            url=f"https://{item['platform']}.example/{slug}/{response.pk}",
            published_at=when,
        )
        for item in (response.current.renditions if response.current else [])
    ]
    responses.publish(response=response, actor=story.people[by], content_hash=words_of(response), posts=posts)


def words_of(response: Response) -> str:
    """The hash of the words that a decision is about, as stored now."""
    response.refresh_from_db()
    return response.current.content_hash if response.current else ""
