from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from incidents.actions import schedule_review
from incidents.models import Incident, Playbook, PlaybookStep


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows what belongs to incidents that the administrator may see, and changes nothing: only actions do."""

    incident_path = "incident"  # from the row

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visible = Incident.objects.visible_to(request.user)  # type: ignore[arg-type]
        return super().get_queryset(request).filter(**{f"{self.incident_path}__in": visible})

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("people.administer"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StepInline(admin.TabularInline):
    model = PlaybookStep
    fields = ["position", "role", "text", "target_minutes", "done_by"]
    extra = 1


@admin.register(Playbook)
class PlaybookAdmin(admin.ModelAdmin):
    """A playbook with its own steps. Incidents that run already keep the tasks that they began with."""

    list_display = ["name", "slug", "review_due_on"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [StepInline]

    def save_model(self, request: HttpRequest, obj: Playbook, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or "review_due_on" in form.changed_data:
            schedule_review(obj)


@admin.register(PlaybookStep)
class CommonStepAdmin(admin.ModelAdmin):
    """The opening and closing steps that all playbooks share."""

    list_display = ["text", "phase", "position", "role", "target_minutes"]
    fields = ["phase", "position", "role", "text", "target_minutes", "done_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlaybookStep]:
        return super().get_queryset(request).filter(playbook__isnull=True)
