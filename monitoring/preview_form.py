"""The form beside the preview of a file: which column is what, and whatever else only a person can know."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from crispy_forms.layout import HTML
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.forms import Form
from monitoring.importing.meaning.fields import FIELDS
from monitoring.importing.plan import Answers, Plan
from monitoring.importing.preview import Preview
from monitoring.models import ImportRun, Sentiment
from people.models import Brand

NONE = "-"
TIME_OF_DAY = "time_of_day"  # the second column of posted_at
HEADLINE = "title"  # the first of two of text
# Always shown, in the order of the page.
MAIN = ("text", HEADLINE, "posted_at", TIME_OF_DAY, "author", "url", "sentiment", "brand")
LABELS = {TIME_OF_DAY: _("Time of day"), "brand": _("Brand, by column")}
ORDERS = [
    ("", _("As the column shows")),
    ("day", _("The day: 3/4 is 3 April")),
    ("month", _("The month: 3/4 is 4 March")),
]


class PreviewForm(Form):
    """What a person says about a file that was looked at. Unbound it shows how the file is read now."""

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        self.preview, self.plan = Preview.of_json(run.preview), Plan.of_json(run.plan)
        self.kept = Answers.of_json(run.answers)
        super().__init__(*args, **kwargs)
        if len(self.preview.tables) > 1:
            names = [(name, name or _("The file itself")) for name in self.preview.tables]
            self.fields["table"] = forms.ChoiceField(label=_("Table"), choices=names, initial=self.plan.table)
        self.fields["whose"] = forms.ModelChoiceField(
            Brand.objects.all(),
            label=_("Brand"),
            required=False,
            initial=run.brand_id,
            empty_label=_("Choose the brand"),
        )
        self._ask_scale()
        self._ask_own_accounts()
        self._ask_times()
        self._ask_columns()

    def layout(self) -> list[Any]:
        """Columns that a file seldom has, and that this one has not, are folded away."""
        folded = [f"column_{name}" for name in FIELDS if name not in MAIN and not self.plan.columns.get(name)]
        shown = [name for name in self.fields if name not in folded]
        summary = format_html("<details><summary>{}</summary>", _("More columns"))
        return [*shown, HTML(summary), *folded, HTML("</details>")]

    def _ask_columns(self) -> None:
        columns: list[tuple[str, Any]] = [(NONE, _("Not in this file"))]
        columns += [(str(position), name[:80]) for position, name in enumerate(self.preview.header)]
        for name in [*MAIN, *(name for name in FIELDS if name not in MAIN)]:
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=LABELS.get(name) or FIELDS[name].label,
                choices=columns,
                initial=self._position(name),
                required=False,
            )

    def _ask_times(self) -> None:
        zones = [(zone, zone.replace("_", " ")) for zone in ("UTC", *sorted(available_timezones() - {"UTC"}))]
        self.fields["zone"] = forms.ChoiceField(
            label=_("Time zone of times that name none"),
            choices=[("", _("Not known: UTC")), *zones],
            initial=self.kept.zone or self.plan.zone.replace("UTC", ""),
            required=False,
        )
        said = {True: "day", False: "month"}.get(self.plan.day_first, "")  # type: ignore[arg-type]
        self.fields["order"] = forms.ChoiceField(
            label=_("In dates such as 3/4/2025 first comes"), choices=ORDERS, initial=said, required=False
        )

    def _ask_own_accounts(self) -> None:
        if self.plan.own_accounts:
            self.fields["own_accounts"] = forms.MultipleChoiceField(
                label=_("Your own accounts"),
                choices=[(name, name) for name in self.plan.own_accounts],
                initial=list(self.plan.own_accounts),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("Their posts are the brand's, and count as no complaint."),
            )

    def _ask_scale(self) -> None:
        self.scale_cells = list(self.preview.scale_counts)
        labels = [("", _("Not rated")), *Sentiment.choices]
        for number, cell in enumerate(self.scale_cells):
            self.fields[f"scale_{number}"] = forms.ChoiceField(
                label=_("Sentiment “%(cell)s”") % {"cell": cell},
                choices=labels,
                required=False,
                initial=self.plan.answers.get(cell, self.preview.scale.get(cell, "")),
            )

    def _position(self, name: str) -> str:
        """The column that a field is read from now."""
        columns = self.plan.columns
        text, date = columns.get("text", ()), columns.get("posted_at", ())
        positions = {
            "text": text[-1:],
            HEADLINE: text[:-1],
            "posted_at": date[:1],
            TIME_OF_DAY: date[1:],
        }.get(name, columns.get(name, ()))
        return str(positions[0]) if positions else NONE

    @property
    def _names_own_accounts(self) -> bool:
        """Has the person said which they are, now or before?"""
        return "own_accounts" in self.fields or self.kept.own_accounts is not None

    @property
    def facts(self) -> dict[str, Any]:
        said = self.cleaned_data

        def column(name: str) -> tuple[int, ...]:
            chosen = said[f"column_{name}"]
            return () if chosen in ("", NONE) else (int(chosen),)

        if said.get("table", self.plan.table) != self.plan.table:
            return {"answers": Answers(table=said["table"]).as_json(), "brand": said["whose"]}
        columns = {name: column(name) for name in FIELDS if name != HEADLINE}
        columns["text"] = (*column(HEADLINE), *columns["text"])
        columns["posted_at"] = (*columns["posted_at"], *column(TIME_OF_DAY))
        scale = {cell: said[f"scale_{number}"] for number, cell in enumerate(self.scale_cells)}
        answers = Answers(
            table=said.get("table"),
            columns=columns,
            zone=said["zone"] or None,
            day_first={"day": True, "month": False}.get(said["order"]),
            scale={cell: label for cell, label in scale.items() if label or self.preview.scale.get(cell)},
            own_accounts=tuple(said.get("own_accounts", ())) if self._names_own_accounts else None,
        )
        return {"answers": answers.as_json(), "brand": said["whose"]}
