"""Who may approve and publish what, and what stands in the way. Actions refuse by it, pages explain by it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.levels import Level
from common.transitions import LifeCycle
from incidents.models import Incident, IncidentState, ScheduledContent
from people.models import CrisisRole, SiteRole, User
from people.rules import model_permissions
from responses.models import (
    TRANSITIONS,
    Account,
    Approval,
    CaseState,
    Claim,
    ClaimState,
    Response,
    ResponseKind,
    ResponseState,
    Revision,
    SourceKind,
    Stance,
    Tone,
    Verdict,
)

# Its steps stand beside the model, whose trigger holds them as well.
RESPONSE_LIFE = LifeCycle(
    TRANSITIONS,
    _("This text is “%(now)s” and cannot become “%(then)s”. Reload the page to see what changed."),
)
CLAIM_LIFE = LifeCycle(
    {
        ClaimState.LOGGED: {ClaimState.VERIFYING},
        ClaimState.VERIFYING: {ClaimState.VERIFIED},
        # New evidence takes a claim back to the start, wherever it stands once it has a verdict.
        ClaimState.VERIFIED: {ClaimState.DECIDED, ClaimState.LOGGED},
        ClaimState.DECIDED: {
            ClaimState.DECIDED,  # on another answer
            ClaimState.ANSWERED,
            ClaimState.SETTLED,  # when watching was the answer
            ClaimState.LOGGED,
        },
        ClaimState.ANSWERED: {ClaimState.SETTLED, ClaimState.LOGGED},
        ClaimState.SETTLED: {ClaimState.LOGGED},
    },
    _("This claim is “%(now)s” now. Reload the page to see what somebody else did."),
)
CASE_LIFE = LifeCycle(
    {CaseState.OPEN: {CaseState.RESOLVED}, CaseState.RESOLVED: set()},
    _("This case is resolved already."),
)

Reason = str | Promise
_R = CrisisRole
APPROVERS_BY_LEVEL: dict[int, tuple[CrisisRole, ...]] = {
    Level.L1: (_R.COMMS_LEAD, _R.LEGAL, _R.EXECUTIVE),
    Level.L2: (_R.COMMS_LEAD,),
    Level.L3: (_R.COMMS_LEAD,),
    Level.L4: (_R.COMMS_LEAD,),
}
RECOVERY_APPROVERS = (_R.CRISIS_LEAD, _R.EXECUTIVE)
# Of a claim's sources, unless one is authoritative.
INDEPENDENT_SOURCES_NEEDED = 2


def required_capacities(kind: str, incident: Incident) -> tuple[CrisisRole, ...]:
    """In which capacities a text of `kind` must be approved, each by another person, in parallel."""
    if kind == ResponseKind.RECOVERY:
        return RECOVERY_APPROVERS
    required = APPROVERS_BY_LEVEL[incident.level or Level.L1]
    if incident.rights_flag and _R.LEGAL not in required:
        required = (*required, _R.LEGAL)
    return required


def leads_of(incidents: Iterable[int]) -> set[tuple[int, int]]:
    """(incident, user) of everybody who is crisis lead, not deputy, of one of these incidents."""
    from incidents.models import RoleAssignment

    held = RoleAssignment.objects.active().filter(
        incident__in=list(incidents), role=CrisisRole.CRISIS_LEAD, is_deputy=False
    )
    return set(held.values_list("incident_id", "user_id"))


def held_capacities(user: User, *, leads: bool) -> set[str]:
    """The capacities in which `user` may approve; leading the incident adds the crisis lead's."""
    if not user.is_active or user.site_role != SiteRole.APPROVER:
        return set()
    return set(user.capacities) | ({str(CrisisRole.CRISIS_LEAD)} if leads else set())


def live_approvals(revision: Revision | None) -> list[Approval]:
    """Approvals of exactly these words that nothing has voided since."""
    if revision is None:
        return []
    return [
        approval
        for approval in revision.approvals.all()
        if approval.is_live and approval.content_hash == revision.content_hash
    ]


def missing_capacities(response: Response, incident: Incident) -> list[CrisisRole]:
    """Which capacities have still to say yes to the current revision."""
    given = {approval.capacity for approval in live_approvals(response.current)}
    return [capacity for capacity in required_capacities(response.kind, incident) if capacity not in given]


def wrote(user: User, response: Response) -> bool:
    """Did `user` start this text or write any of its revisions? Then somebody else must approve it."""
    return response.author_id == user.pk or any(
        revision.author_id == user.pk for revision in response.revisions.all()
    )


def has_approved(user: User, response: Response) -> bool:
    """Does a yes of `user` count for the words as they stand?"""
    return any(approval.approver_id == user.pk for approval in live_approvals(response.current))


def why_not_approve(
    user: User, response: Response, incident: Incident, *, capacity: str = "", leads: bool | None = None
) -> Reason | None:
    """The one place that decides whether `user` may say yes to `response` now; None means: may.

    Without `capacity` the question is whether any missing capacity is theirs to fill.
    """
    held = held_capacities(
        user, leads=(incident.pk, user.pk) in leads_of([incident.pk]) if leads is None else leads
    )
    if not held:
        return _("Only approvers decide on statements. You can read it here.")
    if wrote(user, response):
        return _("You wrote a part of this text. Somebody else has to approve it.")
    if locked := why_locked(response.kind, incident):
        return locked
    missing = missing_capacities(response, incident)
    if not missing and has_approved(user, response):
        return _("You have approved this text already.")
    if response.state not in (ResponseState.IN_REVIEW, ResponseState.APPROVED) or not missing:
        return _("This text does not wait for an approval now.")
    if has_approved(user, response):
        return _("You have approved this text already; the other capacities need other people.")
    if capacity and capacity not in missing:
        return _("This text does not need an approval in that capacity.")
    if not held & ({capacity} if capacity else set(missing)):
        return _("You do not hold the capacity that still has to approve: %(capacities)s.") % {
            "capacities": ", ".join(str(CrisisRole(missed).label) for missed in missing)
        }
    return None


