from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.utils.translation import gettext_lazy as _

from people.forms import zone_choices
from people.models import CrisisRole, DutyShift, User


class PersonForm(UserChangeForm):
    capacities = forms.MultipleChoiceField(
        label=_("Approves for"),
        choices=CrisisRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Counts only together with the site role “approver”."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=zone_choices(self.instance.time_zone)
        )


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonForm
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
