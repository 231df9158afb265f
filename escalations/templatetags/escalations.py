"""What only the pages about alerts draw."""

from django import template
from django.utils.functional import Promise

from escalations.models import Policy
from escalations.preview import span
from escalations.purposes import Purpose
from escalations.recipient_codes import Group

register = template.Library()


@register.simple_tag
def ticked(group: Group, chosen: list[str]) -> list[str | Promise]:
    """The labels of those of a group that are chosen."""
    return [label for code, label in group.choices if code in chosen]


@register.filter
def level_name(purpose: Purpose, level: int) -> str | Promise:
    """“L2”, or what takes its place where the purpose has no levels of its own."""
    return purpose.level_names.get(level, f"L{level}")


@register.filter
def target(policy: Policy) -> str:
    """The target of a policy as people say it."""
    return span(policy.minutes * 60)
