"""Columns are found by their names, in many languages and spellings, and by what their cells look like."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from time import process_time

import pytest

from monitoring.importing.meaning.columns import Proposal, propose, with_half_of_day
from monitoring.importing.meaning.fields import FIELDS
from monitoring.importing.meaning.names import plain, read_name
from tests.monitoring.meaning import tables
from tests.shared_data import EXPORTS

DAYS = [f"2025-03-{day:02d}" for day in range(1, 13)]
TEXTS = [tables.CELLS["text"](i) for i in range(12)]


def found(proposal: Proposal, width: int) -> list[str]:
    """The field of each column, "-" for none; of two columns of text the first is the title."""
    fields = ["-"] * width
    for field, columns in proposal.columns.items():
        for position, column in enumerate(columns):
            fields[column] = "title" if field == "text" and len(columns) == 2 and position == 0 else field
    return fields


def table(**columns: Sequence[str]) -> tuple[list[str], list[tuple[str, ...]]]:
    return list(columns), list(zip(*columns.values(), strict=True))


@pytest.mark.parametrize("file", ["headers.txt", "tools.txt"])
def test_nearly_all_columns_are_found(file: str) -> None:
    right = columns = 0
    for expected in tables.read(file):
        fields = found(propose(expected.header, expected.rows), len(expected.header))
        right += sum(one == other for one, other in zip(fields, expected.fields, strict=True))
        columns += len(fields)
    assert right / columns > 0.99


@pytest.mark.parametrize("file", ["headers.txt", "tools.txt"])
def test_text_and_date_are_always_found(file: str) -> None:
    for expected in tables.read(file):
        proposal = propose(expected.header, expected.rows)
        fields = found(proposal, len(expected.header))
        for needed in {"text", "posted_at"} & set(expected.fields):
            assert fields.index(needed) == expected.fields.index(needed), expected.header


@pytest.mark.parametrize("rows", [2, 5, 300])
def test_few_rows_are_enough_where_names_are_good(rows: int) -> None:
    right = columns = 0
    for expected in tables.read("headers.txt", rows):
        if expected.kind not in ("nameless", "wrong"):
            fields = found(propose(expected.header, expected.rows), len(expected.header))
            right += sum(one == other for one, other in zip(fields, expected.fields, strict=True))
            columns += len(fields)
    assert right / columns > 0.95


def test_names_alone_are_enough_where_there_are_no_rows() -> None:
    proposal = propose(["id", "Yorum", "Tarih", "Beğeni"], [])

    assert proposal.columns == {"text": (1,), "posted_at": (2,), "id": (0,), "likes": (3,)}


def test_names_are_read_without_case_accents_and_punctuation() -> None:
    assert plain("Beğeni_Sayısı") == plain("BEĞENİ-SAYISI") == plain("begeni sayisi") == "begeni sayisi"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("publishedAt", "posted_at"),
        ("3. Comment", "text"),
        ("Likes (total)", "likes"),
        ("Number of Likes", "likes"),
        ("likeCount", "likes"),
        ("object.content", "text"),
        ("author.displayName", "author_name"),
        ("user.followersCount", "author_followers"),
        ("data/0/user/username", "author"),
        ("Tarih / Date", "posted_at"),
        ("Comment: what did they say?", "text"),
        ("ＬＩＫＥＳ", "likes"),
    ],
)
def test_a_name_in_other_spellings(name: str, field: str) -> None:
    fields = read_name(name).fields
    assert max(fields, key=lambda one: fields[one]) == field


@pytest.mark.parametrize(
    "name",
    [
        "Page Created",
        "retweeted_status.full_text",
        "user.created_at",
        "airline_sentiment:confidence",
        "Developer Reply Text",
    ],
)
def test_a_name_of_something_else(name: str) -> None:
    assert read_name(name).is_other


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Date (UTC)", "UTC"),
        ("created_utc", "UTC"),
        ("Timestamp (ET)", "ET"),
        ("Date [Europe/Berlin]", "Europe/Berlin"),
        ("Posted (GMT+3)", "GMT+3"),
        ("Date (local)", ""),
        ("Date (ISO)", ""),
        ("Date/Time", ""),
        ("Date (MSK)", "MSK"),
        ("Tarih (Istanbul)", "Istanbul"),
        ("日期 (+08:00)", "+08:00"),
        ("Date", ""),
    ],
)
def test_a_name_that_gives_the_zone(name: str, zone: str) -> None:
    assert propose([name, "text"], list(zip(DAYS, TEXTS, strict=True))).zone == zone


def test_a_name_of_a_million_characters_is_no_fault() -> None:
    began = process_time()
    read_name("(" * 1_000_000)
    read_name("a.b/" * 250_000)

    assert process_time() - began < 5


def test_cells_overrule_names() -> None:
    header, rows = table(date=TEXTS, text=[str(i) for i in range(12)], language=DAYS)
    proposal = propose(header, rows)

    assert proposal.columns["text"] == (0,)
    assert proposal.columns["posted_at"] == (2,)
    assert [ignored.column for ignored in proposal.ignored] == [1]
    assert "Text" in proposal.ignored[0].why


def test_of_two_columns_with_one_name_the_cells_decide() -> None:
    counts = [str(i * 3) for i in range(12)]
    proposal = propose(["Comments", "Comments", "Date"], list(zip(counts, TEXTS, DAYS, strict=True)))

    assert proposal.columns["replies"] == (0,)
    assert proposal.columns["text"] == (1,)


def test_the_brands_post_beside_the_comment_is_asked() -> None:
    header, rows = table(Message=["Our new soap is here!"] * 12, Comment=TEXTS, Date=DAYS)
    proposal = propose(header, rows)

    assert proposal.columns["text"] == (1,)
    assert proposal.doubtful == {"text"}
    assert [candidate.column for candidate in proposal.candidates["text"]] == [1, 0]
    assert "Message" in proposal.candidates["text"][0].why


def test_texts_that_vary_are_proposed_even_under_an_unknown_name() -> None:
    header, rows = table(Post=["Our new soap is here!"] * 12, Verzuchting=TEXTS, Date=DAYS)
    proposal = propose(header, rows)

    assert proposal.columns["text"] == (1,)
    assert proposal.doubtful == {"text"}


def test_what_is_about_the_post_is_not_about_the_comment() -> None:
    several = {"Post": 3, "Post date": 3, "Post likes": 3, "Post ID": 3}
    cells = {"Post": TEXTS, "Post date": DAYS, "Post likes": [str(i) for i in range(12)], "Post ID": DAYS}
    columns = {name: [cells[name][i // 4] for i in range(12)] for name in several}
    header = [*columns, "Comment", "Comment date", "Comment likes", "Comment author"]
    rows = [
        (*(columns[name][i] for name in columns), TEXTS[i], DAYS[i], str(i), f"user{i}") for i in range(12)
    ]
    proposal = propose(header, rows)

    assert found(proposal, 8) == ["-", "-", "-", "-", "text", "posted_at", "likes", "author"]


def test_the_same_text_twice_is_no_question() -> None:
    tagged = [f"{text}<br>" for text in TEXTS]
    proposal = propose(["textOriginal", "textDisplay", "date"], list(zip(TEXTS, tagged, DAYS, strict=True)))

    assert proposal.columns["text"] == (0,)
    assert not proposal.doubtful


def test_an_address_of_many_comments_is_not_theirs() -> None:
    header, rows = table(url=["https://social.example/our/1"] * 12, comment=TEXTS, date=DAYS)
    proposal = propose(header, rows)

    assert "url" not in proposal.columns


def test_ids_that_a_spreadsheet_rounded_stay_for_others_to_judge() -> None:
    header, rows = table(id=["1.89E+18"] * 12, text=TEXTS, date=DAYS)

    assert propose(header, rows).columns["id"] == (0,)


def test_a_time_of_day_belongs_to_a_date_without_one() -> None:
    times = [f"{hour}:05" for hour in range(8, 20)]
    header, rows = table(text=TEXTS, time=times, date=DAYS)
    assert propose(header, rows).columns["posted_at"] == (2, 1)

    header, rows = table(
        text=TEXTS, time=times, date=[f"{day} {time}" for day, time in zip(DAYS, times, strict=True)]
    )
    assert propose(header, rows).columns["posted_at"] == (2,)


def test_a_length_is_no_time_of_day() -> None:
    lengths = [f"0:{second}" for second in range(10, 22)]
    header, rows = table(text=TEXTS, date=DAYS, likes=["1"] * 12, duration=lengths)

    assert propose(header, rows).columns["posted_at"] == (1,)


def test_days_as_a_spreadsheet_counts_them_need_a_name() -> None:
    serials = [f"{45700 + i}.34375" for i in range(12)]
    assert propose(["date", "text"], list(zip(serials, TEXTS, strict=True))).columns["posted_at"] == (0,)
    assert propose(["a", "text"], list(zip(serials, TEXTS, strict=True))).missing == ["posted_at"]


def test_the_same_columns_whatever_the_order() -> None:
    for expected in tables.read("headers.txt"):
        forward = found(propose(expected.header, expected.rows), len(expected.header))
        backward = propose(expected.header[::-1], [row[::-1] for row in expected.rows])
        assert found(backward, len(expected.header))[::-1] == forward, expected.header


def test_midnights_count_as_days() -> None:
    midnights = [f"{day}T00:00:00" for day in DAYS]
    header, rows = table(text=TEXTS, date=midnights, time=[f"{hour}:05" for hour in range(8, 20)])

    assert propose(header, rows).columns["posted_at"] == (1, 2)


def test_an_outlet_or_an_app_is_no_platform() -> None:
    outlets = ["Daily Harbour", "Radio 3", "Nordkurier"] * 4
    header, rows = table(source=outlets, text=TEXTS, date=DAYS)
    assert found(propose(header, rows), 3) == ["author", "text", "posted_at"]

    apps = ["Twitter for iPhone", "Twitter Web App", "TweetDeck"] * 4
    header, rows = table(source=apps, text=TEXTS, date=DAYS)
    assert found(propose(header, rows), 3) == ["-", "text", "posted_at"]

    header, rows = table(source=["Twitter", "Facebook", "X"] * 4, text=TEXTS, date=DAYS)
    assert found(propose(header, rows), 3) == ["platform", "text", "posted_at"]


def test_a_score_is_liking_or_likes() -> None:
    header, rows = table(content=TEXTS, at=DAYS, score=["1", "5", "4", "1", "3", "5"] * 2)
    assert found(propose(header, rows), 3) == ["text", "posted_at", "sentiment"]

    header, rows = table(body=TEXTS, created_utc=DAYS, score=["1", "57", "-4", "1", "320", "5"] * 2)
    assert found(propose(header, rows), 3) == ["text", "posted_at", "likes"]


def test_known_brands_are_recognised_in_any_column() -> None:
    header, rows = table(Topic=["Lumora", "Veltis"] * 6, text=TEXTS, date=DAYS)

    assert "brand" not in propose(header, rows).columns
    assert propose(header, rows, brands=["veltis", "Lumora"]).columns["brand"] == (0,)


def test_a_table_without_texts_says_what_is_missing() -> None:
    header, rows = table(Country=["Chile", "Norway"] * 6, Likes=["3", "4"] * 6)
    proposal = propose(header, rows)

    assert proposal.missing == ["text", "posted_at"]


def test_short_rows_and_empty_tables_are_no_fault() -> None:
    assert propose([], []).missing == ["text", "posted_at"]
    assert propose(["text", "date"], [["a b c"], [], ["d", "2025-01-01", "more"]]).missing == []


def test_every_column_is_used_once_or_ignored_with_a_reason() -> None:
    for expected in tables.read("tools.txt"):
        proposal = propose(expected.header, expected.rows)
        used = [column for columns in proposal.columns.values() for column in columns]
        ignored = [ignored.column for ignored in proposal.ignored]
        assert sorted(used + ignored) == list(range(len(expected.header)))
        assert all(ignored.why for ignored in proposal.ignored)
        assert set(proposal.columns) <= set(FIELDS)


@pytest.mark.long
def test_wide_and_long_tables_take_seconds_at_most() -> None:
    began = process_time()
    propose(
        [f"field {i}" for i in range(2000)],
        [[f"some cell {i} of {j}" for i in range(2000)] for j in range(30)],
    )
    propose(["text", "date", "id"], [[f"{TEXTS[i % 12]} {i}", DAYS[i % 12], str(i)] for i in range(2000)])

    assert process_time() - began < 20


EXPECTED = {
    "f02_utf16_tab_media_monitoring": {
        "text": ["Headline", "Hit Sentence"],
        "posted_at": ["Date"],
        "author": ["Influencer"],
        "reach": ["Reach"],
        "url": ["URL"],
    },
    "f03_json_lines_posts": {
        "text": ["rawContent"],
        "author": ["user.username"],
        "author_followers": ["user.followersCount"],
    },
    "f05_cp1254_semicolon_turkish": {
        "text": ["Yorum"],
        "posted_at": ["Tarih"],
        "likes": ["Beğeni"],
        "sentiment": ["Duygu"],
    },
    "f06_gb18030_chinese": {
        "text": ["正文"],
        "posted_at": ["发布时间"],
        "replies": ["评论数"],
        "id": ["微博id"],
    },
    "f08_line_break_in_header_cell": {"text": ["text"], "posted_at": ["created_at"], "author": ["author"]},
    "f09_comments_without_id": {"text": ["comment"], "posted_at": ["publishedAt"], "likes": ["likes"]},
    "f10_zone_abbreviations_page_export": {
        "text": ["Message"],
        "posted_at": ["Post Created"],
        "author": ["User Name"],
        "author_name": ["Page Name"],
        "author_followers": ["Followers at Posting"],
        "likes": ["Likes"],
        "retweets": ["Shares"],
        "replies": ["Comments"],
    },
    "f11_own_account_analytics": {"text": ["Tweet text"], "posted_at": ["time"], "url": ["Tweet permalink"]},
    "f12_date_formats": {"text": ["text"], "posted_at": ["created_at"]},
    "f13_ids_in_scientific_notation": {"text": ["Text"], "author": ["username"], "url": ["url"]},
    "f15_counts_as_people_write_them": {"likes": ["likes"], "author_followers": ["followers"]},
    "f16_sentiment_words": {"sentiment": ["sentiment"], "author": ["author"]},
    "f17_source_column_is_the_client_app": {
        "text": ["full_text"],
        "likes": ["favorite_count"],
        "author": ["screen_name"],
    },
    "f18_long_outlet_and_language_names": {"text": ["text"], "author": ["source"], "language": ["language"]},
    "f19_brand_post_beside_the_comment": {
        "text": ["Comment"],
        "posted_at": ["created_at"],
        "author": ["username"],
    },
    "f20_placeholder_author_burst": {"text": ["content"], "sentiment": ["sentiment"]},
    "f28_date_and_time_in_two_columns": {"text": ["Text"], "posted_at": ["Date", "Time"]},
}
ENCODINGS = {"f02": "utf-16", "f05": "cp1254", "f06": "gb18030"}
NO_PLATFORM = ("f02", "f17", "f18")


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the export cases are not here")
@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_the_columns_of_the_cases(case: str) -> None:
    header, rows = read_case(case)
    proposal = propose(header, rows)

    names = {field: [header[column] for column in columns] for field, columns in proposal.columns.items()}
    assert {field: names.get(field) for field in EXPECTED[case]} == EXPECTED[case]
    assert proposal.doubtful == ({"text"} if case.startswith("f19") else set())
    assert not (case.startswith(NO_PLATFORM) and "platform" in names)


def read_case(case: str) -> tuple[list[str], list[list[str]]]:
    file = next(file for file in sorted((EXPORTS / case).iterdir()) if file.name != "expected.json")
    text = file.read_bytes().decode(ENCODINGS.get(case[:3], "utf-8-sig"))
    if file.suffix == ".jsonl":
        posts = [flat(json.loads(line)) for line in text.splitlines()]
        return list(posts[0]), [list(post.values()) for post in posts]
    delimiter = max(",;\t", key=text.splitlines()[0].count)
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return header, rows


def flat(post: dict[str, object], path: str = "") -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, value in post.items():
        cells |= flat(value, f"{path}{name}.") if isinstance(value, dict) else {path + name: str(value)}
    return cells


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Time (UTC+05:30)", "UTC+05:30"),
        ("Date IST", "IST"),
        ("posted_at +0530", "+0530"),
        ("Date (CET/CEST)", "CET/CEST"),
        ("Date LIST", ""),
        ("created at est", ""),  # a word of other languages, in small letters
    ],
)
def test_name_of_a_date_gives_its_zone(name: str, zone: str) -> None:
    assert read_name(name).zone == zone


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("likecount", "likes"),
        ("authorusername", "author"),
        ("publisheddate", "posted_at"),
        ("posturl", "url"),
        ("sentimentlabel", "sentiment"),
    ],
)
def test_names_that_have_grown_together_are_known(name: str, field: str) -> None:
    assert read_name(name).fields[field] > 0.85


def test_a_word_that_holds_a_name_is_no_name() -> None:
    assert not read_name("unlikelyaccount").fields.get("likes")
    assert not read_name("profileimage").fields


def test_half_of_the_day_belongs_to_the_time_before_it() -> None:
    rows = [["2025-03-01", "1:00", "PM", "Anna"], ["2025-03-02", "2:00", "AM", "Bo"]]
    assert with_half_of_day((0, 1), rows) == (0, 1, 2)


@pytest.mark.parametrize("behind", ["Pam", "8"])
def test_what_is_not_half_of_the_day_does_not(behind: str) -> None:
    assert with_half_of_day((0, 1), [["2025-03-01", "1:00", "PM"], ["2025-03-02", "2:00", behind]]) == (0, 1)


def test_half_of_a_day_without_a_time_says_nothing() -> None:
    assert with_half_of_day((0,), [["2025-03-01", "PM"]]) == (0,)


@pytest.mark.parametrize(("odd", "is_doubtful"), [(6, True), (0, False)])
def test_a_date_by_its_name_with_odd_cells_is_asked_beside_another(odd: int, is_doubtful: bool) -> None:
    published = ["soon"] * odd + [f"{day} 10:00" for day in DAYS[odd:]]
    proposal = propose(
        *table(
            published=published, updated=[f"{day} 12:00" for day in DAYS], text=TEXTS, author=["Anna"] * 12
        )
    )
    assert ("posted_at" in proposal.doubtful) == is_doubtful
