"""Writing the sections, the cause, and who writes."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.forms import SharedTextForm
from common.pages import attempt, confirm, form_page, typed
from incidents.actions import change_situation
from people.access import SignedInRequest
from postmortems import actions
from postmortems.actions.lifecycle import missing
from postmortems.fetch import post_mortem_or_404, require
from postmortems.forms import AuthorForm, CauseForm, SectionForm
from postmortems.models import PostMortem
from postmortems.sections import BY_CODE, SECTIONS


def edit(request: SignedInRequest, pk: int, section: str) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    if section not in BY_CODE:
        raise Http404
    chosen = BY_CODE[section]
    form = SectionForm(typed(request), section=chosen, post_mortem=post_mortem)
    following = request.POST.get("next_section", "")
    sent = attempt(
        request,
        form,
        partial(actions.write, post_mortem=post_mortem, actor=request.user, section=section),
        then=reverse("postmortems:edit", args=[pk, following])
        if following in BY_CODE
        else f"{post_mortem.get_absolute_url()}#{section}",
        done=lambda changed: _what_was_saved(request, post_mortem, form, changed),
    )
    if sent.answer:
        return sent.answer
    left = missing(post_mortem)
    codes = [each.code for each in SECTIONS]
    after = codes.index(section) + 1
    context = {
        "post_mortem": post_mortem,
        "section": chosen,
        "sections": [(each, sum(name in left for name in each.fields)) for each in SECTIONS],
        "form": form,
        "following": SECTIONS[after] if after < len(SECTIONS) else None,
    }
    return render(request, "postmortems/edit.html", context, status=sent.status)


def _what_was_saved(
    request: SignedInRequest, post_mortem: PostMortem, form: SharedTextForm, changed: list[str]
) -> str:
    """Also tells what somebody else changed meanwhile, so that nobody is surprised by words they did not write."""
    stored = PostMortem.objects.select_related("last_editor").get(pk=post_mortem.pk)
    others = [
        str(form.fields[name].label)
        for name in form.names
        if name not in changed
        and getattr(stored, name).strip() != form.before[name].replace("\r\n", "\n").strip()
    ]
    if others:
        messages.info(
            request,
            _("Somebody else changed this while you were writing; their text is kept: %(fields)s.")
            % {"fields": ", ".join(others)},
        )
    elif not changed:
        messages.info(request, _("Nothing was changed."))
    return _("Saved.") if changed else ""


def cause(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    return form_page(
        request,
        "postmortems/cause.html",
        CauseForm(typed(request), incident=post_mortem.incident),
        partial(change_situation, incident=post_mortem.incident, actor=request.user),
        then=f"{post_mortem.get_absolute_url()}#causes",
        done=_("The cause is recorded."),
        post_mortem=post_mortem,
        cancel_url=f"{post_mortem.get_absolute_url()}#causes",
    )


def author(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    return confirm(
        request,
        partial(actions.change_author, post_mortem=post_mortem, actor=request.user),
        title=_("Who writes the post-mortem?"),
        text=_("%(person)s writes it now. The new author is told.") % {"person": post_mortem.author},
        consequences=[
            _("Neither the author nor the person who hands it over or edits it last can approve it.")
        ],
        label=_("Change the author"),
        form=AuthorForm(typed(request), post_mortem=post_mortem),
        back=post_mortem,
        done=lambda changed: _("%(person)s writes the post-mortem now.") % {"person": changed.author},
    )
