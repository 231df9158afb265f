from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from people.forms import zone_choices
from people.models import Brand, CrisisRole, User
from people.signals import person_changed


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

    def log_addition(self, request: HttpRequest, person: User, message: Any) -> Any:
        person_changed.send(sender=User, person=person, actor=request.user, fields=["email"])
        return super().log_addition(request, person, message)

    def log_change(self, request: HttpRequest, person: User, message: Any) -> Any:
        fields = [name for item in message for name in item.get("changed", {}).get("fields", [])]
        person_changed.send(sender=User, person=person, actor=request.user, fields=fields)
        return super().log_change(request, person, message)


@admin.register(Brand)
class BrandAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
