"""The admin site shows post-mortems and changes none: they carry a status, and only actions write one."""

from __future__ import annotations

from django.contrib import admin

from incidents.admin import ReadOnlyAdmin
from postmortems.models import CorrectiveAction, Lesson, PostMortem


@admin.register(PostMortem)
class PostMortemAdmin(ReadOnlyAdmin):
    list_display = ("incident", "state", "author", "approved_by", "approved_at")
    list_filter = ("state",)


@admin.register(Lesson)
class LessonAdmin(ReadOnlyAdmin):
    incident_path = "post_mortem__incident"
    list_display = ("text", "state", "post_mortem")
    list_filter = ("state",)


@admin.register(CorrectiveAction)
class CorrectiveActionAdmin(ReadOnlyAdmin):
    incident_path = "post_mortem__incident"
    list_display = ("title", "state", "owner", "due_on", "verifier", "post_mortem")
    list_filter = ("state",)
