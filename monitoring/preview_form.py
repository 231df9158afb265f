"""The form beside the preview of a file: which column is what, and whatever else only a person can know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.forms import Form
from monitoring.importing.meaning.fields import FIELDS, NEEDED
from monitoring.importing.plan import Answers, Plan
from monitoring.importing.preview import Preview, Question
from monitoring.models import ImportRun, Sentiment
from people.models import Brand

NONE = "-"
TIME_OF_DAY = "time_of_day"  # the second column of posted_at
HEADLINE = "title"  # the first of two of text
ALL_NEW = "brand_all_new"
MANY_COLUMNS = 200  # of a file with more, each field offers only those that it may be read from
MANY_BRANDS = 4  # so many new ones can be added with one tick
# The first ones, in the order of the page.
MAIN = ("text", HEADLINE, "posted_at", TIME_OF_DAY, "author", "url", "sentiment", "brand")
READ_AS = {TIME_OF_DAY: "posted_at"}  # whose candidates are offered
LABELS = {TIME_OF_DAY: _("Time of day"), "brand": _("Brand, by column")}
ORDERS = [
    ("", _("As the column shows")),
    ("day", _("The day: 3/4 is 3 April")),
    ("month", _("The month: 3/4 is 4 March")),
]
# What a question is about → the beginnings of the names of the fields that answer it.
ANSWERED_BY = {
    "text": ("column_text", "column_title"),
    "posted_at": ("column_posted_at", "column_time_of_day"),
    "sentiment": ("column_sentiment",),
    "day_first": ("order",),
    "brand": ("whose", "column_brand"),
    "new_brands": ("brand_",),
}


@dataclass(frozen=True)
class Decision:
    """A question with the fields that answer it. Without a question they are asked for by themselves."""

    question: Question | None
    fields: list[BoundField]


class PreviewForm(Form):
    """What a person says about a file that was looked at. Unbound it shows how the file is read now."""

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        self.preview, self.plan = Preview.of_json(run.preview), Plan.of_json(run.plan)
        self.kept = Answers.of_json(run.answers)
        super().__init__(*args, **kwargs)
        if len(self.preview.tables) > 1:
            names = [(name, name or _("The file itself")) for name in self.preview.tables]
            self.fields["table"] = forms.ChoiceField(label=_("Table"), choices=names, initial=self.plan.table)
        self.brands = list(Brand.objects.all())
        self.fields["whose"] = forms.ModelChoiceField(
            Brand.objects.all(),
            label=_("Brand of rows that name none") if self.plan.columns.get("brand") else _("Brand"),
            required=False,
            initial=run.brand_id,
            empty_label=_("Choose the brand"),
        )
        self._ask_brands()
        self._ask_scale()
        self._ask_own_accounts()
        self._ask_times()
        self._ask_columns()

    # What the page shows, in its order

    @property
    def has_many_columns(self) -> bool:
        return len(self.preview.header) > MANY_COLUMNS

    @property
    def decisions(self) -> list[Decision]:
        """What the person is asked, with the fields that answer it; then what is worth a look."""
        asked = [Decision(one, self._answers_to(one.about)) for one in self.preview.questions]
        shown = {field.name for decision in asked for field in decision.fields}
        by_themselves = ["table"] if "table" in self.fields else []
        if not self.plan.columns.get("brand") or dict(self.preview.brand_cells).get(""):
            by_themselves.append("whose")
        if self.preview.times_without_zone:
            by_themselves.append("zone")
        return asked + [Decision(None, [self[name]]) for name in by_themselves if name not in shown]

    @property
    def columns(self) -> list[BoundField]:
        """The columns that this file has, and the needed ones, unless a question asks for them."""
        return [field for field in self._others() if not self._is_folded(field.name)]

    @property
    def folded(self) -> list[BoundField]:
        return [field for field in self._others() if self._is_folded(field.name)]

    def _others(self) -> Iterator[BoundField]:
        shown = {field.name for decision in self.decisions for field in decision.fields}
        return (self[name] for name in self.fields if name not in shown)

    def _is_folded(self, name: str) -> bool:
        column = name.removeprefix("column_")
        if column != name:
            return column not in NEEDED and self._position(column) == NONE
        return name in ("zone", "order", "whose")

    def _answers_to(self, about: str) -> list[BoundField]:
        starts = ANSWERED_BY.get(about, (about,))
        return [self[name] for name in self.fields if name.startswith(starts)]

    # Its fields

    def _ask_columns(self) -> None:
        for name in [*MAIN, *(name for name in FIELDS if name not in MAIN)]:
            position = self._position(name)
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=LABELS.get(name) or FIELDS[name].label,
                choices=self._offered(name),
                initial=position,
                required=False,
                help_text=self._explanation(name, position),
            )

    def _offered(self, name: str) -> list[tuple[str, Any]]:
        header = self.preview.header
        offered: Iterable[int] = range(len(header))
        if self.has_many_columns:
            chosen = {position for positions in self.plan.columns.values() for position in positions}
            may_be = self.preview.candidates.get(READ_AS.get(name, name), ())
            offered = sorted(position for position in {*chosen, *may_be} if position < len(header))
        columns: list[tuple[str, Any]] = [(str(position), header[position][:80]) for position in offered]
        return [(NONE, _("Not in this file")), *columns]

    def _explanation(self, name: str, position: str) -> SafeString | str:
        """What the field is, why it is read from this column, and what stands there."""
        if name == TIME_OF_DAY:
            return ""
        explanation = format_html("{}", FIELDS[name].explanation)
        if position == NONE or int(position) >= len(self.preview.samples):
            return explanation
        if why := self.preview.used.get(name):
            explanation = format_html('{} <span class="column-why">{}</span>', explanation, why)
        cell = self.preview.samples[int(position)]
        return (
            format_html('{} <q class="column-sample" dir="auto">{}</q>', explanation, cell)
            if cell
            else explanation
        )

    def _ask_times(self) -> None:
        own = timezone.get_current_timezone_name()
        zones = ["UTC", *sorted(available_timezones() - {"UTC", own})]
        if own != "UTC":
            zones.insert(0, own)
        self.fields["zone"] = forms.ChoiceField(
            label=_("Time zone of times that name none"),
            choices=[("", _("Not known: UTC")), *((zone, zone.replace("_", " ")) for zone in zones)],
            initial=self.kept.zone or self.plan.zone.replace("UTC", ""),
            required=False,
            help_text=_("It is remembered for the next file with these columns."),
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
        labels = [("", _("Not rated")), *Sentiment.choices]
        for number, cell in enumerate(self.preview.scale_cells):
            self.fields[f"scale_{number}"] = forms.ChoiceField(
                label=_("Sentiment “%(cell)s”") % {"cell": cell},
                choices=labels,
                required=False,
                initial=self.plan.answers.get(cell, self.preview.scale.get(cell, "")),
            )

    def _ask_brands(self) -> None:
        """For every name in the column of brands: one that is known, a new one, or none of ours."""
        asked = {one.about: one.has_proposal for one in self.preview.questions}
        cells = dict(self.preview.brand_cells) if self.plan.columns.get("brand") else {}
        self.named = [] if "brand" in asked else [cell for cell in cells if cell in self.plan.brands]
        known = {brand.name.casefold(): brand.name for brand in self.brands}
        if len(self.preview.new_brands) >= MANY_BRANDS and "new_brands" in asked:
            self.fields[ALL_NEW] = forms.BooleanField(
                label=_("All for which nothing is chosen are new brands"), required=False
            )
        for number, cell in enumerate(self.named):
            name = self.plan.brands.get(cell, "")
            is_new = bool(name) and name.casefold() not in known
            is_undecided = is_new and "new_brands" in asked and cell not in (self.kept.brands or {})
            choices: list[tuple[str, Any]] = [("", _("Choose"))] if is_undecided else []
            if cell.casefold() not in known:
                choices.append((cell, _("New brand “%(name)s”") % {"name": cell}))
            choices += [(brand.name, brand.name) for brand in self.brands]
            choices.append((NONE, _("Leave these rows out")))
            self.fields[f"brand_{number}"] = forms.ChoiceField(
                label=_("“%(name)s”, rows: %(n)d") % {"name": cell[:80], "n": cells[cell]},
                choices=choices,
                required=False,
                initial="" if is_undecided else known.get(name.casefold(), name) or NONE,
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

    # What was said

    @property
    def _names_own_accounts(self) -> bool:
        """Has the person said which they are, now or before?"""
        return "own_accounts" in self.fields or self.kept.own_accounts is not None

    def _said_of_brands(self) -> dict[str, str] | None:
        """Cell of the column of brands → name of a brand, or nothing for "leave these rows out"."""
        if not self.named or "column_brand" in self.changed_data:
            return None
        said = {cell: self.cleaned_data[f"brand_{number}"] for number, cell in enumerate(self.named)}
        if self.cleaned_data.get(ALL_NEW):
            said = {cell: name or cell for cell, name in said.items()}
        return {cell: "" if name == NONE else name for cell, name in said.items() if name}

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
        scale = {cell: said[f"scale_{number}"] for number, cell in enumerate(self.preview.scale_cells)}
        answers = Answers(
            table=said.get("table"),
            columns=columns,
            zone=said["zone"] or None,
            day_first={"day": True, "month": False}.get(said["order"]),
            scale={cell: label for cell, label in scale.items() if label or self.preview.scale.get(cell)},
            brands=self._said_of_brands(),
            own_accounts=tuple(said.get("own_accounts", ())) if self._names_own_accounts else None,
        )
        return {"answers": answers.as_json(), "brand": said["whose"]}
