from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from people.models import DutyShift, User


@admin.register(User)
class PersonAdmin(UserAdmin):
    ordering = ["name"]
    list_display = ["name", "email", "site_role", "department", "is_active"]
    list_filter = ["site_role", "is_active"]
    search_fields = ["name", "email"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "department", "is_active"]}),
        (_("What this person may do"), {"fields": ["site_role", "capacities"]}),
        (_("How they read"), {"fields": ["language", "time_zone"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "site_role", "password1", "password2"]})]


@admin.register(DutyShift)
class DutyShiftAdmin(admin.ModelAdmin):
    list_display = ["role", "user", "starts_at", "ends_at"]
    list_filter = ["role"]
