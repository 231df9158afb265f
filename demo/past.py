"""Lets the product's actions run as though it were an earlier moment.

A demo with nothing but events of the last second explains nothing, and the journal cannot be dated back afterwards:
its entries are chained by hash and never change. So the loader sets what actions take the time from while they run:
Django's `timezone.now()` and the database's `Now()`. Only the process of the loader is touched, only inside the
`with` block, and only the product's own functions decide what becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any
from unittest.mock import patch

from django.db.models.functions import Now


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Inside the block, it is `moment` (aware)."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return moment.astimezone(tz)

    def database_then(*_arguments: Any, **_context: Any) -> tuple[str, tuple[datetime]]:
        return "%s::timestamptz", (moment,)

    # The name inside Django's module, because models hold `timezone.now` itself as their default.
    with patch("django.utils.timezone.datetime", Then), patch.object(Now, "as_postgresql", database_then):
        yield
