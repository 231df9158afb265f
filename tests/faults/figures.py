"""The figures of a run, which docs/reliability.md quotes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.faults.world import FULL


def keep_figures(test: str, figures: dict[str, Any]) -> None:
    """Written to var/faults/ and printed: docs/reliability.md quotes them."""
    directory = Path(settings.VAR_DIR) / "faults"
    directory.mkdir(parents=True, exist_ok=True)
    line = {"test": test, "full": FULL, **figures}
    name = re.sub(r"\[(seed-\d+)?|\]", "_", test).rstrip("_")
    (directory / f"{name}.json").write_text(json.dumps(line, indent=1) + "\n")
    print(json.dumps(line))
