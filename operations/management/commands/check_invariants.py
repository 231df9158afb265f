"""`manage.py check_invariants`: are the promises of escalations and notifications kept?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from operations.invariants import CHECKS, check
from operations.invariants.outcome import Outcome, Receipt


class Command(BaseCommand):
    help = "Checks the invariants I1 to I11 of the last 24 hours. Exit code 1 when one does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="look at every row and every exported head")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--receipts",
            type=Path,
            metavar="FILE",
            help='what arrived at the other end, as JSON lines: {"message_id": "<…>", "at": "2026-01-01T00:00:00Z"}',
        )

    def handle(self, *args: Any, **options: Any) -> None:
        receipts = _receipts(options["receipts"]) if options["receipts"] else None
        outcomes = check(full=options["full"], receipts=receipts)
        if options["json"]:
            self.stdout.write(
                json.dumps({code: _as_json(found) for code, found in outcomes.items()}, indent=2)
            )
        else:
            for code, found in outcomes.items():
                self._print(code, found)
        broken = [code for code, found in outcomes.items() if not found.holds]
        if broken:
            raise CommandError(f"Broken: {', '.join(broken)}", returncode=1)

    def _print(self, code: str, found: Outcome) -> None:
        figures = ", ".join(f"{value} {name}" for name, value in found.figures.items())
        verdict = "holds" if found.holds else f"BROKEN by {found.broken_count}"
        self.stdout.write(f"{code:<4}{verdict:<12} {_rule(code)} [{figures}]")
        for row in found.broken:
            self.stdout.write(f"      {row}")


def _rule(code: str) -> str:
    """The rule as the check's docstring quotes it."""
    first_line = (CHECKS[code].__doc__ or "").partition("\n")[0]
    return first_line.removeprefix(f"{code}: ").rstrip(".")


def _as_json(found: Outcome) -> dict[str, Any]:
    return {
        "holds": found.holds,
        "figures": found.figures,
        "broken": found.broken,
        "broken_count": found.broken_count,
    }


def _receipts(path: Path) -> list[Receipt]:
    """Raises CommandError naming the line that is no receipt."""
    receipts = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            fields = json.loads(line)
            at = parse_datetime(fields["at"])
            if at is None or not is_aware(at):
                raise ValueError("no time with a zone")
            receipts.append(Receipt(str(fields["message_id"]), at))
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{path}, line {number} is no receipt: {error}") from error
    return receipts
