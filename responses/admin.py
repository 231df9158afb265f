"""The admin site edits accounts. Everything that the seal covers is only shown there: actions alone change it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from incidents.models import Incident
from responses.models import Account, Approval, Publication, Response, Revision


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):
    list_display = ("name", "brand", "platform", "handle", "text_limit", "is_active")
    list_filter = ("brand", "platform", "is_active")
    search_fields = ("name", "handle")


class SealedAdmin(admin.ModelAdmin):
    """Read only, and only what belongs to incidents that the administrator may see."""

    incident_path = "incident"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visible = Incident.objects.visible_to(request.user)  # type: ignore[arg-type]
        return super().get_queryset(request).filter(**{f"{self.incident_path}__in": visible})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Response)
class ResponseAdmin(SealedAdmin):
    list_display = ("title", "incident", "kind", "state", "author", "submitted_at", "published_at")
    list_filter = ("state", "kind")
    search_fields = ("title",)


@admin.register(Revision)
class RevisionAdmin(SealedAdmin):
    incident_path = "response__incident"
    list_display = ("response", "number", "author", "created_at", "content_hash")


@admin.register(Approval)
class ApprovalAdmin(SealedAdmin):
    incident_path = "revision__response__incident"
    list_display = ("revision", "capacity", "approver", "decision", "at", "voided_at")
    list_filter = ("decision", "capacity")


@admin.register(Publication)
class PublicationAdmin(SealedAdmin):
    incident_path = "response__incident"
    list_display = ("response", "account", "url", "published_at", "recorded_by")
