"""Escalation policies: the pages on which administrators set them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.errors import Conflict
from common.pages import attempt
from escalations import purposes
from escalations.forms import PolicyForm, StepFormSet, rearranged, typed_policy, typed_steps
from escalations.models import Policy, PolicyStep
from escalations.policies import change_policy, every_policy, facts_of, version_of
from escalations.preview import Line, preview, words_of
from escalations.purposes import Purpose
from escalations.recipient_codes import Wording, groups
from people.access import SignedInRequest, requires

FIRST_STEP: dict[str, Any] = {"times_target": "1.0", "tell": [], "repeats": 0, "repeat_minutes": 5}


@require_safe
@requires("people.administer")
def policies(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    rows = every_policy()
    words = words_of([policy for _purpose, levels in rows for _level, policy in levels if policy], now)
    shown = [
        (purpose, [(level, policy, words.get(policy.pk) if policy else None) for level, policy in levels])
        for purpose, levels in rows
    ]
    return render(
        request,
        "escalations/policies.html",
        {"purposes": shown, "now": now, "opened": request.GET.get("open")},
    )


@requires("people.administer")
def policy(request: SignedInRequest, purpose: str, level: int) -> HttpResponse:
    about = _purpose_or_404(purpose, level)
    stored = Policy.objects.prefetch_related("steps").filter(purpose=purpose, level=level).first()
    page = _Page(request, about, level)
    if request.method != "POST":
        return page.show(_form_of(stored), facts=facts_of(stored) if stored else None)
    if (what := request.POST.get("do", "save")) not in ("save", "preview"):
        steps = _unbound(rearranged(typed_steps(request.POST), what))
        return page.show(PolicyForm(initial=typed_policy(request.POST), steps=steps))
    form = PolicyForm(request.POST, steps=_bound(request))
    if what == "preview":
        facts = form.facts if form.is_valid() else None
        return page.show(form, facts=facts, only_preview=bool(request.htmx))  # type: ignore[attr-defined]
    sent = attempt(
        request,
        form,
        partial(change_policy, actor=request.user, purpose=purpose, level=level),
        then=f"{reverse('escalations:policies')}?open={purpose}#{purpose}",
        done=_("Saved. It counts for deadlines that start from now on; running ones stay as they are."),
    )
    if sent.answer:
        return sent.answer
    facts, theirs = form.facts if sent.refusal else None, None
    if isinstance(sent.refusal, Conflict):
        # Whoever saves again has seen the other version, and replaces it.
        form = PolicyForm({**request.POST.dict(), "seen": version_of(stored)}, steps=form.steps)
        theirs = sent.refusal.theirs
    return page.show(form, facts=facts, theirs=theirs, status=sent.status)


def _purpose_or_404(code: str, level: int) -> Purpose:
    try:
        purpose = purposes.get(code)
    except KeyError:
        raise Http404 from None
    if purpose.level_names and level not in purpose.level_names:
        raise Http404
    return purpose


def _form_of(stored: Policy | None) -> PolicyForm:
    facts: dict[str, Any] = facts_of(stored) if stored else {"minutes": 60, "steps": [FIRST_STEP]}
    return PolicyForm(initial={**facts, "seen": version_of(stored)}, steps=_unbound(facts["steps"]))


def _unbound(steps: list[dict[str, Any]]) -> Any:
    return StepFormSet(initial=steps, form_kwargs=_form_kwargs(steps))


def _bound(request: SignedInRequest) -> Any:
    return StepFormSet(request.POST, form_kwargs=_form_kwargs(typed_steps(request.POST)))


def _form_kwargs(steps: list[dict[str, Any]]) -> dict[str, Any]:
    # A step that was added is looked at even when nothing was typed into it: it would tell nobody.
    return {"groups": groups(code for step in steps for code in step["tell"]), "empty_permitted": False}


@dataclass(frozen=True)
class _Page:
    request: SignedInRequest
    about: Purpose
    level: int

    def show(
        self,
        form: PolicyForm,
        *,
        facts: dict[str, Any] | None = None,
        theirs: dict[str, Any] | None = None,
        only_preview: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        """The form, and what `facts` would do in plain words; beside them `theirs`, what somebody else stored."""
        context = {
            "about": self.about,
            "level": self.level,
            "form": form,
            "steps": form.steps,
            "now": timezone.now(),
            "lines": self._lines(facts) if facts else None,
            "theirs": self._lines(theirs) if theirs else None,
        }
        template = "escalations/_preview.html" if only_preview else "escalations/policy.html"
        return render(self.request, template, context, status=status)

    def _lines(self, facts: dict[str, Any]) -> list[Line]:
        policy = Policy(level=self.level, minutes=facts["minutes"], working_days=facts["working_days"])
        steps = [
            PolicyStep(**{**step, "times_target": Decimal(step["times_target"])}).frozen(policy.minutes)
            for step in facts["steps"]
        ]
        wording = Wording(code for step in steps for code in step["tell"])
        return preview(policy, steps, timezone.now(), wording)
