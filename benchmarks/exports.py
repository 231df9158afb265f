"""Every case of a folder of exports through the product's own import, and what it stored.

A case is a folder with files and an `expected.json` whose `imports` name them in their order, with a brand and with
what the person answers; everything else is accepted as it is proposed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.installation import own_site
from demo.processes import BASE_DIR

TABLES = (
    "monitoring_signal, monitoring_sighting, monitoring_mention, monitoring_post, monitoring_importrun,"
    " monitoring_columnmemory, people_brand"
)


def measure(cases: Path) -> dict[str, Any]:
    """{"cases": [...]} as ../shared tools compare it: imports with their counts, rows, episodes."""
    with own_site() as site:
        command = [sys.executable, "-m", "benchmarks.exports", str(cases.resolve())]
        ended = subprocess.run(  # noqa: S603
            command, cwd=BASE_DIR, env=site.environment(), check=True, stdout=subprocess.PIPE
        )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def every_case(cases: Path) -> list[dict[str, Any]]:
    return [run_case(path.parent) for path in sorted(cases.glob("*/expected.json"))]


def run_case(folder: Path) -> dict[str, Any]:
    """Into an empty database; Django is set up."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
    imports = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["imports"]
    done = [import_one(folder, one) for one in imports]
    return {"case": folder.name, "imports": done, "rows": stored_rows(), "episodes": episodes()}


def import_one(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    from common.errors import ActionRefused
    from monitoring import actions
    from monitoring.importing.preview import chosen, tables_of
    from monitoring.importing.reading.tables import FileError
    from monitoring.importing.run import carry_on
    from monitoring.models import ImportState

    brand = actions.add_brands([asked["brand"]])[0] if asked.get("brand") else None
    run = actions.register_file(path=folder / asked["file"], brand=brand)
    said = asked.get("answers", {})
    counts = {"file": asked["file"], "stored": 0, "already_there": 0, "rejected": 0}
    try:
        header = list(chosen(tables_of(run), "").header)
    except FileError as error:
        return counts | {"error": str(error)}
    named = said.get("columns", {}) | ({"brand": said["brand_column"]} if "brand_column" in said else {})
    if missing := [column for column in named.values() if column not in header]:
        return counts | {"error": f"no column {missing} in {header}"}
    columns = {name: (header.index(column),) for name, column in named.items()}
    run.answers = {
        "columns": columns or None,
        "zone": said.get("zone"),
        "day_first": said.get("day_first"),
        "scale": said.get("scale", {}),
    }
    run.save(update_fields=["answers"])
    carry_on(run.pk)
    run.refresh_from_db()
    if run.state != ImportState.PREVIEW:
        return counts | {"error": run.error}
    try:
        actions.accept_preview(run=run, actor=None)
    except ActionRefused as refusal:  # something is undecided
        return counts | {"error": str(refusal)}
    carry_on(run.pk)
    run.refresh_from_db()
    return {
        "file": asked["file"],
        "stored": run.rows_stored,
        "already_there": run.rows_duplicate,
        "rejected": run.rows_rejected,
        **({"error": run.error} if run.error else {}),
    }


def stored_rows() -> list[dict[str, Any]]:
    from monitoring.models import Mention

    return [
        {
            "brand": mention.brand.name,
            "text": mention.post.text,
            "posted_at": mention.posted_at.isoformat().replace("+00:00", "Z"),
            "day_only": mention.post.day_only,
            "author": mention.post.author,
            "platform": mention.post.platform,
            "language": mention.post.lang,
            "sentiment": mention.sentiment or None,
            "likes": mention.post.likes,
            "retweets": mention.post.retweets,
            "replies": mention.post.replies,
            "reach": mention.post.reach,
            "author_followers": mention.post.author_followers,
            "url": mention.post.url,
            "is_brand_own": mention.is_brand_own,
            "external_id": mention.post.external_id or None,
        }
        for mention in Mention.objects.select_related("brand", "post").order_by("id")
    ]


def episodes() -> list[dict[str, Any]]:
    from monitoring.models import Signal

    return [
        {
            "start": signal.began_at.isoformat().replace("+00:00", "Z"),
            "end": signal.last_at.isoformat().replace("+00:00", "Z"),
            "people": signal.peak,
        }
        for signal in Signal.objects.order_by("heard_at")
    ]


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({"cases": every_case(Path(sys.argv[1]))}, ensure_ascii=False, indent=1))  # noqa: T201
