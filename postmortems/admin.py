"""The admin site shows post-mortems and changes none: they carry a status, and only actions write one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from incidents.models import Incident
from postmortems.models import CorrectiveAction, Lesson, PostMortem


class ShownOnly(admin.ModelAdmin):
    """Read only, and only what belongs to incidents that the administrator may see."""

    incident_path = "post_mortem__incident"

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


@admin.register(PostMortem)
class PostMortemAdmin(ShownOnly):
    incident_path = "incident"
    list_display = ("incident", "state", "author", "approved_by", "approved_at")
    list_filter = ("state",)


@admin.register(Lesson)
class LessonAdmin(ShownOnly):
    list_display = ("text", "state", "post_mortem")
    list_filter = ("state",)


@admin.register(CorrectiveAction)
class CorrectiveActionAdmin(ShownOnly):
    list_display = ("title", "state", "owner", "due_on", "verifier", "post_mortem")
    list_filter = ("state",)
