"""Model fields whose defaults and validators are functions of the application.

A migration describes tables and must run whatever has become of the application's code since it was written, so it
sees Django's own field without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models


class _WithoutOurCode:
    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        kept = {key: value for key, value in kwargs.items() if key != "validators" and not callable(value)}
        return name, f"django.db.models.{type(self).__name__}", args, kept


class CharField(_WithoutOurCode, models.CharField):
    pass


class DateField(_WithoutOurCode, models.DateField):
    pass


class JSONField(_WithoutOurCode, models.JSONField):
    pass
