from __future__ import annotations

import zoneinfo
from collections import defaultdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.forms import Form
from people.models import User

# Only places to live in: aliases such as "US/Pacific" and offsets such as "Etc/GMT+3" confuse more than they help.
REGIONS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}

ZoneChoices = list[tuple[object, list[tuple[str, str]]]]


@lru_cache(maxsize=1)
def _zones() -> dict[str, list[zoneinfo.ZoneInfo]]:
    """The zones of each region; reading all their files takes longer than the rest of a page."""
    by_region: dict[str, list[zoneinfo.ZoneInfo]] = defaultdict(list)
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, place = name.partition("/")
        if region in REGIONS and place:
            by_region[region].append(zoneinfo.ZoneInfo(name))
    return by_region


def zone_choices(chosen: str = "") -> ZoneChoices:
    """Time zones grouped by region, each with its offset from UTC today; `chosen` is always among them."""
    now = datetime.now(UTC)
    first = [
        "UTC",
        *([chosen] if chosen and chosen.partition("/")[0] not in REGIONS and chosen != "UTC" else []),
    ]
    groups: ZoneChoices = [(_("Universal time"), [(name, name) for name in first])]
    for region, label in REGIONS.items():
        zones = _zones().get(region, [])
        groups.append((label, [(zone.key, _zone_label(zone, now)) for zone in zones]))
    return groups


def _zone_label(zone: zoneinfo.ZoneInfo, now: datetime) -> str:
    offset = now.astimezone(zone).strftime("%z")
    place = zone.key.partition("/")[2].replace("_", " ").replace("/", ", ")
    return f"{place} (UTC{offset[:3]}:{offset[3:5]})"


class PreferencesForm(Form):
    """What a person may change about themselves; everything else an administrator decides."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("How colleagues see you in the record.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("For the pages and for the e-mails that you get."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial", {name: getattr(user, name) for name in ("name", "language", "time_zone")}
        )
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=zone_choices(user.time_zone),
            help_text=_("Every time on the pages is shown in this zone, with its name."),
        )
