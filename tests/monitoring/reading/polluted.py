"""An invented table of 85 rows, and the ways in which files of it go wrong: `cases()` yields each with what is right.

The kinds are those that surveys of public files found; the table, its words and the spoiling are our own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Rows = list[list[str]]
HEADER = ["Day", "Hour", "Stars", "OrderNo", "Refund", "Article", "Review", "PageLink", "Remark"]
ARTICLES = [
    "Kettle Lift",
    "Tea Strainer",
    "Folding Rack",
    "Desk Lamp Oslo",
    "Rain Poncho",
    "Lunch Box",
    "Bike Bell",
]
REVIEWS = [
    "The {a} came late, the box was wet, and nobody at the shop answers since Monday.",
    "Third {a} in a year that breaks at the same place, I want my money back.",
    "Works as described, quiet, easy to clean and the colour is just like in the picture.",
    "My daughter's hand was hurt by the {a}; please take it off the shelves, now!",
    "Support said that it's a known fault, but sent the very same part again",
    "Good value, although the manual is in one language only, which I can't read.",
]


def table() -> Rows:
    """85 rows below the header."""
    draw = random.Random(7)
    rows = []
    for number in range(85):
        article = ARTICLES[number % len(ARTICLES)]
        rows.append(
            [
                f"{1 + number % 28:02}.{3 + number // 28:02}.2024",
                f"{number * 7 % 24:02}:{number * 13 % 60:02}",
                str(1 + number % 5),
                f"{draw.choice('KLM')}{draw.choice('XYZ')}-{draw.randrange(1000, 9999)}",
                f"${draw.randrange(5, 90)}.{draw.randrange(10, 99)}",
                article,
                REVIEWS[number % len(REVIEWS)].format(a=article),
                f"https://shop.example/r/{draw.randrange(10**6)}.html",
                "" if number % 9 else "checked",
            ]
        )
    return rows


@dataclass
class Style:
    """How a table is written."""

    delimiter: str = ","
    quote: str = '"'
    quoted: Sequence[int] = (6, 7)  # columns that always are
    line_end: str = "\r\n"
    doubled: str | None = None  # a quote within a quoted cell; None: twice

    def cell(self, index: int, cell: str) -> str:
        needs = any(sign in cell for sign in (self.delimiter, self.quote, "\n"))
        if not needs and index not in self.quoted:
            return cell
        doubled = self.quote * 2 if self.doubled is None else self.doubled
        return self.quote + cell.replace(self.quote, doubled) + self.quote

    def parts(self, row: Sequence[str]) -> list[str]:
        return [self.cell(index, cell) for index, cell in enumerate(row)]

    def row(self, row: Sequence[str]) -> str:
        return self.delimiter.join(self.parts(row))

    def file(self, rows: Sequence[Sequence[str]]) -> str:
        return "".join(self.row(row) + self.line_end for row in rows)


@dataclass
class Case:
    kind: str
    data: bytes
    header: list[str]  # [] where the file has none
    rows: Rows
    weight: float = field(default=1.0)


Spoil = Callable[[list[list[str]], int, int], tuple[str, Rows]]


def cases(places: Callable[[int, int], bool] = lambda row, column: True) -> Iterator[Case]:
    """Whole-file kinds, then each kind of broken row at the places (row, column) asked for; row 0 is the header."""
    yield from files()
    rows = [HEADER, *table()]
    for name, spoil in ROW_KINDS.items():
        for row in range(len(rows)):
            for column in range(len(HEADER)):
                if places(row, column) and (case := spoil(rows, row, column)):
                    text, right = case
                    yield Case(name, text.encode(), right[0], right[1:])


def files() -> Iterator[Case]:
    rows = table()
    both = [HEADER, *rows]

    def case(kind: str, text: str | bytes, header: list[str] = HEADER, right: Rows = rows) -> Case:
        return Case(kind, text.encode() if isinstance(text, str) else text, header, right)

    plain = Style()
    yield case("clean", plain.file(both))
    yield case("no line end at the end", plain.file(both).removesuffix("\r\n"))
    yield case("empty lines at the end", plain.file(both) + "\r\n\r\n")
    yield case("empty line between all rows", Style(line_end="\r\n\r\n").file(both))
    yield case("no header", plain.file(rows), [])
    yield case("header only", plain.file([HEADER]), right=[])
    yield case("one row", plain.file(both[:2]), right=rows[:1])
    yield case("two rows", plain.file(both[:3]), right=rows[:2])
    yield case("line feed", Style(line_end="\n").file(both))
    yield case("carriage return", Style(line_end="\r").file(both))
    for name, delimiter in DELIMITERS.items():
        yield case(f"separator {name}", Style(delimiter).file(both))
    yield case("spaces, texts unquoted", "".join(" ".join(plain.parts(row)) + "\r\n" for row in both))
    yield case("apostrophe as quote", Style(quote="'").file(both))
    yield case("apostrophe as quote, semicolon", Style(";", "'").file(both))
    for name, cells in (("all", range(9)), ("none", ())):
        yield case(f"quoted {name}", Style(quoted=list(cells)).file(both))
    quoting = _with_quotes(rows)
    yield case("doubled quotes", plain.file([HEADER, *quoting]), right=quoting)
    yield case("backslash quotes", Style(doubled='\\"').file([HEADER, *quoting]), right=quoting)
    yield case(
        "backslash quotes, all quoted",
        Style(doubled='\\"', quoted=range(9)).file([HEADER, *quoting]),
        right=quoting,
    )
    yield case("quotes not escaped", Style(doubled='"').file([HEADER, *quoting]), right=quoting)
    broken = _with_breaks(rows)
    yield case("line breaks in cells", Style(line_end="\n").file([HEADER, *broken]), right=broken)
    yield case(
        "line breaks in cells, CRLF",
        plain.file([HEADER, *broken]).replace("\n", "\r\n").replace("\r\r", "\r"),
        right=broken,
    )
    yield from _above(case, both, rows)
    yield from _below(case, both, rows)
    yield from _widths(case, both, rows)
    yield from _encodings(case, rows)


DELIMITERS = {
    "semicolon": ";", "tab": "\t", "bar": "|", "comma and space": ", ", "tilde": "~", "caret": "^", "two bars": "||",
    "colon": ":", "unit separator": "\x1f", "number sign": "#", "two tabs": "\t\t", "semicolon and space": "; ",
}  # fmt: skip


def _with_quotes(rows: Rows) -> Rows:
    return [
        [*row[:6], row[6].replace("shop", '"shop"').replace("known fault", '"known" fault'), *row[7:]]
        for row in rows
    ]


def _with_breaks(rows: Rows) -> Rows:
    return [[*row[:6], row[6].replace(", ", ",\n", 1), *row[7:]] for row in rows]


def _above(case: Callable[..., Case], both: Rows, rows: Rows) -> Iterator[Case]:
    plain = Style()
    text = plain.file(both)
    yield case("title line", "Reviews of the week\r\n" + text)
    yield case("title line and empty line", "Reviews of the week\r\n\r\n" + text)
    yield case("title, padded with separators", "Reviews of the week,,,,,,,,\r\n,,,,,,,,\r\n" + text)
    yield case("key and value lines", "Report:,Reviews\r\nFrom:,01.03.2024\r\nTo:,31.05.2024\r\n\r\n" + text)
    yield case("title with commas", "Reviews, March to May, all shops\r\n\r\n" + text)
    yield case("comment lines", "# made by tool 1.2\r\n# all times UTC\r\n" + text)
    yield case("sep line", "sep=;\r\n" + Style(";").file(both))
    yield case("sep line, quoted", '"sep=;"\r\n' + Style(";").file(both))
    twice = [f"{name} {name}" for name in HEADER]
    yield case("header twice", plain.file([HEADER]) + text, twice)
    yield case(
        "header three times",
        plain.file([HEADER, HEADER]) + text,
        [f"{name} {name} {name}" for name in HEADER],
    )
    units = ["date", "time", "of five", "code", "EUR", "name", "words", "address", "text"]
    joined = [f"{name} {unit}" for name, unit in zip(HEADER, units, strict=True)]
    yield case("header in two rows", plain.file([HEADER, units]) + plain.file(rows), joined)
    described = [
        f"This column says what the customer's {name.lower()} was, as we got it from the shop"
        for name in HEADER
    ]
    yield case("description row", plain.file([HEADER, described]) + plain.file(rows))
    group = ["When", "", "What", "", "", "", "", "", ""]
    names = ["Value", "Hour", "Value", *HEADER[3:]]
    yield case(
        "group row",
        plain.file([group, names]) + plain.file(rows),
        ["When Value", "Hour", "What Value", *HEADER[3:]],
    )
    lines = ["Day", "Hour", "Stars\n1 bad\n5 good", *HEADER[3:]]
    yield case("line breaks in the header", plain.file([lines]) + plain.file(rows), lines)
    yield case(
        "header without first name", plain.file([["", *HEADER[1:]]]) + plain.file(rows), ["", *HEADER[1:]]
    )


def _below(case: Callable[..., Case], both: Rows, rows: Rows) -> Iterator[Case]:
    text = Style().file(both)
    yield case("row of totals", text + "Total,,85,,$3921.50,,,,\r\n")
    yield case("row of totals, short", text + "Total,,85\r\n")
    yield case("remark below", text + "\r\nMade by the shop's own tool\r\n")
    yield case("remarks below, padded", text + ",,,,,,,,\r\n* times are UTC,,,,,,,,\r\n")
    other = Style().file(
        [["Shop", "Town", "Sales"], ["Nord", "Kiel", "12"], ["Süd", "Ulm", "7"], ["Ost", "Jena", "3"]]
    )
    yield case("another table below", text + "\r\n" + other)
    yield case("another table below, no gap", text + other)
    narrow = Style().file([row[:8] for row in both])
    yield case("narrower copy below", text + narrow)
    wide = Style().file([[*row, "x1" if number else "More"] for number, row in enumerate(both)])
    yield case("wider copy below", text + wide)
    yield case("header again within", Style().file([*both[:40], HEADER, *both[40:]]))
    foreign = [["Shop", "Town", "Size", "Owner", "Phone", "Street", "Opened by", "Built", "Kind"]]
    foreign += [
        ["Nord", "Kiel", "big", "Ann", "none", f"Street {n}", "Bob", "long ago", "plain"] for n in range(6)
    ]
    yield case("another table of the same width", text + Style().file(foreign))


def _widths(case: Callable[..., Case], both: Rows, rows: Rows) -> Iterator[Case]:
    plain = Style()
    yield case(
        "empty cells left out at the end", "".join(plain.row(row).rstrip(",") + "\r\n" for row in both)
    )
    yield case(
        "separator at the end of each row",
        "".join(plain.row(row) + ",\r\n" for row in both),
        [*HEADER, ""],
        [[*row, ""] for row in rows],
    )
    yield case(
        "separator at the end of data rows",
        plain.file([HEADER]) + "".join(plain.row(row) + ",\r\n" for row in rows),
        [*HEADER, ""],
        [[*row, ""] for row in rows],
    )
    yield case(
        "row numbers without name",
        plain.file([HEADER]) + "".join(f"{n}," + plain.row(row) + "\r\n" for n, row in enumerate(rows)),
        ["", *HEADER],
        [[str(n), *row] for n, row in enumerate(rows)],
    )
    yield case(
        "each row quoted as one cell",
        "".join('"' + plain.row(row).replace('"', '""') + '"\r\n' for row in both),
    )
    one = [[row[6]] for row in rows]
    yield case("one column", "Review\r\n" + "".join(f'"{row[6]}"\r\n' for row in rows), ["Review"], one)
    yield case(
        "one column, unquoted", "Review\r\n" + "".join(f"{row[6]}\r\n" for row in rows), ["Review"], one
    )
    two = [[row[5], row[6]] for row in rows]
    yield case(
        "two columns of text",
        Style(";", quoted=()).file([["Article", "Review"], *two]),
        ["Article", "Review"],
        two,
    )
    yield case(
        "unclosed quote",
        plain.file(both[:30]) + plain.row(both[30]).replace('ber"', "ber") + "\r\n" + plain.file(both[31:]),
    )


ALPHABETS = {
    "utf-8": "Müşteri hizmetleri aramıyor: 不好 🎄 плохо",
    "utf-8-sig": "Çok kötü, źle, плохо",
    "utf-16": "şikâyet: плохо",
    "utf-16-le": "şikâyet: 不好",
    "utf-16-be": "źle",
    "cp1254": "şikâyet: ağır, İade yok, ışık",
    "cp1250": "źle wysłana książka, proszę",
    "cp1252": "très décevant, l’heure – ça va",
    "gb18030": "包装鼓起来了，客服不理人",
    "cp932": "電池がすぐ切れます。とても残念",
    "koi8-r": "Не работает приложение",
    "cp1251": "Не работает приложение",
    "big5": "瓶裝水喝起來有塑膠味",
    "euc-kr": "배송이 늦어요 정말",
    "utf-32": "źle",
}


def _encodings(case: Callable[..., Case], rows: Rows) -> Iterator[Case]:
    for name, words in ALPHABETS.items():
        changed = [[*row[:6], f"{words}, {number}", *row[7:]] for number, row in enumerate(rows)]
        yield case(f"encoding {name}", Style().file([HEADER, *changed]).encode(name), right=changed)
        few = changed[:3]
        yield case(f"encoding {name}, three rows", Style(";").file([HEADER, *few]).encode(name), right=few)
    words = [[*row[:6], f"çok kötü {number}", *row[7:]] for number, row in enumerate(rows)]
    data = Style().file([HEADER, *words]).encode()
    damaged = [
        [*row[:6], row[6].replace("ç", "\ufffd") if n == 40 else row[6], *row[7:]]
        for n, row in enumerate(words)
    ]
    yield case(
        "encoding utf-8, one character damaged",
        data.replace("çok kötü 40".encode(), b"\xe7" + "ok kötü 40".encode()),
        right=damaged,
    )
    yield case("NUL bytes", Style().file([HEADER, *rows]).encode().replace(b"Monday", b"Mon\0day"))


def _row_kind(
    change: Callable[[list[str], int], str | None],
) -> Callable[[Rows, int, int], tuple[str, Rows] | None]:
    """A kind that spoils one row's text; what is right stays the whole table."""

    def spoil(rows: Rows, row: int, column: int) -> tuple[str, Rows] | None:
        style = Style()
        spoilt = change(style.parts(rows[row]), column)
        if spoilt is None:
            return None
        return style.file(rows[:row]) + spoilt + style.file(rows[row + 1 :]), rows

    return spoil


