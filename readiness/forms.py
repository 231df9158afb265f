from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import CrisisRole, SiteRole, User
from people.times import validate_moment


class LocalTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ShiftForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=CrisisRole)
    user = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose a person")
    )
    starts_at = forms.DateTimeField(label=_("From"), widget=LocalTimeInput(), validators=[validate_moment])
    ends_at = forms.DateTimeField(label=_("Until"), widget=LocalTimeInput(), validators=[validate_moment])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Readers could not act on an alert.
        person = cast(forms.ModelChoiceField, self.fields["user"])
        person.queryset = User.objects.filter(is_active=True).exclude(site_role=SiteRole.READER)
        zone = timezone.get_current_timezone_name()
        for name in ("starts_at", "ends_at"):
            self.fields[name].help_text = _("Time in %(zone)s.") % {"zone": zone}
