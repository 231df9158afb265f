"""Every case of exports, imported as `benchmarks.exports` does, beside what the case expects.

The rules are those of the README beside the cases. Those in `exports/` are ours; others may be beside the repository.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.exports import run_case
from tests.shared_data import EXPORTS

FOLDERS = (Path(__file__).parent / "exports", EXPORTS)
CASES = [path for folder in FOLDERS for path in sorted(folder.glob("*/expected.json"))]
COUNTS = ("stored", "already_there", "rejected")

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


def alternatives(expected: Any) -> list[Any]:
    return expected["any"] if isinstance(expected, dict) else [expected]


def plain(name: str, value: Any) -> Any:
    """A value as it is compared; None for unknown."""
    if value in (None, ""):
        return None
    if name == "text":
        return unicodedata.normalize("NFC", value).strip()
    if name == "author":
        return value.removeprefix("@")
    if name in ("platform", "language"):
        return value.casefold()
    if name == "posted_at" and len(value) > len("2024-11-25"):
        return datetime.fromisoformat(value).replace(
            microsecond=datetime.fromisoformat(value).microsecond // 1000
        )
    return value


def agrees(row: dict[str, Any], name: str, expected: Any) -> bool:
    stored = row.get(name)
    if name == "posted_at":
        days = [one for one in alternatives(expected) if len(one) == len("2024-11-25")]
        if any(str(stored).startswith(day) for day in days):
            return True
    return plain(name, stored) in [plain(name, one) for one in alternatives(expected)]


def matches(row: dict[str, Any], expected: dict[str, Any]) -> bool:
    return all(agrees(row, name, value) for name, value in expected.items())


def without_unknown_id(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """A product with an identity of its own need not keep the source's id."""
    left_out = {"external_id"} if row.get("external_id") is None else set()
    return {name: value for name, value in expected.items() if name not in left_out}


def wrong_rows(rows: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[str]:
    """Each expected row needs a stored one of its own: the nearest one of the same text is named where none agrees."""
    free, wrong = list(rows), []
    for one in expected:
        if found := next((row for row in free if matches(row, without_unknown_id(row, one))), None):
            free.remove(found)
            continue
        near = next((row for row in rows if agrees(row, "text", one["text"])), {})
        differs = {name: near.get(name) for name in one if not agrees(near, name, one[name])}
        wrong.append(f"{one}: {differs if near else 'no such text'}")
    return wrong


def wrong_counts(done: dict[str, Any], expected: dict[str, Any]) -> str:
    """Alternatives of several counts go together, the first with the first."""
    choices = [alternatives(expected[name]) for name in COUNTS]
    most = max(map(len, choices))
    allowed = {tuple(choice[n if len(choice) > 1 else 0] for choice in choices) for n in range(most)}
    counted = tuple(done[name] for name in COUNTS)
    return "" if counted in allowed else f"{done}, expected one of {allowed}"


def is_episode(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    start, end = (datetime.fromisoformat(found[name]) for name in ("start", "end"))
    first, last = (datetime.fromisoformat(at) for at in expected["between"])
    hour = timedelta(hours=1)
    in_time = first - hour <= start <= last and first <= end <= last + hour
    return in_time and found["people"] == expected["people"]


@pytest.mark.long
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_a_case(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))
    found = run_case(path.parent)
    wrong = [wrong_counts(*both) for both in zip(found["imports"], expected["imports"], strict=True)]
    wrong += wrong_rows(found["rows"], expected["rows"])
    wrong += [
        f"must not be: {one}"
        for one in expected.get("not", [])
        if any(matches(row, one) for row in found["rows"])
    ]
    if episode := expected.get("episode"):
        right = [one for one in found["episodes"] if is_episode(one, episode)]
        wrong += [] if len(right) == 1 else [f"{found['episodes']}, expected {episode}"]
    assert list(filter(None, wrong)) == []
