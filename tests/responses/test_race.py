"""Two real transactions at once: one edits, the other publishes or approves. Never do both win."""

from __future__ import annotations

import pytest

from common.errors import ActionRefused
from responses import actions
from responses.models import Approval, Publication, Response, Tone
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_edit_against_publish(approved, alice, words, posted, _round):
    response = approved()
    sealed = response.current.content_hash
    edit, publish = at_once(
        lambda: actions.save_text(
            response=response, actor=alice, title="First word", content=words("Other words"), base_number=1
        ),
        lambda: actions.publish(response=response, actor=alice, content_hash=sealed, posts=[posted()]),
    )
    assert (edit is None) != (publish is None), (edit, publish)
    assert isinstance(edit or publish, ActionRefused)
    response.refresh_from_db()
    if publish is None:
        assert (response.state, response.current.content_hash) == ("published", sealed)
        assert Publication.objects.get().content_hash == sealed
    else:
        assert response.state == "draft"
        assert not Publication.objects.exists()
        assert not Approval.objects.live().exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_edit_against_approve(submitted, alice, bob, words, _round):
    response = submitted(2)
    read = response.current.content_hash
    edit, approve = at_once(
        lambda: actions.save_text(
            response=response, actor=alice, title="First word", content=words("Other words"), base_number=1
        ),
        lambda: actions.approve(response=response, actor=bob, content_hash=read),
    )
    assert edit is None
    assert approve is None or isinstance(approve, ActionRefused)
    response.refresh_from_db()
    assert response.state == "draft"
    assert not Approval.objects.live().exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_editors_at_once(drafted, alice, bob, words, _round):
    response = drafted(2)
    raised = at_once(
        *(
            lambda person=person: actions.save_text(
                response=response,
                actor=person,
                title="First word",
                content=words(f"By {person}"),
                base_number=1,
            )
            for person in (alice, bob)
        )
    )
    assert sum(error is None for error in raised) == 1
    assert response.revisions.count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_approvers_at_once_end_approved(drafted, alice, bob, carol, _round):
    response = drafted(2, rights_flag=True)
    response = actions.submit(response=response, actor=alice, checklist=Tone.values)
    raised = at_once(
        *(
            lambda person=person: actions.approve(
                response=response, actor=person, content_hash=response.current.content_hash
            )
            for person in (bob, carol)
        )
    )
    assert raised == [None, None]
    response.refresh_from_db()
    assert response.state == "approved"
    assert Approval.objects.live().count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_same_publication_twice_at_once_is_recorded_once(approved, alice, bob, posted, _round):
    response = approved()
    post = posted()
    raised = at_once(
        *(
            lambda person=person: actions.publish(
                response=response, actor=person, content_hash=response.current.content_hash, posts=[post]
            )
            for person in (alice, bob)
        )
    )
    assert sum(error is None for error in raised) == 1
    assert Publication.objects.count() == 1
    assert Response.objects.get().state == "published"