def _less(parts: list[str], column: int) -> str | None:
    if not column:
        return None
    return ",".join([*parts[: column - 1], parts[column - 1] + parts[column], *parts[column + 1 :]]) + "\r\n"


def _more(parts: list[str], column: int) -> str:
    return ",".join([*parts[:column], "", *parts[column:]]) + "\r\n"


def _other(delimiter: str) -> Callable[[list[str], int], str | None]:
    return lambda parts, column: None if column else delimiter.join(parts) + "\r\n"


def _extra_quote(rows: Rows, row: int, column: int) -> tuple[str, Rows]:
    style = Style()
    parts = style.parts(rows[row])
    is_quoted = parts[column].startswith('"')
    parts[column] = '""' + parts[column][1:] if is_quoted else '"' + parts[column]
    right = [list(each) for each in rows]
    right[row][column] = '"' + right[row][column]
    return style.file(rows[:row]) + ",".join(parts) + "\r\n" + style.file(rows[row + 1 :]), right


def _quote_behind(rows: Rows, row: int, column: int) -> tuple[str, Rows]:
    _text, right = _extra_quote(rows, row, column)
    style = Style()
    parts = style.parts(rows[row])
    parts[column] = parts[column][:-1] + '""' if parts[column].startswith('"') else parts[column] + '"'
    right[row][column] = rows[row][column] + '"'
    return style.file(rows[:row]) + ",".join(parts) + "\r\n" + style.file(rows[row + 1 :]), right


