"""Rows as they really come: each becomes a mention, or says why it cannot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitoring.importing import columns
from monitoring.importing.faults import RowFault
from monitoring.importing.records import Record
from monitoring.importing.rejects_file import safe_cell
from monitoring.importing.rows import Row, RowParser
from tests.monitoring.conftest import row

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_names_of_other_tools_are_understood():
    found = columns.find(["Tweet_ID", "Tweet Created", "Airline Sentiment", "Text", "Airline", "Name"])
    assert found == {"id": 0, "created_at": 1, "sentiment": 2, "text": 3, "brand": 4, "author": 5}


def parse(**cells: str) -> Row:
    names = sorted({*row(), *cells})
    filled = {**row(), **cells}
    parser = RowParser(
        columns.find(names), len(names), brands={"kestrel air": 1}, default_brand=None, now=NOW
    )
    return parser.parse(Record(2, [filled.get(name, "") for name in names]))


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"created_at": "2026-04-02T00:00:00Z"}, "future"),
        ({"created_at": "9999-12-31T23:59:59-12:00"}, "not understood"),
        ({"created_at": "03/04/2026"}, "not understood"),
        ({"created_at": "1970-01-01T00:00:00Z"}, "too long ago"),
        ({"created_at": ""}, "no date"),
        ({"id": ""}, "no id"),
        ({"id": "7" * 201}, "id is longer"),
        ({"text": "   "}, "no text"),
        ({"text": "x" * 20_001}, "longer than 20000"),
        ({"text": "a\0b"}, "NUL"),
        ({"sentiment": "angry"}, "use negative"),
        ({"brand": "Nobody"}, "“Nobody” is not known"),
        ({"brand": ""}, "no brand named"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"author": "x" * 201}, "author is longer"),
        ({"likes": "-3"}, "not a whole number"),
        ({"likes": "many"}, "not a whole number"),
        ({"likes": "9" * 30}, "not a whole number"),
        ({"author_followers": "١٢"}, "not a whole number"),
        ({"is_brand_own": "perhaps"}, "use 1 or 0"),
    ],
)
@pytest.mark.calendar
def test_a_row_that_cannot_be_stored_says_why(cells, says):
    with pytest.raises(RowFault, match=says):
        parse(**cells)


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01 10:00:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01 10:00:00 -0800", datetime(2026, 3, 1, 18, tzinfo=UTC)),
        ("2026-03-01T10:00:00+03:00", datetime(2026, 3, 1, 7, tzinfo=UTC)),
        ("Sun Mar 01 10:00:00 +0000 2026", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ],
)
@pytest.mark.calendar
def test_times_become_instants(written, means):
    assert parse(created_at=written).posted_at == means


def test_empty_means_unknown_and_never_zero():
    parsed = parse(sentiment="", likes="", retweets="0", author_followers="12.0")
    assert (parsed.sentiment, parsed.likes, parsed.retweets, parsed.author_followers) == ("", None, 0, 12)


def test_a_post_without_number_is_known_by_its_address():
    assert parse(id="", url="https://example.com/1").external_id == "https://example.com/1"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=1"])
def test_no_cell_of_the_rejects_is_a_formula(cell):
    assert safe_cell(cell).startswith("'")
