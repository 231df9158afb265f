"""What every page draws the same way: `{% load ui %}`.

Levels, states, countdowns, moments, people, differences, figures and icons are drawn here and nowhere else.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from django import template
from django.forms import BaseForm, BoundField
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from lucide.templatetags.lucide import lucide

from common.forms import summary_title
from common.levels import Level
from common.prose import Difference, compare, render_markdown
from common.times import absolute, countdown_to, countdown_words, relative

register = template.Library()


class Person(Protocol):
    """Whoever is drawn with a name and its initials."""

    @property
    def initials(self) -> str: ...


TONE_ICONS = {
    "neutral": "circle",
    "attention": "circle-alert",
    "overdue": "circle-alert",
    "good": "circle-check",
    "stopped": "circle-slash",
}


@lru_cache(maxsize=256)
def _drawn(name: str, size: int) -> SafeString:
    attributes = {"class": "icon", "aria_hidden": "true", "focusable": "false"}
    return mark_safe(lucide(name, size=size, **attributes))  # noqa: S308 - drawings that come with the package


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """A lucide icon, `size` in px, hidden from screen readers: a word always stands beside it."""
    return _drawn(str(name), size)


@register.simple_tag
def level_chip(level: int | str | None) -> SafeString:
    """A severity level, 1 to 4; None or 0 is "not triaged"."""
    if not level:
        return format_html('<span class="level level-none">{}</span>', gettext("not triaged"))
    number = int(level)
    short, _space, word = str(Level(number).label).partition(" ")
    return format_html('<span class="level level-{}"><b>{}</b> {}</span>', number, short, word)


@register.simple_tag
def state_chip(label: str, tone: str = "neutral") -> SafeString:
    """The state of something; tone is neutral, attention (somebody must act), overdue (too late), good or stopped."""
    return format_html('<span class="state state-{}">{}{}</span>', tone, _drawn(TONE_ICONS[tone], 14), label)


@register.simple_tag
def countdown(due_at: datetime | None, label: str = "") -> SafeString:
    """A deadline counting down, right without JavaScript, ticking with it; absolute time on focus or hover.

    It turns amber 15 minutes and red 5 minutes before `due_at`, and says "overdue by ..." after it.
    """
    if due_at is None:
        return format_html('<span class="countdown is-none">{} {}</span>', label, gettext("no deadline"))
    left = countdown_to(due_at)
    return format_html(
        '<time class="countdown when is-{}" datetime="{}" data-countdown tabindex="0">{}{}'
        '<span class="countdown-left" data-countdown-text>{}</span><span class="when-abs">{}</span></time>',
        left.urgency,
        due_at.isoformat(),
        _drawn("timer", 15),
        format_html('<span class="countdown-label">{}</span> ', label) if label else "",
        left.text,
        absolute(due_at),
    )


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """When something happened or will: relative; absolute in the reader's zone on focus or hover."""
    if at is None:
        return format_html('<span class="when is-none">{}</span>', gettext("not yet"))
    return format_html(
        '<time class="when" datetime="{}" data-moment tabindex="0"><span data-moment-text>{}</span>'
        '<span class="when-abs">{}</span></time>',
        at.isoformat(),
        relative(at),
        absolute(at),
    )


@register.filter
def in_words(at: datetime | None) -> str:
    """The absolute time alone, with its zone, where nothing can be hovered: exports, attributes, e-mail."""
    return absolute(at) if at else ""


@register.simple_tag
def person(user: Person | None, nobody: str = "") -> SafeString:
    """Initials and name; without a person the word given as `nobody`."""
    if not user:  # also what a template makes of a name that leads nowhere, such as leads.0.user
        return format_html(
            '<span class="person is-nobody"><span class="avatar" aria-hidden="true">?</span>{}</span>',
            nobody or gettext("nobody yet"),
        )
    return format_html(
        '<span class="person"><span class="avatar" aria-hidden="true">{}</span>'
        '<span class="person-name">{}</span></span>',
        user.initials,
        str(user),
    )


@register.simple_tag
def person_list(users: Iterable[Person], nobody: str = "", most: int | None = None) -> SafeString:
    """Several people, one after the other; after the first `most` of them only how many more there are."""
    listed = list(users)
    drawn = [person(user) for user in listed[:most]] or [person(None, nobody)]
    if more := len(listed[most:]) if most else 0:
        drawn.append(escape(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}))
    return format_html('<span class="person-list">{}</span>', mark_safe(" ".join(drawn)))  # noqa: S308


@register.inclusion_tag("ui/diff.html")
def diff(old: str, new: str, old_label: str = "", new_label: str = "") -> dict[str, Any]:
    """Two versions of a text side by side, every difference marked by a sign and by colour."""
    found: Difference = compare(old, new)
    return {
        "difference": found,
        "summary": ngettext("%(n)d change", "%(n)d changes", found.changes) % {"n": found.changes}
        if found.changes
        else gettext("No difference"),
        "old_label": old_label or gettext("Before"),
        "new_label": new_label or gettext("After"),
    }


@register.inclusion_tag("ui/figure.html")
def figure(value: object, unit: str = "", label: str = "", hint: str = "") -> dict[str, object]:
    """A figure with its unit and what it counts; None is "n/a"."""
    return {"value": value, "unit": unit, "label": label, "hint": hint}


@register.simple_tag
def markdown(text: str | None) -> SafeString:
    """Markdown written by people, as safe HTML."""
    return format_html('<div class="prose">{}</div>', render_markdown(text or ""))


@register.simple_tag
def statement(text: str | None) -> SafeString:
    """Words that go out or went out, exactly as typed, line breaks and all."""
    return format_html('<p class="statement">{}</p>', text or "")


@register.simple_tag
def words_for_script() -> str:
    """The translated words that desk.js needs, as JSON for an attribute."""
    return json.dumps(countdown_words(), ensure_ascii=False)


def _target(field: BoundField) -> str:
    """The id to which a line about `field` leads: of a group of boxes its first; nothing for what nobody sees."""
    if field.is_hidden:
        return ""
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id


@register.inclusion_tag("ui/form_errors.html")
def form_errors(*forms: BaseForm) -> dict[str, object]:
    """One summary of everything wrong in the forms, each line a link to its field; of a conflict both versions."""
    lines = []
    clashes = [clash for form in forms for clash in getattr(form, "clashes", ())]
    for form in forms:
        lines += [{"text": error, "target": ""} for error in form.non_field_errors()]
        for field in form:
            lines += [
                {"label": field.label, "text": error, "target": _target(field)} for error in field.errors
            ]
    title = next(filter(None, map(summary_title, forms)), "")
    return {"title": title, "lines": lines, "clashes": clashes}