def _bare_comma(rows: Rows, row: int, column: int) -> tuple[str, Rows] | None:
    """A text with commas whose quotes are missing."""
    if column != 6 or "," not in rows[row][6]:
        return None
    style = Style()
    parts = style.parts(rows[row])
    parts[6] = rows[row][6]
    return style.file(rows[:row]) + ",".join(parts) + "\r\n" + style.file(rows[row + 1 :]), rows


def _bare_break(rows: Rows, row: int, column: int) -> tuple[str, Rows] | None:
    """A line break in a cell that is not quoted."""
    if column != 5 or not row or " " not in rows[row][5]:
        return None
    right = [list(each) for each in rows]
    right[row][5] = right[row][5].replace(" ", "\n", 1)
    style = Style()
    parts = style.parts(rows[row])
    parts[5] = right[row][5]
    return style.file(rows[:row]) + ",".join(parts) + "\r\n" + style.file(rows[row + 1 :]), right


def _no_line_end(rows: Rows, row: int, column: int) -> tuple[str, Rows] | None:
    if column or not 0 < row < len(rows) - 1:
        return None
    style = Style()
    return style.file(rows[:row]) + style.row(rows[row]) + style.file(rows[row + 1 :]), rows


def _doubled_end(parts: list[str], column: int) -> str | None:
    return None if column else ",".join(parts) + "\r\n\r\n"


