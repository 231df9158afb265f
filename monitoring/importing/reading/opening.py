"""What a file is, decided by its content alone: names lie, and are lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from monitoring.importing.reading import chats, feeds, packed, pages, signatures
from monitoring.importing.reading.archives import MemberTable, joined
from monitoring.importing.reading.delimited import encoding
from monitoring.importing.reading.delimited.stream import DelimitedTable
from monitoring.importing.reading.likeness import LIKE_POSTS, SAMPLE, likeness
from monitoring.importing.reading.objects.finding import is_objects, open_objects
from monitoring.importing.reading.tables import FileError, Limits, Table
from monitoring.importing.reading.workbook.sheets import open_workbook

XML = re.compile(r"\s*<[?!a-z]", re.I)
CODE = re.compile(r"\s*(<\?php|#!/|\(function|!function|function\s*\(|[\"']use strict[\"'])")
MOST_REASONS = 5
WORKBOOK = re.compile(r"[/\\]*xl[/\\]\w*workbook\w*\.xml$", re.I)
CODE_ENDINGS = (".js", ".mjs", ".ts", ".html", ".htm")  # of members: of these only data is wanted


def open_tables(path: Path, *, name: str, limits: Limits) -> list[Table]:
    """The tables of a file, the one that looks most like posts first. `name` is what its owner calls it.

    Raises FileError where the file is no table, is damaged, or takes more than the limits.
    """
    source = packed.plain(path)
    if source.size > limits.unpacked_bytes:
        raise FileError(packed.too_large(limits.unpacked_bytes))
    if source.head().startswith(signatures.GZIP):
        source = packed.unpacked_gzip(source, limits)
    if source.head().startswith(signatures.ZIP):
        return _in_zip(source, limits)
    return _ordered(_in_file(source, limits))


def _in_zip(source: packed.Source, limits: Limits) -> list[Table]:
    if packed.is_document(source):
        return joined(_ordered(_in_document(source, limits)))
    members, notes = packed.members(source, limits)
    tables: list[MemberTable] = []
    refused: dict[str, FileError] = {}
    for member in members:
        try:
            tables += _in_member(member, limits)
        except packed.PackedError:
            raise
        except FileError as error:
            refused[member.name] = error
    if not tables:
        raise next(iter(refused.values()))
    kept = _most_likely(tables)
    unlikely = [table.name for table in tables if table not in kept]
    for table in kept:
        table.left_out = [*notes, *_reasons(refused), *packed.left_out(unlikely)]
    return joined(kept)


def _reasons(refused: dict[str, FileError]) -> list[str]:
    """Why files of an archive were left out; of many of them only the names."""
    explained = list(refused.items())[:MOST_REASONS]
    sentences = [
        _("“%(name)s” was left out. %(reason)s") % {"name": name, "reason": why} for name, why in explained
    ]
    return sentences + packed.left_out(list(refused)[MOST_REASONS:])


def _most_likely(tables: list[MemberTable]) -> list[MemberTable]:
    """Of an archive: without the settings, contacts and pictures that stand beside the posts."""
    ranks = {id(table): _likeness(table) for table in tables}
    least = 1 if max(ranks.values()) == LIKE_POSTS else 0
    return sorted(
        (table for table in tables if ranks[id(table)] >= least), key=lambda table: -ranks[id(table)]
    )


def _in_member(member: packed.Source, limits: Limits) -> list[MemberTable]:
    """The tables of one file of an archive, named for it. Raises FileError for what is no table."""
    head = member.head()
    if head.startswith(signatures.ZIP):
        tables = _in_document(member, limits)
    elif member.name.lower().endswith(CODE_ENDINGS) and not is_objects(_text(head)):
        raise FileError(_("This file is a part of a program or a page."))
    else:
        tables = _in_file(member, limits)
    return [MemberTable(table, member.name) for table in tables]


def _in_document(source: packed.Source, limits: Limits) -> list[Table]:
    """The sheets of an XLSX workbook. Raises FileError for the documents of other programs."""
    names = packed.member_names(source)
    if any(WORKBOOK.match(name) for name in names):
        return list(open_workbook(source, limits))
    raise FileError(_other_document(names))


def _other_document(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return _(
            "This seems to be a binary workbook (.xlsb). Save it as “Excel workbook (.xlsx)” and choose that file."
        )
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return _("This seems to be a Word or PowerPoint document. Save its table as XLSX or CSV.")
    if any(name.endswith(".iwa") for name in names):
        return _("This seems to be a document of Numbers or Pages. Export it as Excel (XLSX) or CSV.")
    return _(
        "This seems to be an OpenDocument file (.ods or .odt). Save it as XLSX or CSV and choose that file."
    )


def _in_file(source: packed.Source, limits: Limits) -> list[Table]:
    """The tables of a file that is not packed."""
    head = source.head()
    signatures.refuse_what_is_no_table(head)
    text = _text(head)
    if chats.is_chat(text):
        return [chats.ChatTable(source, limits)]
    if is_objects(text):
        return open_objects(source, limits)
    if XML.match(text):
        return _in_markup(source, head, text, limits)
    if CODE.match(text):
        raise FileError(
            _("This seems to be the source of a program, not a table. Choose an export of posts.")
        )
    return [DelimitedTable(source.open, size=source.size, limits=limits, name=source.name)]


def _text(head: bytes) -> str:
    return head.decode(encoding.detect(head).codec, "replace").lstrip("\ufeff")


def _in_markup(source: packed.Source, head: bytes, text: str, limits: Limits) -> list[Table]:
    if feeds.is_feed(head):
        return [feeds.FeedTable(source, limits)]
    if pages.is_page(text):
        return [pages.open_page(source, limits)]
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise FileError(
            _("This seems to be a workbook of Excel 2003 (XML). Save it as XLSX or CSV and choose that file.")
        )
    raise FileError(
        _("This seems to be XML, but no feed (Atom or RSS). Ask the tool for an export as CSV, XLSX or JSON.")
    )


def _ordered(tables: Sequence[Table]) -> list[Table]:
    """The tables with texts and times first; else as they stand in the file, hidden sheets last."""
    return sorted(tables, key=lambda table: -_likeness(table)) if len(tables) > 1 else list(tables)


def _likeness(table: Table) -> int:
    return likeness(record.cells for record in islice(table.records(), SAMPLE))
