"""Writing the sections, the cause, and who writes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from common.errors import ActionRefused, Conflict
from incidents.actions import change_situation
from people.access import SignedInRequest
from postmortems import actions
from postmortems.access import post_mortem_or_404, require
from postmortems.actions.lifecycle import missing
from postmortems.forms import AuthorForm, CauseForm, SectionForm, SharedTextForm
from postmortems.models import PostMortem
from postmortems.sections import BY_CODE, SECTIONS


def edit(request: SignedInRequest, pk: int, section: str) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    if section not in BY_CODE:
        raise Http404
    chosen = BY_CODE[section]
    form: SharedTextForm = SectionForm(request.POST or None, section=chosen, post_mortem=post_mortem)
    left = missing(post_mortem)
    sections = [(each, sum(name in left for name in each.fields)) for each in SECTIONS]
    context = {"post_mortem": post_mortem, "section": chosen, "sections": sections, "clashes": []}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.write(
                post_mortem=post_mortem,
                actor=request.user,
                section=section,
                before=form.before,
                after=form.after,
            )
        except Conflict as conflict:
            context["clashes"] = _clashes(form, conflict.theirs)
            form, status = form.having_seen(conflict.theirs), conflict.status
        except ActionRefused as refused:
            form.add_error(None, str(refused))
            status = refused.status
        else:
            _say_what_was_saved(request, post_mortem, form, changed)
            following = request.POST.get("next_section", "")
            if following in BY_CODE:
                return redirect("postmortems:edit", pk=pk, section=following)
            return redirect(f"{post_mortem.get_absolute_url()}#{section}")
    codes = [each.code for each in SECTIONS]
    after = codes.index(section) + 1
    context |= {"form": form, "following": SECTIONS[after] if after < len(SECTIONS) else None}
    return render(request, "postmortems/edit.html", context, status=status)


def _clashes(form: SharedTextForm, theirs: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(str(form.fields[name].label), text, form.cleaned_data[name]) for name, text in theirs.items()]


def _say_what_was_saved(
    request: SignedInRequest, post_mortem: PostMortem, form: SharedTextForm, changed: list[str]
) -> None:
    """Also what somebody else changed meanwhile, so that nobody is surprised by words they did not write."""
    stored = PostMortem.objects.select_related("last_editor").get(pk=post_mortem.pk)
    others = [
        str(form.fields[name].label)
        for name in form.names
        if name not in changed
        and getattr(stored, name).strip() != form.before[name].replace("\r\n", "\n").strip()
    ]
    if changed:
        messages.success(request, _("Saved."))
    elif not others:
        messages.info(request, _("Nothing was changed."))
    if others:
        messages.info(
            request,
            _("Somebody else changed this while you were writing; their text is kept: %(fields)s.")
            % {"fields": ", ".join(others)},
        )


def cause(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    form: SharedTextForm = CauseForm(request.POST or None, incident=post_mortem.incident)
    clashes: list[tuple[str, str, str]] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            change_situation(
                incident=post_mortem.incident, actor=request.user, before=form.before, after=form.after
            )
        except Conflict as conflict:
            clashes = _clashes(form, conflict.theirs)
            form, status = form.having_seen(conflict.theirs), conflict.status
        except ActionRefused as refused:
            form.add_error(None, str(refused))
            status = refused.status
        else:
            messages.success(request, _("The cause is recorded."))
            return redirect(f"{post_mortem.get_absolute_url()}#causes")
    context = {"post_mortem": post_mortem, "form": form, "clashes": clashes}
    return render(request, "postmortems/cause.html", context, status=status)


def author(request: SignedInRequest, pk: int) -> HttpResponse:
    post_mortem = post_mortem_or_404(request, pk)
    require(request, "postmortems.write", post_mortem)
    form = AuthorForm(request.POST or None, post_mortem=post_mortem)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_author(
                post_mortem=post_mortem, actor=request.user, author=form.cleaned_data["author"]
            )
        except ActionRefused as refused:
            form.add_error(None, str(refused))
            status = refused.status
        else:
            messages.success(
                request, _("%(person)s writes the post-mortem now.") % {"person": form.cleaned_data["author"]}
            )
            return redirect(post_mortem)
    context = {
        "confirm_title": _("Who writes the post-mortem?"),
        "confirm_text": _("%(person)s writes it now. The new author is told.")
        % {"person": post_mortem.author},
        "consequences": [_("Neither the author nor whoever hands it over or edits last can approve it.")],
        "confirm_label": _("Change the author"),
        "cancel_url": post_mortem.get_absolute_url(),
        "form": form,
    }
    return render(request, "_confirm.html", context, status=status)