def why_locked(kind: str, incident: Incident) -> Reason | None:
    """After stand-down nothing new is said in public, except a planned recovery post."""
    if kind == ResponseKind.RECOVERY:
        if incident.state == IncidentState.RESOLVED:
            return None
        return _(
            "A recovery post comes after stand-down: resolve the incident first, or choose another kind."
        )
    if incident.is_locked:
        return _(
            "This incident has stood down and is locked: nothing more is said in public. Reopen it with a reason."
        )
    return None


def text_problems(response: Response) -> list[Reason]:
    """What is wrong with the current words themselves, whoever approves them."""
    revision = response.current
    if revision is None:
        return [_("Write a text for at least one account.")]
    accounts = Account.objects.in_bulk([item["account"] for item in revision.renditions])
    problems: list[Reason] = []
    for item in revision.renditions:
        account = accounts[item["account"]]
        is_the_same = (account.full_name, account.platform) == (item["account_name"], item["platform"])
        if not (account.is_active and is_the_same and account.brand_id == response.incident.brand_id):
            problems.append(
                _(
                    "The account “%(account)s” was changed or is not in use. Save the text again for today's accounts."
                )
                % {"account": item["account_name"]}
            )
        if account.is_too_long(item["text"]):
            problems.append(
                _("%(account)s: %(count)s characters, %(limit)s fit. Shorten the text.")
                % {"account": account, "count": account.length(item["text"]), "limit": account.text_limit}
            )
    if revision.next_update_by and revision.next_update_by <= timezone.now():
        problems.append(_("The promised time of the next update has passed. Promise a later one."))
    return problems + claim_problems(revision)


def claim_problems(revision: Revision) -> list[Reason]:
    """Nothing unverified is stated as fact, nothing is refuted that has not been found false or misleading."""
    claims = Claim.objects.in_bulk([item["claim"] for item in revision.citations])
    problems: list[Reason] = []
    for item in revision.citations:
        claim = claims[item["claim"]]
        words = {"claim": claim.text, "verdict": claim.verdict_label}
        if item["stance"] == Stance.FACT and claim.verdict != Verdict.TRUE:
            problems.append(
                _("“%(claim)s” is stated as fact, but is not verified as true (%(verdict)s).") % words
            )
        if item["stance"] == Stance.REFUTED and claim.verdict not in (Verdict.FALSE, Verdict.MISLEADING):
            problems.append(
                _("“%(claim)s” is called wrong, but is not verified as false (%(verdict)s).") % words
            )
    return problems


def has_enough_sources(claim: Claim) -> bool:
    """May a verdict be given? One authoritative or two independent sources; rows that name the same source are one."""
    sources = {
        (kind, source.strip().casefold()) for kind, source in claim.evidence.values_list("kind", "source")
    }
    independent = {source for kind, source in sources if kind == SourceKind.INDEPENDENT}
    authoritative = any(kind == SourceKind.AUTHORITATIVE for kind, _source in sources)
    return authoritative or len(independent) >= INDEPENDENT_SOURCES_NEEDED


def leaves_people_waiting(response: Response, incident: Incident) -> bool:
    """Whatever is said in a crisis promises the next word, or says (to the team) why there will be none.

    Neither an answer to an issue (L4) nor a recovery post has to.
    """
    if response.kind == ResponseKind.RECOVERY or incident.level == Level.L4 or response.current is None:
        return False
    return not (response.current.next_update_by or response.current.no_update_reason)


def submission_problems(response: Response, incident: Incident) -> list[Reason]:
    """What must be settled before a text goes to the approvers, the tone checklist aside."""
    problems: list[Reason] = []
    if incident.level is None:
        problems.append(_("Triage the incident first: its level decides who approves."))
    if leaves_people_waiting(response, incident):
        problems.append(
            _("Say by when the next update comes: people wait for it. If none is planned, say why.")
        )
    return problems + text_problems(response)


def publishing_problems(response: Response, incident: Incident) -> list[Reason]:
    """Everything that must hold at the moment of publication; asked again inside the lock."""
    problems: list[Reason] = []
    if locked := why_locked(response.kind, incident):
        problems.append(locked)
    if response.state not in (ResponseState.APPROVED, ResponseState.PUBLISHED):
        problems.append(
            _("Only an approved text is published; this one is “%(state)s”.")
            % {"state": response.get_state_display()}
        )
    missing = missing_capacities(response, incident)
    if missing:
        problems.append(
            _("These words are not approved by: %(capacities)s.")
            % {"capacities": ", ".join(str(capacity.label) for capacity in missing)}
        )
    if response.current and response.current.computed_hash() != response.current.content_hash:
        problems.append(
            _("The stored words differ from what was approved. Do not publish; tell an administrator.")
        )
    if set(Tone.values) - set(response.checklist):
        problems.append(_("The tone checklist was not completed for these words."))
    if incident.scheduled_content == ScheduledContent.UNDECIDED and not incident.is_locked:
        problems.append(_("Decide first whether scheduled posts and advertising are paused."))
    return problems + text_problems(response)


model_permissions("responses", "account")
