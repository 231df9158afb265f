"""Where in a JSON file the records stand."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from monitoring.importing.reading import packed
from monitoring.importing.reading.likeness import LIKE_POSTS, SAMPLE, likeness
from monitoring.importing.reading.objects.brackets import ROOT, Container, Survey
from monitoring.importing.reading.objects.column_lists import open_columns
from monitoring.importing.reading.objects.documents import Documents
from monitoring.importing.reading.objects.flattening import flattened, parsed
from monitoring.importing.reading.objects.tables import About, ListTable, ObjectTable, list_cells
from monitoring.importing.reading.tables import FileError, Limits, Table

MOST_LOOKED_AT = 20  # lists
MOST_TABLES = 5
INNER_ARE_MORE = 3  # times as many comments as posts: then the comments are what the file is about
AUTHORS = ".includes.users"
MOST_AUTHORS = 50_000
FEWEST_BY_KEY = 3  # objects in an object, before they count as records by their keys

# `window.YTD.tweets.part0 = [`, `const posts = [`, `callback({`, the guard `)]}',` of some services, a comment
SCRIPT = re.compile(
    r"\s*+(?:\)\]\}',?\s*+|(?>/\*.*?\*/)\s*+|//[^\n]*+\n\s*+)*+"
    r"(?:(?:(?:export\s+)?(?:const|let|var)\s+)?[\w$.]+(?:\[['\"]\w+['\"]\])?\s*=\s*|export\s+default\s+|[\w$.]+\(\s*)?"
    r"(?=\{\s*[\"}]|\[\s*[\[{\]\"\d-])",
    re.S,
)
SCALAR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*("(?:[^"\\]|\\.)*"|-?[\d.]+|true|false)\s*[,}]', re.S)


def is_objects(beginning: str) -> bool:
    """True for the beginning of JSON, also behind an assignment in JavaScript."""
    return bool(SCRIPT.match(beginning.removeprefix("\ufeff")))


def open_objects(source: packed.Source, limits: Limits) -> list[Table]:
    """The lists of records that look like posts, the most likely first; else the most likely list alone.

    Raises FileError where there is none, or the file is nested too deeply.
    """
    documents = Documents(source, limits)
    survey = documents.survey()
    paths = _most_likely(documents, survey)
    if not paths and (columns := open_columns(documents, limits)):
        return [columns]
    if not paths and ROOT in survey.containers and survey.containers[ROOT].objects:
        paths = [ROOT]
    tables = [_table(documents, survey, path, limits) for path in paths]
    found = [table for table in tables if table.look()]
    if not found:
        raise FileError(
            _(
                "This seems to be JSON or JavaScript, but there is no list of posts in it. Choose another file."
            )
        )
    return list(found)


def _most_likely(documents: Documents, survey: Survey) -> list[str]:
    """The paths of the lists that look most like posts, longer ones first; none where the document alone does."""
    counts = {path: _count(path, container) for path, container in survey.containers.items()}
    longest = sorted(filter(counts.get, counts), key=lambda path: -counts[path])[:MOST_LOOKED_AT]
    ranks = {path: likeness(_sample(documents, survey, path)) for path in longest}
    best = max(ranks.values(), default=0)
    if not best and ROOT in survey.containers and likeness(_sample(documents, survey, ROOT)):
        return []
    paths = [path for path in longest if ranks[path] == best]
    outer = {path: sum(_is_inside(path, other) for other in paths) for path in paths}
    paths.sort(key=lambda path: -counts[path] / INNER_ARE_MORE ** outer[path])
    return paths[: MOST_TABLES if best == LIKE_POSTS else 1]


def _is_inside(path: str, other: str) -> bool:
    return path.startswith(f"{other}[]")


def _count(path: str, container: Container) -> int:
    """How many records a container holds, if it can be a list of them."""
    if path.endswith(AUTHORS):
        return 0
    if path == ROOT:
        return container.objects if container.objects > 1 else 0
    if container.is_list:
        return max(container.objects, container.lists)
    return container.objects if container.most >= FEWEST_BY_KEY else 0


def _sample(documents: Documents, survey: Survey, path: str) -> list[list[str]]:
    """The first records as rows; none where objects by their keys have no key in common."""
    rows, shapes = [], []
    container = survey.containers[path]
    count = min(
        container.objects + container.lists, SAMPLE
    )  # the file is not read on for more than there are
    for element in islice(documents.elements(path), count):
        try:
            value = parsed(element.raw)[0]
        except ValueError:
            continue
        if isinstance(value, dict):
            rows.append(list(flattened(_without_inner_records(value), careful=False).values()))
            shapes.append(set(value))
        else:
            rows.append(list_cells(element.raw) or [])
    if not container.is_list and (not shapes or not set.intersection(*shapes) or _are_numbers(shapes)):
        return []
    return rows


def _without_inner_records(value: dict[str, Any]) -> dict[str, Any]:
    """A page of posts, or a chat, is no post because of what its only post says."""
    return {
        name: _without_inner_records(part) if isinstance(part, dict) else part
        for name, part in value.items()
        if not (isinstance(part, list) and part and all(isinstance(each, dict) for each in part))
    }


def _are_numbers(shapes: list[set[str]]) -> bool:
    """True for {"text": {"0": ...}, "date": {"0": ...}}, which is columns."""
    return all(key.isdecimal() for keys in shapes for key in keys)


def _table(documents: Documents, survey: Survey, path: str, limits: Limits) -> ObjectTable | ListTable:
    container = survey.containers[path]
    about = About(
        name=path.replace("[]", "").strip("$.*"),
        kind=_kind(documents, path),
        preamble=[] if path == ROOT else _scalars(documents.beginning),
        count=None if survey.broken or documents.one_per_line else container.objects + container.lists,
    )
    if container.objects >= container.lists:
        return ObjectTable(documents, path, about, limits, _authors(documents, survey))
    parent = path.rpartition(".")[0]
    beside = [
        list_cells(raw) or []
        for leaf, raw in survey.leaves.items()
        if leaf.rpartition(".")[0] == parent != ""
    ]
    return ListTable(documents, path, beside, about, limits)


def _authors(documents: Documents, survey: Survey) -> dict[str, Any]:
    """The authors by their ids, where a document names them beside the posts (`includes.users`)."""
    found: dict[str, Any] = {}
    for path in filter(lambda path: path.endswith(AUTHORS), survey.containers):
        for element in islice(documents.elements(path), MOST_AUTHORS):
            with suppress(ValueError):
                author = parsed(element.raw)[0]
                if isinstance(author, dict) and isinstance(author.get("id"), str):
                    found[author["id"]] = author
    return found


def _kind(documents: Documents, path: str) -> str:
    if path.endswith(("orderedItems", "orderedItems[]")):
        return _("ActivityPub outbox (JSON)")
    if documents.one_per_line:
        return _("JSON lines")
    if not documents.beginning.lstrip().startswith(("{", "[")):
        return _("JavaScript archive")
    if path.endswith(".messages"):
        return _("Messenger export (JSON)")
    return _("JSON")


def _scalars(beginning: str) -> list[str]:
    """What a document says of itself above its first list: "name: Brunel Water users"."""
    start = beginning.find("{")
    if start < 0 or beginning[:start].strip():
        return []
    end = min((place for place in (beginning.find(each, start + 1) for each in "{[") if place > 0), default=0)
    return [f"{name}: {value.strip(chr(34))}" for name, value in SCALAR.findall(beginning[start:end])]
