"""Writing the text, together and without losing anybody's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from incidents.merging import merge
from journal.models import Urgency
from people.models import User
from postmortems.actions.locking import lock, mark_edited, note, require, require_draft
from postmortems.models import PostMortem
from postmortems.rules import sees
from postmortems.sections import BY_CODE, label_of


@transaction.atomic
def write(
    *, post_mortem: PostMortem, actor: User, section: str, before: Mapping[str, str], after: Mapping[str, str]
) -> list[str]:
    """Write one section. `before` is what the writer saw, `after` what they made of it; returns the changed fields.

    Fields that only somebody else changed keep the other's text. Raises Conflict, with the other's text, for a field
    that both changed; nothing is stored then.
    """
    post_mortem = lock(post_mortem.pk)
    require(actor, "postmortems.write", post_mortem)
    require_draft(post_mortem)
    tidy = {name: text.replace("\r\n", "\n").strip() for name, text in after.items()}
    changed = merge(post_mortem, BY_CODE[section].fields, before, tidy)
    if changed:
        mark_edited(post_mortem, actor, *changed)
        labels = ", ".join(label_of(name) for name in changed)
        note(post_mortem, "postmortem.written", actor, anchor=f"#{section}", fields=labels, changes=changed)
    return list(changed)


@transaction.atomic
def change_author(*, post_mortem: PostMortem, actor: User, author: User) -> PostMortem:
    """Give the writing to somebody else. Whoever hands it over, and whoever wrote it until now, cannot approve it."""
    post_mortem = lock(post_mortem.pk)
    require(actor, "postmortems.write", post_mortem)
    require_draft(post_mortem)
    if not author.has_perm("people.work") or not sees(author, post_mortem):
        raise Invalid(
            _("%(person)s cannot write here. Choose somebody who works on this incident.")
            % {"person": author}
        )
    if author == post_mortem.author:
        raise Invalid(_("%(person)s is the author already.") % {"person": author})
    earlier = post_mortem.author
    post_mortem.author = author
    post_mortem.writers.add(earlier)
    mark_edited(post_mortem, actor, "author")
    note(
        post_mortem,
        "postmortem.author_changed",
        actor,
        audience={author, earlier},
        urgency=Urgency.SOON,
        author=str(author),
        earlier=str(earlier),
    )
    return post_mortem
