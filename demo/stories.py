"""Plays the story files below `data/stories/` through the product's own actions.

A file is a list of steps in order of time. A step says when (`at`, see `moments`), who (`as`), what (`do`: an app and
one of its actions) and the action's arguments by name; `known_as` names the result for later steps. The type of an
argument says what its words mean: a person is the first part of an e-mail address, a brand its name, a claim the name
that an earlier step gave it. All files are played together, in order of time, each step as of its moment (`past`), so
that everything is journaled in the order in which it happened.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from types import UnionType
from typing import Any, get_args, get_type_hints

from django.db.models import Model

from demo.actions import posts_of
from demo.conversation import Post
from demo.data_files import stories
from demo.moments import moment
from demo.past import as_of
from escalations.models import Deadline
from incidents.models import Incident, Playbook, StakeholderNotice, Task
from monitoring.models import Signal, SignalState
from people.models import Brand, User
from postmortems.models import CorrectiveAction, PostMortem
from responses.models import Tone

# What the form of a page sends along unasked: what its reader saw, and the ticks below it.
SENT_ALONG: dict[str, Callable[[dict[str, Any]], Any]] = {
    "before": lambda given: _seen(given.get("post_mortem") or given["incident"], given["after"]),
    "checklist": lambda given: Tone.values,
    "content_hash": lambda given: given["response"].current.content_hash,
    "posts": lambda given: posts_of(given["response"]),
    "version": lambda given: given["post_mortem"].version,
}


@dataclass
class Story:
    """One file: where its time begins, the incident that it is about, and the moments that it names."""

    now: datetime
    begins: datetime
    about: str
    steps: list[dict[str, Any]]
    named: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def read(cls, data: dict[str, Any], now: datetime) -> Story:
        story = cls(now, moment(data["begins"], now, now), data.get("about", ""), data["step"])
        story.named = {name: story.moment(written) for name, written in data.get("moments", {}).items()}
        return story

    def moment(self, written: int | str) -> datetime:
        return self.named.get(str(written)) or moment(written, self.begins, self.now)

    def text(self, written: str) -> str:
        """The words, with the time of day (UTC) of every moment that they name in braces."""
        return written.format_map({name: f"{when:%H:%M}" for name, when in self.named.items()})


class Player:
    """`posts` are what steps may import, the oldest first; what is imported leaves them."""

    def __init__(self, now: datetime, posts: Sequence[Post]) -> None:
        self.stories = [Story.read(data, now) for data in stories().values()]
        self.posts = deque(posts)
        self.known: dict[tuple[type, str], int] = {}

    def play(self) -> None:
        steps = [(story.moment(step["at"]), story, step) for story in self.stories for step in story.steps]
        for when, story, step in sorted(steps, key=lambda one: one[0]):
            try:
                with as_of(when):
                    self._do(story, step)
            except Exception as error:
                error.add_note(f"in the step {step} of the story about '{story.about}'")
                raise

    def _do(self, story: Story, step: dict[str, Any]) -> None:
        action = action_of(step)
        kinds = get_type_hints(action)
        given = {
            name: self._meant(kinds.get(name), value, story) for name, value in arguments_of(step).items()
        }
        for name, kind in (("incident", Incident), ("post_mortem", PostMortem)):
            if name in kinds.keys() - given.keys():
                given[name] = self._found(kind, story.about, story)
        if "conversation" in kinds:
            given["conversation"] = self.posts
        for name in SENT_ALONG.keys() & kinds.keys() - given.keys():
            given[name] = SENT_ALONG[name](given)
        result = action(**given)
        if "known_as" in step:
            self.known[type(result), step["known_as"]] = result.pk

    def _meant(self, kind: Any, written: Any, story: Story) -> Any:
        """What the words of a step stand for where the action wants a `kind`."""
        if isinstance(kind, UnionType):  # something, or None
            kind = get_args(kind)[0]
            if written == "unknown":
                return None
        if isinstance(written, dict):
            of_key, of_value = get_args(kind) or (str, Any)
            return {
                self._meant(of_key, key, story): self._meant(of_value, value, story)
                for key, value in written.items()
            }
        if isinstance(written, list):
            (of_item,) = get_args(kind)
            return [self._meant(of_item, item, story) for item in written]
        if isinstance(kind, type) and issubclass(kind, Model):
            return self._found(kind, written, story)
        if kind in (datetime, date):
            when = story.moment(written)
            return when if kind is datetime else when.date()
        return story.text(written) if isinstance(written, str) else written

    def _found(self, kind: type[Model], words: str, story: Story) -> Any:
        """The row that `words` stand for, as it is stored now. Raises KeyError or DoesNotExist."""
        if (kind, words) in self.known:
            return kind._default_manager.get(pk=self.known[kind, words])
        if kind is Deadline:
            return Deadline.objects.of(self._found(CorrectiveAction, words, story)).armed().get()
        incident = self.known.get((Incident, story.about))
        queries: Mapping[type[Model], dict[str, Any]] = {
            User: {"email": f"{words}@example.com"},
            Brand: {"name": words},
            Playbook: {"slug": words},
            PostMortem: {"incident": incident},
            Signal: {"brand__name": words, "state": SignalState.NEW},
            StakeholderNotice: {"incident": incident, "group__endswith": words},
            Task: {"incident": incident, "text__startswith": words},
        }
        return kind._default_manager.get(**queries[kind])


def action_of(step: dict[str, Any]) -> Callable[..., Any]:
    app, name = step["do"].split(".")
    action: Callable[..., Any] = getattr(import_module(f"{app}.actions"), name)
    return action


def arguments_of(step: dict[str, Any]) -> dict[str, Any]:
    """What a step says to its action; who acts is an argument like any other."""
    actor = {"actor": step["as"]} if "as" in step else {}
    return actor | {name: value for name, value in step.items() if name not in {"at", "do", "as", "known_as"}}


def _seen(subject: Model, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(subject, name) for name in fields}
