"""How a form is drawn, what it hands to an action, how it takes a refusal, and how it asks for a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import ActionRefused, Conflict
from common.times import validate_moment

KEPT = _("Not saved yet. What you typed is kept; please look at:")
NOT_SAVED = _("Not saved yet. Please look at:")


class _Form(forms.BaseForm):
    """`{% crispy form %}` draws it inside the page's <form>: CSRF token, summary of what is wrong, fields."""

    # Fields that stand beside each other where there is room.
    rows: ClassVar[Sequence[Sequence[str]]] = ()
    # Off for what is not posted, for a part of another form, and where something better than a cookie proves who asks.
    has_csrf_token: ClassVar[bool] = True
    # Off where the summary needs no more than the reason itself.
    has_summary_title: ClassVar[bool] = True

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        return self.cleaned_data

    def refuse(self, refusal: ActionRefused) -> None:
        """Say why the action refused, beside the field that it names or above all fields; everything typed stays."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = not self.has_csrf_token
        helper.layout = Layout(*self.layout())
        return helper

    def layout(self) -> list[Any]:
        """Names of fields, and crispy's layout objects."""
        return list(self.in_rows(self.fields))

    def in_rows(self, names: Iterable[str]) -> Iterator[Any]:
        """`names` in their order, those of a row together at the place of the first of them."""
        left = [name for name in names if name in self.fields]
        while left:
            row = next((row for row in self.rows if left[0] in row), [left[0]])
            together = [name for name in row if name in left]
            yield Div(*together, css_class="field-row") if len(together) > 1 else together[0]
            left = [name for name in left if name not in together]


def summary_title(form: forms.BaseForm) -> Any:
    """Over the summary of what is wrong: whether what was typed stands there again. A button alone needs none.

    Browsers show neither a password again nor a file.
    """
    fields = form.visible_fields()
    if not fields or not getattr(form, "has_summary_title", True):
        return ""
    shown_again = {
        field.name
        for field in fields
        if not isinstance(field.field.widget, (forms.PasswordInput, forms.FileInput))
    }
    return KEPT if shown_again.intersection(form.changed_data) else NOT_SAVED


class Form(_Form, forms.Form):
    """Without fields it is a button: a page that asks “really?” says at it why the action refused."""


class ModelForm(_Form, forms.ModelForm):
    pass


class Filter(Form):
    """Narrows a list. It is not posted, and what makes no sense in it is said beside the field alone."""

    has_csrf_token = False

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.field_template = "ui/filter_field.html"
        helper.form_show_errors = False
        return helper


class ReasonForm(Form):
    """One text that a step asks for. `argument` is what the action calls it."""

    def __init__(
        self,
        *args: Any,
        label: Any = "",
        help_text: Any = "",
        argument: str = "reason",
        max_length: int = 2_000,
        required: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.argument = argument
        self.fields["reason"] = forms.CharField(
            label=label or _("Reason"),
            help_text=help_text,
            max_length=max_length,
            required=required,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    @property
    def facts(self) -> dict[str, Any]:
        return {self.argument: self.cleaned_data["reason"]}


class Clash(NamedTuple):
    """One field that two people changed: what is stored now, and what this writer typed."""

    label: str
    theirs: str
    mine: str


class SharedTextForm(Form):
    """Text that several people may write at once: each field travels with what its writer saw."""

    SEEN: ClassVar[str] = "seen_"
    clashes: Sequence[Clash] = ()

    def share(self, seen: dict[str, Any]) -> None:
        """Let the fields named in `seen` travel with these values."""
        for name, value in seen.items():
            self.initial.setdefault(name, value)
            self.fields[self.SEEN + name] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=value, strip=False
            )

    @property
    def names(self) -> list[str]:
        return [name for name in self.fields if self.SEEN + name in self.fields]

    @property
    def before(self) -> dict[str, str]:
        return {name: self.cleaned_data[self.SEEN + name] for name in self.names}

    @property
    def facts(self) -> dict[str, Any]:
        return {"before": self.before, "after": {name: self.cleaned_data[name] for name in self.names}}

    def refuse(self, refusal: ActionRefused) -> None:
        """After a conflict both versions are shown, and the other's counts as seen: saving again is a decision."""
        super().refuse(refusal)
        if not isinstance(refusal, Conflict):
            return
        self.clashes = [
            Clash(
                str(self.fields[name].label),
                _in_words(self.fields[name], theirs),
                _in_words(self.fields[name], self.cleaned_data[name]),
            )
            for name, theirs in refusal.theirs.items()
        ]
        seen = {self.add_prefix(self.SEEN + name): theirs for name, theirs in refusal.theirs.items()}
        self.data = {**dict(self.data.items()), **seen}


def _in_words(field: forms.Field, value: Any) -> str:
    return str(dict(getattr(field, "choices", ())).get(value, value))


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a date and a time, to the minute."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


def _with_zone(help_text: object) -> str:
    zone = gettext("Time in %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
    return f"{help_text} {zone}".strip()


class MomentField(forms.DateTimeField):
    """A moment in the reader's own zone, which stands beside the field.

    Of an hour that comes twice, because the clocks go back, the one that is nearer to now is meant: who works that
    night must not be refused the time of day. An hour that the clocks skip is refused.
    """

    widget = MomentInput
    default_validators = [validate_moment]

    def __init__(self, *, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(help_text=lazy(_with_zone, str)(help_text), **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            # Only Django's refusal of an hour that comes twice or not at all names what was read.
            typed = (error.params or {}).get("datetime")
            if not isinstance(typed, datetime) or not (both := _both_of(typed)):
                raise
            now = timezone.now()
            return min(both, key=lambda moment: abs(moment - now))


def _both_of(typed: datetime) -> list[datetime]:
    """The two moments at which clocks in the reader's zone show `typed`; none where they never do."""
    zone = timezone.get_current_timezone()
    both = [typed.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return both if all(timezone.make_naive(moment, zone) == typed for moment in both) else []
