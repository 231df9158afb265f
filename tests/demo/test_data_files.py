"""The demo's data files: readable by people, and every line means something to the loader."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta

import pytest

from demo.conversation import all_posts
from demo.data_files import document, rows, stories
from demo.moments import moment
from demo.stories import SENT_ALONG, Story, action_of, arguments_of

pytestmark = pytest.mark.calendar

NOW = datetime(2026, 11, 25, 14, 37, 21, tzinfo=UTC)  # a Wednesday
BEGINS = datetime(2026, 11, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (-38, "2026-11-03T23:22"),
        ("06:23", "2026-11-04T06:23"),
        ("1d 08:40", "2026-11-05T08:40"),
        ("-2d 12:00", "2026-11-01T12:00"),
        ("now", "2026-11-25T14:37:21"),
        ("now -26:00", "2026-11-24T12:37:21"),
        ("now 01:30 rounded", "2026-11-25T16:05"),
        ("midnight -21d", "2026-11-04T00:00"),
        ("last wednesday 14:00", "2026-11-25T14:00"),
        ("last wednesday 15:00", "2026-11-18T15:00"),
        ("next wednesday 14:00", "2026-12-02T14:00"),
        ("next saturday 18:00", "2026-11-28T18:00"),
    ],
)
def test_a_moment_is_what_it_says(written: int | str, meant: str) -> None:
    assert moment(written, BEGINS, NOW) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "yesterday", "25", "now -", "last 06:00", "6:5"])
def test_a_moment_that_means_nothing_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no moment"):
        moment(written, BEGINS, NOW)


@pytest.mark.parametrize("name", stories())
def test_the_steps_of_a_story_are_in_order_of_time(name: str) -> None:
    story = Story.read(stories()[name], NOW)
    moments = [story.moment(step["at"]) for step in story.steps]
    assert moments == sorted(moments)
    assert moments[-1] <= NOW


@pytest.mark.parametrize("name", stories())
def test_a_step_names_an_action_and_its_arguments(name: str) -> None:
    for step in stories()[name]["step"]:
        signature = inspect.signature(action_of(step))
        understood = {"incident", "post_mortem", "conversation", *SENT_ALONG} & signature.parameters.keys()
        signature.bind(**{**dict.fromkeys(understood), **arguments_of(step)})


def test_a_phrase_is_written_for_every_draw() -> None:
    plan = document("conversation")
    for habit in plan["everyday"]:
        sentiments = {phrase["sentiment"] for phrase in rows(f"phrases/{habit['phrases']}")}
        assert sentiments == set(plan["sentiment"])
        assert len(habit["posts"]) == 24
    for spike in plan["spike"]:
        languages = {phrase["language"] for phrase in rows(f"phrases/{spike['phrases']}")}
        assert languages <= plan["before"].keys() & plan["after"].keys()


def test_the_same_seed_draws_the_same_posts() -> None:
    posts = all_posts(NOW)
    assert posts == all_posts(NOW)
    assert [post["created_at"] for post in posts] == sorted(post["created_at"] for post in posts)
    assert not [post for post in posts if "{" in post["text"]]
    assert posts[0]["created_at"] < (NOW - timedelta(days=27)).isoformat() < posts[-1]["created_at"]
