"""JSON: the list of posts is found wherever it stands, and each post becomes a row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitoring.importing.reading.tables import FileError, Limits
from tests.monitoring.reading.archives import cells_of, columns_of, faults_of, opened

POSTS = [
    {"id": 1, "created": "2025-03-01T10:00:00Z", "text": "The lid leaks again, Ostria"},
    {"id": 2, "created": "2025-03-02T10:00:00Z", "text": "Kapak yine akıtıyor 🙄"},
    {"id": 3, "created": "2025-03-03T10:00:00Z", "text": "No answer from anybody"},
]
ROWS = [{name: str(value) for name, value in post.items()} for post in POSTS]
WRITTEN = json.dumps(POSTS)


@pytest.mark.parametrize(
    "content",
    [
        WRITTEN,
        json.dumps(POSTS, indent=1, ensure_ascii=False),
        json.dumps({"meta": {"count": 3, "tags": [{"a": 1}] * 9}, "result": {"page": {"items": POSTS}}}),
        json.dumps({"data": POSTS, "includes": {"users": [{"id": n, "name": "u"} for n in range(9)]}}),
        "\n".join(map(json.dumps, POSTS)),
        "\r\n\r\n".join(map(json.dumps, POSTS)) + "\r\n",
        ",\n".join(map(json.dumps, POSTS)),
        "".join(map(json.dumps, POSTS)),
        json.dumps(POSTS[:2]) + "\n" + json.dumps(POSTS[2:]),
        json.dumps({"data": POSTS[:2]}) + "\n" + json.dumps({"data": POSTS[2:]}),
        f"window.YTD.tweets.part0 = {WRITTEN}",
        f"window.YTD.tweets.part0 = {json.dumps([{'tweet': post} for post in POSTS], indent=2)};",
        f"const posts = {WRITTEN};\n",
        f"// made by a tool\nexport const posts = {WRITTEN}",
        f"callback({WRITTEN});",
        f")]}}'\n{WRITTEN}",
        json.dumps({"edges": [{"node": post} for post in POSTS]}),
        json.dumps({"columns": list(POSTS[0]), "data": [list(post.values()) for post in POSTS]}),
        json.dumps([list(POSTS[0]), *(list(post.values()) for post in POSTS)]),
        json.dumps({name: [post[name] for post in POSTS] for name in POSTS[0]}),
        json.dumps({name: {str(n): post[name] for n, post in enumerate(POSTS)} for name in POSTS[0]}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_posts_are_found(tmp_path: Path, content: str, encoding: str) -> None:
    table = opened(tmp_path, content.encode(encoding))[0]
    assert columns_of(table) == ROWS
    assert table.progress == 1


def test_records_by_their_keys(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, json.dumps({"posts": {f"a{post['id']}": post for post in POSTS}}))
    assert columns_of(table) == [{"key": f"a{row['id']}", **row} for row in ROWS]


def test_two_lists_of_posts_are_two_tables(tmp_path: Path) -> None:
    content = {
        "posts": POSTS[:1],
        "replies": [{"on": post["created"], "body": post["text"]} for post in POSTS],
    }
    assert [table.name for table in opened(tmp_path, json.dumps(content))] == ["replies", "posts"]


def test_a_list_of_things_that_are_no_posts_is_a_table_too(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, '{"items": [{"a": 1}, {"a": 2}]}')
    assert columns_of(table) == [{"a": "1"}, {"a": "2"}]


def test_an_inner_list_comes_first_where_it_is_much_longer(tmp_path: Path) -> None:
    comments = [{"at": "2025-01-01T10:00:00Z", "comment": "It leaks all day"}]
    for count, names in ((2, ["posts", "posts.comments"]), (9, ["posts.comments", "posts"])):
        content = {"posts": [{**post, "comments": comments * count} for post in POSTS]}
        assert [table.name for table in opened(tmp_path, json.dumps(content))] == names


def test_authors_beside_the_posts_are_joined(tmp_path: Path) -> None:
    users = [
        {"id": "7", "username": "ece", "created_at": "2020-01-01T10:00:00Z", "description": "I write things"}
    ]
    content = {
        "data": [{**POSTS[0], "author_id": 7}, {**POSTS[1], "author_id": 8}],
        "includes": {"users": users * 3},
    }
    (table,) = opened(tmp_path, json.dumps(content))
    assert [row.get("author.username") for row in columns_of(table)] == ["ece", None]


def test_lists_of_several_chats_are_one_table(tmp_path: Path) -> None:
    content = {
        "chats": {"list": [{"name": "a", "messages": POSTS[:1]}, {"name": "b", "messages": POSTS[1:]}]}
    }
    table = opened(tmp_path, json.dumps(content))[0]
    assert (table.name, columns_of(table)) == ("chats.list.messages", ROWS)


@pytest.mark.parametrize(
    ("value", "cells"),
    [
        ('{"a": {"b": {"c": 1}}}', {"a.b.c": "1"}),
        ('{"a": 123456789012345678901234567890}', {"a": "123456789012345678901234567890"}),
        (
            '{"a": 29.0, "b": 0.10, "c": 1.5E+3, "d": 1e999999999}',
            {"a": "29", "b": "0.10", "c": "1500", "d": "1e999999999"},
        ),
        ('{"a": NaN, "b": -Infinity, "c": null, "d": true}', {"d": "true"}),
        ('{"a": "29.0"}', {"a": "29.0"}),
        ('{"a": 1, "a": 2}', {"a": "2"}),
        ('{"a": ["x", 2, null]}', {"a": "x, 2, "}),
        ('{"a": ["see ", {"type": "link", "text": "here"}, "."]}', {"a": "see here."}),
        ('{"a": [{"type": "plain", "text": "see "}, {"type": "bold", "text": "here"}]}', {"a": "see here"}),
        ('{"a": [{"text": "x"}, {"text": "y"}]}', {"a": "2"}),
        ('{"a": [{"title": "x", "n": 1}]}', {"a.title": "x", "a.n": "1"}),
        ('{"a": [{"post": "x"}, {"time": 1}]}', {"a.post": "x", "a.time": "1"}),
        ('{"a": {"$date": "2025"}, "b": {"$date": {"$numberLong": "7"}}}', {"a": "2025", "b": "7"}),
        (
            '{"a": "cut \\ud83d emoji", "b": "\\ud83d\\ude44", "c": "x\\u0000y"}',
            {"a": "cut \ufffd emoji", "b": "🙄", "c": "xy"},
        ),
        ('{"a": "\\u00c5\\u009feker", "b": "\\u00fc"}', {"a": "şeker", "b": "ü"}),
        (json.dumps({"a": {f"k{n}": n for n in range(101)}}), {"a": "101"}),
    ],
)
def test_values(tmp_path: Path, value: str, cells: dict[str, str]) -> None:
    (table,) = opened(tmp_path, f'{value[:-1]}, "text": "some longer text"}}\n{{"text": "some other text"}}')
    assert columns_of(table) == [{**cells, "text": "some longer text"}, {"text": "some other text"}]


def test_an_outbox_gives_the_posts_in_its_activities(tmp_path: Path) -> None:
    note = {
        "id": "https://s.example/1",
        "type": "Note",
        "content": "<p>Late again</p>",
        "published": "2025-01-01T10:00:00Z",
    }
    items = [
        {
            "id": "https://s.example/1/activity",
            "type": "Create",
            "actor": "https://s.example/u",
            "object": note,
        },
        {
            "type": "Announce",
            "actor": "https://s.example/u",
            "object": "https://other.example/9",
            "published": "2025",
        },
    ]
    content = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "OrderedCollection",
        "orderedItems": items,
    }
    (table,) = opened(tmp_path, json.dumps(content))
    assert columns_of(table) == [note | {"attributedTo": "https://s.example/u"}]
    assert len(table.notes) == 1


def test_service_messages_are_counted(tmp_path: Path) -> None:
    service = {"id": 9, "type": "service", "date": "2025-03-01T10:00:00", "action": "join", "text": ""}
    (table,) = opened(tmp_path, json.dumps({"name": "Chat of users", "messages": [service, *POSTS, service]}))
    assert columns_of(table) == ROWS
    assert list(table.preamble) == ["name: Chat of users"]
    assert table.notes[0].startswith("2 ")


def test_names_are_those_that_ever_hold_something(tmp_path: Path) -> None:
    lines = [{"id": n, "empty": "", "text": "words and words"} for n in range(2500)] + [
        {"id": 1, "late": "x"}
    ]
    (table,) = opened(tmp_path, "\n".join(map(json.dumps, lines)))
    assert list(table.header) == ["id", "text", "late"]


def test_one_damaged_record_is_the_fault_of_itself(tmp_path: Path) -> None:
    written = WRITTEN.replace('"id": 2', '"id": two')
    (table,) = opened(tmp_path, written)
    assert [record.line for record in faults_of(table)] == [2]
    assert len(list(table.records())) == 3


@pytest.mark.parametrize("cut", [1, 5, 40, 60])
def test_what_stands_before_a_cut_is_kept(tmp_path: Path, cut: int) -> None:
    (table,) = opened(tmp_path, f'{{"posts": {WRITTEN}}}'[:-cut])
    whole = [record.cells for record in table.records() if not record.fault]
    assert whole == [list(row.values()) for row in ROWS][: 3 if cut < 3 else 2 if cut < 3 else len(whole)]
    assert len(whole) >= 2
    assert len(faults_of(table)) == 1


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_cut_line_is_one_fault(tmp_path: Path, place: int) -> None:
    lines = list(map(json.dumps, POSTS))
    lines[place] = lines[place][:50]
    (table,) = opened(tmp_path, "\n".join(lines))
    assert [(record.line, bool(record.fault)) for record in table.records()] == [
        (line, line == place + 1) for line in (1, 2, 3)
    ]


def test_damaged_letters_are_replaced_and_said(tmp_path: Path) -> None:
    (table,) = opened(tmp_path, WRITTEN.replace("leaks", "le\xe4ks").encode("latin-1"))
    assert len(cells_of(table)) == 3


def test_bounds(tmp_path: Path) -> None:
    long = [{**POSTS[0], "text": "words " * 1000}, *POSTS]
    (table,) = opened(tmp_path, json.dumps(long), Limits(cell_chars=500))
    assert [record.line for record in faults_of(table)] == [1]
    (table,) = opened(tmp_path, json.dumps(long), Limits(line_chars=500))
    assert [record.line for record in faults_of(table)][:1] == [1]
    wide = json.dumps([{**POSTS[0], **{f"n{n}": n for n in range(50)}}])
    (table,) = opened(tmp_path, wide, Limits(columns=10))
    assert (len(table.header), len(table.notes)) == (10, 1)


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        '{"a": 1}'[:0] + "[1, 2, 3]",
        "[" * 100_000,
        '{"a":' * 100_000,
        "[{" * 70,
        '[{"a": "' + "x" * 5_000_000,
    ],
)
def test_what_holds_no_posts_is_one_sentence(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileError) as caught:
        opened(tmp_path, content)
    assert str(caught.value).endswith(".")
