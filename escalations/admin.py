from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from escalations import purposes
from escalations.forms import PolicyForm, StepForm, StepFormSet
from escalations.models import Policy, PolicyStep


class StepInline(admin.TabularInline):
    model = PolicyStep
    form = StepForm
    formset = StepFormSet
    extra = 0
    min_num = 1
    verbose_name_plural = _("What happens when the time has passed and nobody has acted")


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):
    """Targets and escalation steps. A clock that runs already keeps the steps that it started with."""

    form = PolicyForm
    inlines = [StepInline]
    list_display = ["purpose_label", "level", "minutes", "steps_in_words"]
    list_filter = ["level"]
    fieldsets = [
        (
            None,
            {
                "fields": ["purpose", "level", "minutes"],
                "description": _(
                    "A change counts for clocks that start from now on; running ones stay as they are."
                ),
            },
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Policy | None = None) -> list[str]:
        return ["purpose_label", "level"] if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Policy | None = None) -> list:
        (title, options), *_more = self.fieldsets
        fields = ["purpose_label" if obj else "purpose", "level", "minutes"]
        return [(title, {**options, "fields": fields})]

    @admin.display(description=_("purpose"), ordering="purpose")
    def purpose_label(self, policy: Policy) -> str | Promise:
        return purposes.get(policy.purpose).label

    @admin.display(description=_("steps"))
    def steps_in_words(self, policy: Policy) -> str:
        return " → ".join(f"×{step.times_target:g} {', '.join(step.tell)}" for step in policy.steps.all())

    def get_queryset(self, request: HttpRequest):  # type: ignore[no-untyped-def]
        return super().get_queryset(request).prefetch_related("steps")
