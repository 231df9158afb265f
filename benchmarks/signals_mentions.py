"""Early warning on a file of posts: the product's own import, which judges each moment by nothing later than itself."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.installation import own_site
from demo.processes import BASE_DIR

if TYPE_CHECKING:
    from monitoring.models import ImportRun, Signal

DAY = timedelta(days=1)


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """{"episodes": [...], "brand_days": n}; `score` is that of the moment at which the team would have been told."""
    if not asked.mentions.is_file():
        raise SystemExit(f"{asked.mentions} is no file.")
    with own_site() as site:
        command = [sys.executable, "-m", "benchmarks.signals_mentions", *arguments(asked)]
        ended = subprocess.run(  # noqa: S603
            command, cwd=BASE_DIR, env=site.environment(), check=False, stdout=subprocess.PIPE
        )
    if ended.returncode:
        raise SystemExit(ended.returncode)  # it has said why
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def arguments(asked: argparse.Namespace) -> list[str]:
    return [
        str(asked.mentions.resolve()),
        *(["--brand", asked.brand] if asked.brand else []),
        *(["--ignore-sentiment"] if asked.ignore_sentiment else []),
    ]


def add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--brand", metavar="NAME", help="of rows that name none")
    parser.add_argument("--ignore-sentiment", action="store_true", help="as if the file had none")


def judge(path: Path, brand: str | None, ignore_sentiment: bool) -> dict[str, Any]:
    """Into an empty database; Django is set up."""
    from monitoring.models import Signal

    import_file(path, brand, ignore_sentiment)
    signals = Signal.objects.select_related("brand").order_by("heard_at", "brand__name")
    return {"episodes": [episode(signal) for signal in signals], "brand_days": brand_days()}


def import_file(path: Path, brand: str | None, ignore_sentiment: bool) -> None:
    """Everything is accepted as it is proposed. Exits where the product would ask or refuse."""
    from common.errors import ActionRefused
    from monitoring import actions
    from monitoring.importing.run import carry_on
    from monitoring.models import ImportState

    run = actions.register_file(
        path=path,
        brand=actions.add_brands([brand])[0] if brand else None,
        answers={"columns": {"sentiment": ()}} if ignore_sentiment else None,
    )
    _carry_on(run, carry_on, ImportState.PREVIEW)
    try:
        actions.accept_preview(run=run, actor=None)
    except ActionRefused as refusal:
        raise SystemExit(f"{path.name}: {refusal}") from None
    _carry_on(run, carry_on, ImportState.FINISHED)


def _carry_on(run: ImportRun, carry_on: Any, state: str) -> None:
    carry_on(run.pk)
    run.refresh_from_db()
    if run.state != state:
        raise SystemExit(f"{run.file_name}: {run.error}")


def episode(signal: Signal) -> dict[str, Any]:
    return {
        "brand": signal.brand.name,
        "raised_at": iso(signal.heard_at),
        "onset": iso(signal.began_at),
        "kind": str(signal.kind),
        "score": score(signal.evidence),
        "priority": str(signal.priority),
    }


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def score(evidence: dict[str, Any]) -> float:
    """How many times its limit flash or swell is. 1 at least: a brand too new or too small has passed other limits."""
    ratios = [
        evidence[name] / evidence[f"{name}_limit"]
        for name in ("flash", "swell")
        if evidence.get(name) is not None
    ]
    return round(max([1.0, *ratios]), 3)


def brand_days() -> float:
    """From the first to the last post of each brand, summed."""
    from django.db.models import Max, Min

    from monitoring.models import Mention

    spans = Mention.objects.order_by().values("brand").annotate(first=Min("posted_at"), last=Max("posted_at"))
    return round(sum((span["last"] - span["first"]) / DAY for span in spans), 2)


if __name__ == "__main__":
    import django

    django.setup()
    parser = argparse.ArgumentParser()
    parser.add_argument("mentions", type=Path)
    add_choices(parser)
    asked = parser.parse_args()
    print(json.dumps(judge(asked.mentions, asked.brand, asked.ignore_sentiment), ensure_ascii=False))  # noqa: T201
