"""The mutants of mutants.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).with_name("mutants.toml")


@dataclass(frozen=True)
class Mutant:
    """A rule of one app, the change that breaks it, and the test that must fail then."""

    app: str
    rule: str
    file: str
    old: str
    new: str
    test: str

    @property
    def name(self) -> str:
        return f"{self.app}: {self.rule}"

    def matches(self, words: list[str]) -> bool:
        return not words or any(word in f"{self.name} {self.file}" for word in words)

    def apply(self, source: str) -> str:
        return source.replace(self.old, self.new)

    def fault(self, root: Path) -> str:
        """Why it does not fit the code under `root`; empty when it does."""
        source = root / self.file
        if not source.is_file():
            return f"there is no {self.file}"
        if (times := source.read_text(encoding="utf-8").count(self.old)) != 1:
            return f"{self.old!r} stands {times} times in {self.file}, not once"
        path, _colons, test = self.test.partition("::")
        function = test.partition("[")[0]
        guards = root / path
        if not guards.is_file() or f"def {function}(" not in guards.read_text(encoding="utf-8"):
            return f"there is no {self.test}"
        return ""


def load() -> list[Mutant]:
    tables = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return [Mutant(app=app, **row) for app, rows in tables.items() for row in rows]
