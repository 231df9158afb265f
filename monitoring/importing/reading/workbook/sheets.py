"""The sheets of a workbook as tables."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from monitoring.importing.reading import packed
from monitoring.importing.reading.grid import GridTable, Row
from monitoring.importing.reading.tables import FileError, Limits
from monitoring.importing.reading.workbook.formats import Shown, date_text, number_text, read_formats
from monitoring.importing.reading.workbook.parts import ItemBound, Names, Package, guarded_parser, pieces
from monitoring.importing.reading.workbook.strings import Collector, Strings, read_strings, unescaped

MAX_COLUMN = 16_384  # XFD, the last of Excel


@dataclass(frozen=True)
class Book:
    """What all sheets of a workbook share."""

    package: Package
    strings: Strings
    formats: Sequence[Shown]
    first_1904: bool
    limits: Limits


@dataclass(frozen=True)
class Place:
    """Where a sheet stands."""

    name: str
    part: str
    hidden: bool


def open_workbook(source: packed.Source, limits: Limits) -> list[GridTable]:
    """The sheets that hold anything, hidden ones last. Raises FileError."""
    package = Package(source, limits)
    main = dict(package.relations("").values()).get("officeDocument", "xl/workbook.xml")
    places, first_1904 = _places(package, main)
    relations = dict(package.relations(main).values())
    strings = read_strings(package, relations.get("sharedStrings", ""), limits)
    formats = read_formats(package, relations.get("styles", ""))
    book = Book(package, strings, formats, first_1904, limits)
    sheets = [
        Sheet(book, place) for place in sorted(places, key=lambda place: place.hidden)[: limits.members]
    ]
    tables: list[GridTable] = [sheet for sheet in sheets if sheet.look()]
    if not tables:
        raise FileError(
            _("This workbook holds no rows. Look whether the export had any, and export it again.")
        )
    return tables


def _places(package: Package, main: str) -> tuple[list[Place], bool]:
    """Where the sheets are, in the order of their tabs, and whether days are counted from 1904."""
    relations = package.relations(main)
    places: list[Place] = []
    first_1904 = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            first_1904[0] = attributes.get("date1904", "") in ("1", "true")
        elif name == "sheet":
            number = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            kind, part = relations.get(number, ("", ""))
            if kind == "worksheet":
                places.append(
                    Place(attributes.get("name", ""), part, attributes.get("state", "visible") != "visible")
                )

    package.read(main, start)
    return places, first_1904[0]


class Sheet(GridTable):
    """One sheet. Of merged cells the first has the value, the others are empty, as they are stored."""

    def __init__(self, book: Book, place: Place) -> None:
        notes = [_("This sheet is hidden in the workbook.")] if place.hidden else []
        super().__init__(name=place.name, kind=_("Excel workbook"), limits=book.limits, notes=notes)
        self._book, self._part, self._done = book, place.part, 0
        self._has_empty_formulas = False

    def look(self) -> bool:
        found = super().look()
        if self._has_empty_formulas:
            self.notes = [
                *self.notes,
                _("Some formulas have no stored value. Save the workbook in Excel to fill them."),
            ]
        return found

    def rows(self) -> Iterator[Row]:
        reader = RowReader(self._book)
        bound, self._done = ItemBound(), 0
        with self._book.package.open(self._part) as stream:
            for self._done in pieces(stream, reader.parser):
                bound.check(reader.count, self._done)
                self._has_empty_formulas = reader.has_empty_formulas
                yield from reader.take()
                if reader.finished:
                    break
        self._done = self._book.package.size(self._part)

    @property
    def progress(self) -> float:
        return min(self._done / max(self._book.package.size(self._part), 1), 1.0)


class RowReader:
    """Collects rows of text from the elements `row`, `c`, `v` and `is` of a sheet."""

    def __init__(self, book: Book) -> None:
        self.rows: deque[Row] = deque()
        self.count, self.finished = 0, False
        self.has_empty_formulas = self._has_formula = False
        self._strings, self._limits, self._first_1904 = book.strings, book.limits, book.first_1904
        self._formats = book.formats
        self._inline = Collector(book.limits.cell_chars)
        self._line, self._cells, self._column = 0, list[str](), 0
        self._kind, self._style, self._value = "", "", ""
        self._in_value = self._in_inline = False
        self._names = Names()
        self._converters: dict[str, Callable[[str], str]] = {
            "s": self._shared,
            "b": lambda value: "true" if value in ("1", "true") else "false",
            "e": lambda value: "",
            "str": unescaped,
            "d": lambda value: value.removesuffix(".000"),
        }
        self._columns: dict[str, int] = {}
        self.parser = guarded_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def take(self) -> Iterator[Row]:
        """The rows that are complete, once."""
        while self.rows:
            yield self.rows.popleft()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._names[name]
        if local == "v":
            self._in_value, self._value = True, ""
        elif local == "c":
            self._kind, self._style, self._value = attributes.get("t", ""), attributes.get("s", ""), ""
            self._column, self._has_formula = self._place(attributes.get("r", "")), False
        elif local == "row":
            stated = attributes.get("r", "")
            self._line = int(stated) if stated.isdecimal() and len(stated) < 9 else self._line + 1
            self._cells, self._column = [], -1
        elif local == "is":
            self._in_inline = True
        elif local == "f":
            self._has_formula = True
        elif self._in_inline:
            self._inline.start(local)

    def _end(self, name: str) -> None:
        local = self._names[name]
        if local == "v":
            self._in_value = False
        elif local == "c":
            if self._value:
                self._put(self._text())
            elif self._has_formula:
                self.has_empty_formulas = True
        elif local == "row":
            self.rows.append((self._line, self._cells, ""))
            self.count += 1
        elif local == "is":
            self._in_inline, self._value = False, self._inline.take()
        elif self._in_inline:
            self._inline.end(local)
        elif local == "sheetData":
            self.finished = True

    def _data(self, text: str) -> None:
        if self._in_value:
            if len(self._value) <= self._limits.cell_chars:
                self._value += text
        elif self._in_inline:
            self._inline.data(text)

    def _place(self, reference: str) -> int:
        """The column of a reference such as "B5", from 0; the next one where a tool leaves it out."""
        if not reference:
            return self._column + 1
        letters = reference.rstrip("0123456789")
        if letters not in self._columns:
            self._columns[letters] = _column(letters)
        return self._columns[letters]

    def _put(self, text: str) -> None:
        missing = self._column - len(self._cells)
        if missing > 0:
            self._cells.extend([""] * missing)
        if missing >= 0:
            self._cells.append(text)
        else:
            self._cells[self._column] = text

    def _text(self) -> str:
        if not self._kind or self._kind == "n":
            return self._number(self._value)
        convert = self._converters.get(self._kind)
        return convert(self._value) if convert else self._value

    def _number(self, value: str) -> str:
        place = self._style
        shown = Shown.NUMBER
        if place.isdecimal() and len(place) < 9 and int(place) < len(self._formats):
            shown = self._formats[int(place)]
        return number_text(value) if shown is Shown.NUMBER else date_text(value, shown, self._first_1904)

    def _shared(self, value: str) -> str:
        try:
            return self._strings[int(value)]
        except (ValueError, IndexError):
            return ""


def _column(letters: str) -> int:
    """ "A" is 0, "AA" is 26. What is no reference, or right of XFD, is refused as damaged."""
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= MAX_COLUMN or not letters.isascii():
        raise FileError(_("This workbook names a column that does not exist. Save it again as XLSX or CSV."))
    return number - 1
