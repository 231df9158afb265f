"""The admin site edits accounts. Everything that the seal covers is only shown there: actions alone change it."""

from __future__ import annotations

from django.contrib import admin

from incidents.admin import ReadOnlyAdmin
from responses.models import Account, Approval, Publication, Response, Revision


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):
    list_display = ("name", "brand", "platform", "handle", "text_limit", "is_active")
    list_filter = ("brand", "platform", "is_active")
    search_fields = ("name", "handle")


@admin.register(Response)
class ResponseAdmin(ReadOnlyAdmin):
    list_display = ("title", "incident", "kind", "state", "author", "submitted_at", "published_at")
    list_filter = ("state", "kind")
    search_fields = ("title",)


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    incident_path = "response__incident"
    list_display = ("response", "number", "author", "created_at", "content_hash")


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    incident_path = "revision__response__incident"
    list_display = ("revision", "capacity", "approver", "decision", "at", "voided_at")
    list_filter = ("decision", "capacity")


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    incident_path = "response__incident"
    list_display = ("response", "account", "url", "published_at", "recorded_by")
