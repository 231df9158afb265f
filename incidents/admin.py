from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from incidents.models import Brand, Playbook, PlaybookStep


@admin.register(Brand)
class BrandAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}


class StepInline(admin.TabularInline):
    model = PlaybookStep
    fields = ["position", "role", "text", "target_minutes"]
    extra = 1


@admin.register(Playbook)
class PlaybookAdmin(admin.ModelAdmin):
    """A playbook with its own steps. Incidents that run already keep the tasks that they began with."""

    list_display = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [StepInline]


@admin.register(PlaybookStep)
class CommonStepAdmin(admin.ModelAdmin):
    """The opening and closing steps that all playbooks share."""

    list_display = ["text", "phase", "position", "role", "target_minutes"]
    fields = ["phase", "position", "role", "text", "target_minutes"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlaybookStep]:
        return super().get_queryset(request).filter(playbook__isnull=True)