def _long(parts: list[str], column: int) -> str | None:
    return None if column else ",".join(parts) + ",,,\r\n"


ROW_KINDS: dict[str, Callable[[Rows, int, int], tuple[str, Rows] | None]] = {
    "row: separator missing": _row_kind(_less),
    "row: separator too many": _row_kind(_more),
    "row: quote before a cell": _extra_quote,
    "row: quote behind a cell": _quote_behind,
    "row: spaces as separator": _row_kind(_other(" ")),
    "row: semicolons as separator": _row_kind(_other(";")),
    "row: tabs as separator": _row_kind(_other("\t")),
    "row: text with commas not quoted": _bare_comma,
    "row: line break in a cell not quoted": _bare_break,
    "row: line end missing": _no_line_end,
    "row: empty line behind": _row_kind(_doubled_end),
    "row: separators at the end": _row_kind(_long),
}


def f1(right: Sequence[object], read: Sequence[object]) -> tuple[float, float, float]:
    """Precision, recall and F1 of what was read, as multisets."""
    if not right:
        return (1.0, 1.0, 1.0) if not read else (0.0, 1.0, 0.0)
    both = sum((Counter(right) & Counter(read)).values())
    if not both:
        return 0.0, 0.0, 0.0
    precision, recall = both / len(read), both / len(right)
    return precision, recall, 2 * precision * recall / (precision + recall)


def points(case: Case, header: Sequence[str], rows: Sequence[Sequence[str]]) -> float:
    """0 to 10: read at all, and the three measures of header, rows and cells."""
    total = 1.0
    total += sum(f1(case.header, list(header)))
    total += sum(f1([tuple(row) for row in case.rows], [tuple(row) for row in rows]))
    total += sum(f1([cell for row in case.rows for cell in row], [cell for row in rows for cell in row]))
    return total
