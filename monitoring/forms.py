from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput, Filter, Form
from incidents.models import Category
from monitoring.models import DismissalReason, ImportRun, Mention, Sensitivity, Sentiment, SignalState
from monitoring.understanding.sentiment import Label
from monitoring.understanding.worry_words import Worry
from people.models import Brand

UNRATED = "unrated"
ANY = "any"
LATEST = timedelta(days=7)
PERIODS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
# Platforms are what the newest posts name; asking all of them would read the whole table.
RECENT = 5000


class MentionFilter(Filter):
    """Narrows the list of mentions. Without a period it shows the seven days up to the newest mention."""

    q = forms.CharField(label=_("Words in the text"), required=False, max_length=100, min_length=2)
    brand = forms.ModelChoiceField(
        Brand.objects.all(), label=_("Brand"), required=False, empty_label=_("All")
    )
    platform = forms.ChoiceField(label=_("Platform"), required=False)
    sentiment = forms.ChoiceField(
        label=_("Sentiment"),
        required=False,
        choices=[("", _("All")), *Sentiment.choices, (UNRATED, _("Not rated"))],
    )
    estimate = forms.ChoiceField(
        label=_("Estimated"), required=False, choices=[("", _("All")), *Label.choices]
    )
    worry = forms.ChoiceField(
        label=_("Worry"), required=False, choices=[("", _("All")), (ANY, _("Any")), *Worry.choices]
    )
    period = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=[
            ("", _("Latest 7 days")),
            ("24h", _("Last 24 hours")),
            ("7d", _("Last 7 days")),
            ("30d", _("Last 30 days")),
            ("all", _("All")),
        ],
    )
    run = forms.ModelChoiceField(ImportRun.objects.all(), required=False, widget=forms.HiddenInput)
    since = forms.DateField(label=_("From"), required=False, widget=DayInput())
    until = forms.DateField(label=_("To"), required=False, widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        recent = Mention.objects.order_by("-posted_at", "-id").values("post__platform")[:RECENT]
        names = {row["post__platform"] for row in recent} | {
            str(self.data.get("platform", "")).replace("\0", "")[:32]
        }
        if settings.SENTIMENT_MODEL == "off":
            del self.fields["estimate"]
        platform = cast(forms.ChoiceField, self.fields["platform"])
        platform.choices = [("", _("All")), *((name, name) for name in sorted(names - {""}))]

    def clean(self) -> dict[str, Any]:
        wanted = super().clean() or self.cleaned_data
        since, until = wanted.get("since"), wanted.get("until")
        if since and until and since > until:
            self.add_error("since", _("“From” is after “To”. Choose an earlier day."))
            del wanted["until"]  # alone it would narrow to another period than was meant
        return wanted

    @property
    def is_set(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def narrow(self, mentions: QuerySet[Mention]) -> tuple[QuerySet[Mention], datetime, datetime]:
        """The mentions asked for, and the period that they span. A field that makes no sense is left out."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("brand"):
            mentions = mentions.filter(brand=wanted["brand"])
        if wanted.get("run"):
            mentions = mentions.filter(run=wanted["run"])
            wanted["period"] = wanted.get("period") or "all"
        if wanted.get("platform"):
            mentions = mentions.filter(post__platform=wanted["platform"])
        if wanted.get("sentiment"):
            mentions = mentions.filter(sentiment=wanted["sentiment"].replace(UNRATED, ""))
        if wanted.get("estimate"):  # where none is given: the two are never mixed
            mentions = mentions.filter(sentiment="", estimate=wanted["estimate"])
        if worry := wanted.get("worry"):
            mentions = mentions.exclude(worry="") if worry == ANY else mentions.filter(worry=worry)
        if wanted.get("q"):
            mentions = mentions.filter(post__text__icontains=wanted["q"])
        start, end = self._span(mentions, wanted)
        return mentions.filter(posted_at__gte=start, posted_at__lt=end), start, end

    def _span(self, mentions: QuerySet[Mention], wanted: dict[str, Any]) -> tuple[datetime, datetime]:
        now = timezone.now()
        since, until = wanted.get("since"), wanted.get("until")
        period = wanted.get("period")
        if not since and not until and period in PERIODS:
            return now - PERIODS[period], now
        newest = mentions.order_by("-posted_at").values_list("posted_at", flat=True).first() or now
        end = _midnight(until, plus_days=1) if until else newest + timedelta(seconds=1)
        if since:
            start = _midnight(since)
            return start, max(end, start + timedelta(days=1))
        if period == "all":
            oldest = mentions.order_by("posted_at").values_list("posted_at", flat=True).first() or end
            return min(oldest, end - timedelta(hours=1)), end
        return end - LATEST, end


def _midnight(day: date, plus_days: int = 0) -> datetime:
    """When a day begins in the reader's zone. Days outside of any network's life are moved to its edge."""
    kept = min(max(day, date(1995, 1, 1)), timezone.localdate() + timedelta(days=1))
    return timezone.make_aware(datetime.combine(kept + timedelta(days=plus_days), time.min))


class UploadForm(Form):
    file = forms.FileField(
        label=_("File"),
        error_messages={"empty": _("The file is empty: it has no bytes at all. Export it again.")},
        help_text=_(
            "CSV, Excel (XLSX), JSON, Atom or RSS, also in a ZIP. Nothing is stored before you have seen it."
        ),
    )
    brand = forms.ModelChoiceField(
        Brand.objects.all(), label=_("Brand"), required=False, empty_label=_("Decide in the preview")
    )

    @property
    def facts(self) -> dict[str, Any]:
        return {"upload": self.cleaned_data["file"], "brand": self.cleaned_data["brand"]}

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s, at most %(most)s are taken. Split it, or pack it with gzip."),
                params={"size": filesizeformat(file.size), "most": filesizeformat(settings.IMPORT_MAX_BYTES)},
            )
        return file


class CancelForm(Form):
    """What becomes of what is stored already."""

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if run.rows_stored:
            self.fields["keep"] = forms.ChoiceField(
                label=_("Mentions that are stored already"),
                choices=[
                    ("yes", _("Keep what is stored so far: %(n)d") % {"n": run.rows_stored}),
                    ("no", _("Take everything back, but for what is attached to an incident")),
                ],
                initial="no",
                widget=forms.RadioSelect,
            )

    @property
    def facts(self) -> dict[str, Any]:
        return {"keep": self.cleaned_data.get("keep") != "no"}


class MoveForm(Form):
    brand = forms.ModelChoiceField(Brand.objects.all(), label=_("Brand"), empty_label=_("Choose the brand"))


class SignalFilter(Filter):
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *SignalState.choices]
    )
    brand = forms.ModelChoiceField(
        Brand.objects.all(), label=_("Brand"), required=False, empty_label=_("All")
    )


class DismissForm(Form):
    dismissal = forms.ChoiceField(
        label=_("Why is this no reason to act?"),
        choices=DismissalReason.choices,
        widget=forms.RadioSelect,
        help_text=_("Counted: it shows how often early warning is right about this brand."),
    )
    reason = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed with “Other”. For example: a known outage that is already being answered."),
    )


class SensitivityForm(Form):
    sensitivity = forms.ChoiceField(
        label=_("How sensitive?"),
        choices=Sensitivity.choices,
        widget=forms.RadioSelect,
        help_text=_("High raises more signals, and sooner; low raises fewer. The next look goes by it."),
    )


class OpenIncidentForm(Form):
    title = forms.CharField(
        label=_("Title"), min_length=3, max_length=200, help_text=_("What happened, in a few words.")
    )
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=[("", _("Decide in triage")), *Category.choices],
    )
    summary = forms.CharField(
        label=_("What do we know?"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    confidential = forms.BooleanField(
        label=_("Confidential: only its members see the incident"), required=False
    )
