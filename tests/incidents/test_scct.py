from __future__ import annotations

import pytest

from common.errors import ActionRefused
from incidents import actions
from incidents.scct import Cluster, Strategy, recommend, refusal

FACTS = {"is_rumour": False, "similar_history": False, "fault_confirmed": False, "claim_proven": False}


@pytest.mark.parametrize(
    ("cluster", "facts", "strategy"),
    [
        (Cluster.VICTIM, {}, Strategy.INSTRUCT),
        (Cluster.VICTIM, {"similar_history": True}, Strategy.DIMINISH),
        (Cluster.VICTIM, {"is_rumour": True}, Strategy.DENY),
        (Cluster.VICTIM, {"is_rumour": True, "claim_proven": True}, Strategy.INSTRUCT),
        (Cluster.ACCIDENTAL, {}, Strategy.DIMINISH),
        (Cluster.ACCIDENTAL, {"similar_history": True}, Strategy.REBUILD),
        (Cluster.PREVENTABLE, {}, Strategy.REBUILD),
        (Cluster.VICTIM, {"fault_confirmed": True}, Strategy.REBUILD),
    ],
)
def test_the_table_recommends(cluster, facts, strategy):
    advice = recommend(cluster=cluster, **{**FACTS, **facts})
    assert advice is not None
    assert advice.strategy == strategy


def test_nothing_is_recommended_before_somebody_judged_the_blame():
    assert recommend(cluster="", **FACTS) is None


@pytest.mark.parametrize("strategy", Strategy.values)
def test_confirmed_fault_leaves_only_rebuild(strategy):
    refused = refusal(strategy=strategy, fault_confirmed=True, claim_proven=False)
    assert bool(refused) == (strategy != Strategy.REBUILD)


@pytest.mark.django_db
def test_departing_from_the_recommendation_needs_a_reason(triaged, alice):
    incident = triaged(2)
    with pytest.raises(ActionRefused, match="reason"):
        actions.choose_strategy(incident=incident, actor=alice, strategy=Strategy.INSTRUCT)
    chosen = actions.choose_strategy(
        incident=incident, actor=alice, strategy=Strategy.INSTRUCT, reason="Only safety matters now."
    )
    assert chosen.strategy == Strategy.INSTRUCT


@pytest.mark.django_db
def test_a_proven_claim_cannot_be_denied_whatever_the_reason(triaged, alice):
    incident = triaged(2, category="rumour", cluster=Cluster.VICTIM)
    actions.choose_strategy(incident=incident, actor=alice, strategy=Strategy.DENY)
    incident = actions.mark_claim_proven(incident=incident, actor=alice)
    assert incident.strategy == ""
    with pytest.raises(ActionRefused, match="verified as true"):
        actions.choose_strategy(incident=incident, actor=alice, strategy=Strategy.DENY, reason="We want to.")


@pytest.mark.django_db
def test_confirmed_fault_cannot_be_taken_back(triaged, alice):
    incident = triaged(2)
    actions.choose_strategy(
        incident=incident, actor=alice, strategy=Strategy.REBUILD, fault_confirmed=True, reason="x"
    )
    with pytest.raises(ActionRefused, match="only Rebuild"):
        actions.choose_strategy(incident=incident, actor=alice, strategy=Strategy.DIMINISH, reason="no")
