"""`python docs/check_glossary.py`: is a word in use that docs/glossary.md rules out? It reads the words from there.

Looks at every text file that git tracks, but for translations and locked requirements: at all its text for a word that
is ruled out everywhere, at names alone for a word that is ruled out as a name.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = "docs/glossary.md"
# What is not written by us, or is in other languages or encodings, or names the words on purpose.
NOT_LOOKED_AT = (
    GLOSSARY,
    "docs/check_glossary.py",
    "tests/docs/",
    "benchmarks/labelled/",
    "tests/monitoring/exports/",
    "locale/",
    "requirements/",
    "LICENSE",
)
READ = {
    ".py",
    ".html",
    ".txt",
    ".md",
    ".css",
    ".js",
    ".json",
    ".typ",
    ".toml",
    ".yaml",
    ".example",
    ".csv",
    "",
}

# `word`, `word` in `folder`, `folder`, `word` as a name, `word` as a file
RULING = re.compile(r"`(?P<word>[^`]+)`(?: in (?P<folders>`[^`]+`(?:, `[^`]+`)*)| as a (?P<only>name|file))?")
TEMPLATE_CODE = re.compile(r"\{[{%](.*?)[}%]\}", re.DOTALL)
TEMPLATE_NAMES = re.compile(r"\b(?:class|id)=\"([^\"]*)\"")
CSS_NAMES = re.compile(r"[.#]([a-zA-Z][\w-]*)")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
STORED_CODE = re.compile(
    r"[a-z][\w-]*(?:[.:/][\w-]+)*(?:\.html)?"
)  # "entry.kind", "app:url-name", "app/page.html"


@dataclass(frozen=True)
class Ruling:
    """A word that is not used: everywhere, in some folders, as a name or as a file's name; `term` is used instead."""

    word: str
    term: str
    folders: tuple[str, ...] = ()
    only: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds the word with its endings: by itself, and as a part of snake_case, kebab-case or CamelCase."""
        if " " in self.word:
            return re.compile(r"\b" + _spaced(self.word) + r"\b", re.IGNORECASE)
        stem = re.escape(self.word.removesuffix("e")) + ("e?" if self.word.endswith("e") else "")
        lower, upper = stem + "(?:s|es|ed|ing|able)?", stem.upper() + "(?:S|ES|ED|ING)?"
        title = stem[0].upper() + stem[1:] + "(?:s|es|ed|ing|able)?"
        return re.compile(
            rf"(?<![A-Za-z]){lower}(?![a-z])|(?<![A-Z]){title}(?![a-z])|(?<![A-Za-z]){upper}(?![A-Za-z])"
        )

    def covers(self, path: str) -> bool:
        """Whether the word is wrong in this file: a folder stands for its templates and its tests, too."""
        places = [start + folder for folder in self.folders for start in ("", "templates/", "tests/")]
        return not places or any(path.startswith((f"{place}/", f"{place}.")) for place in places)


@dataclass(frozen=True)
class Exemption:
    """Where a word that is ruled out is right: inside a phrase, or in the files whose path begins so."""

    word: str
    phrase: str = ""
    path: str = ""


@dataclass(frozen=True)
class Found:
    path: str
    line: int  # 0: the file's own name
    word: str
    term: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: “{self.word}” is ruled out, the glossary says “{self.term}”"


class Glossary:
    """The rulings, exemptions and names in code that the tables of docs/glossary.md state."""

    def __init__(self, text: str) -> None:
        self.rulings: list[Ruling] = []
        self.exemptions: list[Exemption] = []
        self.code: list[str] = []
        for cells in _rows(text):
            if len(cells) == 4:
                self._add_term(*cells)
            elif len(cells) == 3:
                self._add_exemptions(*cells)

    def _add_term(self, term: str, _meaning: str, ruled_out: str, code: str) -> None:
        self.code += re.findall(r"`([^`]+)`", code)
        for match in RULING.finditer(ruled_out):
            folders = tuple(re.findall(r"`([^`]+)`", match["folders"] or ""))
            self._rule_out(Ruling(match["word"], term, folders, match["only"] or ""))

    def _rule_out(self, new: Ruling) -> None:
        """Two ideas may rule out the same word: then either may be meant."""
        for place, known in enumerate(self.rulings):
            if replace(known, term="") == replace(new, term=""):
                self.rulings[place] = replace(known, term=f"{known.term}” or “{new.term}")
                return
        self.rulings.append(new)

    def _add_exemptions(self, word: str, places: str, _because: str) -> None:
        word = word.strip("`")
        self.exemptions += [Exemption(word, phrase=phrase) for phrase in re.findall("“([^”]+)”", places)]
        self.exemptions += [Exemption(word, path=path) for path in re.findall("`([^`]+)`", places)]

    def check(self, path: str, text: str) -> Iterator[Found]:
        """Every word in the file, and in its name, that is ruled out there."""
        names = list(names_in(path, text))
        for ruling in self.rulings:
            exempt = [one for one in self.exemptions if one.word == ruling.word]
            if not ruling.covers(path) or any(one.path and path.startswith(one.path) for one in exempt):
                continue
            phrases = [one.phrase for one in exempt if one.phrase]
            if any(_names_file(ruling, _blank(phrases, part)) for part in Path(path).parts):
                yield Found(path, 0, ruling.word, ruling.term)
            passages = {"file": [], "name": names}.get(ruling.only, [(1, text)])
            for line, passage in passages:
                passage = _blank(phrases, passage)
                for match in ruling.pattern.finditer(passage):
                    yield Found(path, line + passage.count("\n", 0, match.start()), match[0], ruling.term)


def _rows(text: str) -> Iterator[list[str]]:
    """The cells of every row of every table, without the heads."""
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("| ") and not following.startswith("|---"):
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def _spaced(phrase: str) -> str:
    """A pattern for the words of `phrase`, which a comment may break into lines and a name may run together."""
    return r"[\s#*_-]*".join(re.escape(word) for word in phrase.split())


def _blank(phrases: Iterable[str], text: str) -> str:
    """`text` with each of the phrases replaced by as many lines."""
    for phrase in phrases:
        pattern = re.compile(_spaced(phrase), re.IGNORECASE)
        text = pattern.sub(lambda match: "\n" * match[0].count("\n"), text)
    return text


def _names_file(ruling: Ruling, part: str) -> bool:
    """A file is named by a word where that is its whole name; a word ruled out elsewhere, where it is a part of it."""
    stem = part.split(".")[0]
    return stem == ruling.word if ruling.only == "file" else bool(ruling.pattern.search(stem))


def names_in(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The names in a file, each with its line: identifiers, stored codes, template variables, CSS classes."""
    if path.endswith(".py"):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            is_code = token.type == tokenize.STRING and STORED_CODE.fullmatch(token.string.strip("\"'"))
            if token.type == tokenize.NAME or is_code:
                yield token.start[0], token.string
    patterns = {".html": (TEMPLATE_CODE, TEMPLATE_NAMES), ".css": (CSS_NAMES,)}
    for pattern in patterns.get(Path(path).suffix, ()):
        for match in pattern.finditer(text):
            code = QUOTED.sub(
                lambda quoted: quoted[0] if STORED_CODE.fullmatch(quoted[0][1:-1]) else "", match[1]
            )
            yield text.count("\n", 0, match.start()) + 1, code


def tracked(root: Path) -> Iterator[str]:
    """The text files that git knows, or would know with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    for path in listed.stdout.splitlines():
        is_text = Path(path).suffix in READ and (root / path).is_file()
        if is_text and not path.startswith(NOT_LOOKED_AT):
            yield path


def problems(root: Path = ROOT) -> list[str]:
    """What is wrong, one sentence each: words that are ruled out, and names in code that are not there any more."""
    glossary = Glossary((root / GLOSSARY).read_text())
    texts = {path: (root / path).read_text() for path in tracked(root)}
    found = [str(one) for path, text in texts.items() for one in glossary.check(path, text)]
    known = {
        name for path, text in texts.items() if path.endswith(".py") for name in re.findall(r"\w+", text)
    }
    known |= {Path(path).stem for path in texts} | {part for path in texts for part in Path(path).parts}
    missing = [name for name in glossary.code if name.split(".")[-1] not in known]
    return found + [f"{GLOSSARY}: no code is called “{name}”" for name in missing]


if __name__ == "__main__":
    if lines := problems():
        sys.exit("\n".join(lines))
