"""How urgent a signal looks. It is raised all the same."""

from __future__ import annotations

import pytest

from monitoring.detection.brand import Share
from monitoring.detection.copies import Copies
from monitoring.detection.priority import Evidence, Priority, Questions, Reason, Text, evidence_of, weigh

CONVERSATION = Evidence(Copies(1, 40), posts=90, authors=60)


def test_without_a_reason_it_is_high():
    assert weigh(CONVERSATION) == (Priority.HIGH, ())


@pytest.mark.parametrize(("copies", "priority"), [(5, Priority.HIGH), (6, Priority.LOW)])
def test_what_travels_as_copies_is_low(copies, priority):
    assert weigh(CONVERSATION._replace(copies=Copies(copies, 40))).priority is priority


def test_two_of_three_texts_are_no_cascade():
    assert weigh(CONVERSATION._replace(copies=Copies(2, 3))).priority is Priority.HIGH


@pytest.mark.parametrize(("posts", "priority"), [(70, Priority.LOW), (80, Priority.HIGH)])
def test_where_nobody_writes_twice_it_is_low(posts, priority):
    assert weigh(CONVERSATION._replace(posts=posts)).priority is priority


def test_sentiment_says_more_than_conversation():
    angrier = Share(complaints=20, rated=40, usual=0.4, deviations=1.0)
    assert weigh(CONVERSATION._replace(posts=60, share=angrier)).priority is Priority.HIGH


def test_no_more_complaints_than_usual_are_low():
    calm = Share(complaints=10, rated=40, usual=0.4, deviations=-2.0)
    assert weigh(CONVERSATION._replace(share=calm)) == (Priority.LOW, (Reason.NO_ANGRIER,))


def test_few_rated_voices_say_nothing():
    few = Share(complaints=1, rated=4, usual=0.4, deviations=-1.0)
    assert weigh(CONVERSATION._replace(share=few)).priority is Priority.HIGH


def test_anger_that_travels_as_copies_is_high():
    angry = Share(complaints=35, rated=40, usual=0.4, deviations=6.0)
    weighed = weigh(CONVERSATION._replace(copies=Copies(20, 40), share=angry))
    assert weighed == (Priority.HIGH, (Reason.ANGRIER, Reason.COPIES))


def test_questions_speak_for_high():
    asking = Questions(asking=30, posts=60, usual=0.25)
    weighed = weigh(CONVERSATION._replace(posts=60, questions=asking))
    assert weighed == (Priority.HIGH, (Reason.ASKING, Reason.NO_CONVERSATION))


def test_evidence_is_counted_from_the_texts():
    texts = [
        Text("ann", "Where is my bag?"),
        Text("ann", "Still no bag"),
        Text("", "我的行李呢？"),
        Text("", "lost"),
    ]
    evidence = evidence_of(
        hour=texts[:2], six_hours=texts, week=[Text("bob", "ok?"), Text("bob", "fine")] * 4
    )
    assert (evidence.posts, evidence.authors, evidence.posts_per_author) == (4, 3, pytest.approx(4 / 3))
    assert evidence.questions == (2, 4, 0.5)
    assert evidence.copies.texts == 2


def test_without_a_week_there_is_nothing_to_compare_questions_with():
    assert evidence_of([], [Text("ann", "why?")], []).questions is None
