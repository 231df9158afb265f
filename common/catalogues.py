"""Message catalogues: `python -m common.catalogues` compiles them, `--check` holds them against the source.

Compiling takes Babel alone; finding the strings in source and templates takes GNU gettext.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

BASE_DIR = Path(__file__).resolve().parent.parent
LOCALE_DIR = BASE_DIR / "locale"
NOT_OURS = shutil.ignore_patterns(".*", "var", "node_modules", "tests", "__pycache__", "*.mo")
SHOWN = 10

# A message's context and its singular or both forms
Key = tuple[str | None, str | tuple[str, ...]]


def compile_changed() -> None:
    """Compile what changed since it was last compiled; ends the program where a catalogue is broken."""
    for source in sorted(LOCALE_DIR.rglob("*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        catalogue = _read(source)
        # Aside and then renamed: a process that starts meanwhile reads the old one or the new one, whole.
        new = compiled.with_suffix(".mo.new")
        with new.open("wb") as file:
            write_mo(file, catalogue)
        new.replace(compiled)


def drift() -> list[str]:
    """What the catalogues lack of the strings in the source, or have too many, one sentence each."""
    found: list[str] = []
    if not (catalogues := sorted(LOCALE_DIR.rglob("django.po"))):
        return found
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "source"
        shutil.copytree(BASE_DIR, copy, ignore=NOT_OURS)
        languages = [
            word for path in catalogues for word in ("--locale", path.relative_to(LOCALE_DIR).parts[0])
        ]
        subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-m", "django", "makemessages", "--no-obsolete", *languages],
            cwd=copy,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        for path in catalogues:
            kept = _read(path)
            with (copy / "locale" / path.relative_to(LOCALE_DIR)).open("rb") as file:
                fresh = read_po(file)  # gettext's own draft: only its keys count
            name = path.relative_to(BASE_DIR)
            found += _named(f"{name} lacks", _keys(fresh) - _keys(kept))
            found += _named(f"{name} has what no source says:", _keys(kept) - _keys(fresh))
    return found


def _read(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        sys.exit(f"{path} cannot be read: {error}")


def _keys(catalogue: Catalog) -> set[Key]:
    return {
        (message.context, tuple(message.id) if isinstance(message.id, (list, tuple)) else message.id)
        for message in catalogue
        if message.id
    }


def _named(sentence: str, keys: set[Key]) -> list[str]:
    texts = sorted(repr(text if isinstance(text, str) else text[0]) for _context, text in keys)
    more = [f"{sentence} {len(texts) - SHOWN} more"] if len(texts) > SHOWN else []
    return [f"{sentence} {text}" for text in texts[:SHOWN]] + more


def main() -> None:
    if "--check" not in sys.argv:
        compile_changed()
    elif shutil.which("xgettext") is None:
        sys.stdout.write(
            "translation drift was not checked: xgettext is missing (Debian: apt-get install gettext)\n"
        )
    elif found := drift():
        sys.exit("\n".join(found) + "\nRun 'make messages' and translate.")


if __name__ == "__main__":
    main()
