import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

# Names that are no place; everything else is "Continent/City", which people recognise.
_NOT_A_PLACE = ("Etc/", "SystemV/", "posix/", "right/")


def _zones(current: str) -> list[tuple[str, str]]:
    """UTC, every place, and the `current` zone even if an administrator entered one that is no place."""
    places = {name for name in zoneinfo.available_timezones() if "/" in name}
    names = {name for name in places if not name.startswith(_NOT_A_PLACE)} | {current}
    return [("UTC", "UTC")] + [(name, name.replace("_", " ")) for name in sorted(names - {"UTC"})]


class PreferencesForm(forms.Form):
    """How somebody reads the desk."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, current_zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=_zones(current_zone),
            help_text=_("Every time on every page is shown in this zone, with its name beside it."),
        )
