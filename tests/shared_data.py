"""Real data and small cases that lie beside the project; what needs them is skipped where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(
    os.environ.get("CRISIS_DESK_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)
EXPORTS = DATA / "exports"
AIRLINES = DATA / "mentions" / "airline_2015_en.csv.gz"
