"""What cells look like, one by one and as a column."""

from __future__ import annotations

import pytest

from monitoring.importing.meaning.content import Content, kinds, sample, squeezed


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("2025-03-04 7:05:09", "moment"),
        ("Tue Mar 04 10:00:00 +0000 2025", "moment"),
        ("14.05.2024 02:17 ~ 29.06.2024 20:31", "moment"),
        ("24 Ocak 2025 14:32", "moment"),
        ("2025年03月09日 11:04", "moment"),
        ("6 days ago", "moment"),
        ("1741000000", "epoch"),
        ("1741000000123", "epoch"),
        ("7:41 PM", "time_of_day"),
        ("23:59:59", "time_of_day"),
        ("https://news.example/a1", "address"),
        ("news.example/a1?b=2", "address"),
        ("/r/lamps/comments/abc", "address"),
        ("https://pictures.example/a.jpg", "picture"),
        ("@mirko.d", "handle"),
        ("1.5万", "count"),
        ("10,500", "count"),
        ("2 bin", "count"),
        ("pt-br", "language"),
        ("Portuguese (Brazil)", "language"),
        ("Olumsuz", "sentiment"),
        ("Very negative", "sentiment"),
        ("★★★☆☆", "stars"),
        ("Facebook", "platform"),
        ("Twitter for iPhone", "app"),
        ("evet", "yes_no"),
        ("GMT+3", "zone"),
        ("Europe/Istanbul", "zone"),
        ("where is the ingredients list", "sentence"),
        ("买了两箱青禾酸奶，全是酸臭味", "sentence"),
        ("Anna Nowak", "words"),
    ],
)
def test_a_cell_is_seen_for_what_it_is(cell: str, kind: str) -> None:
    assert kind in kinds(cell)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("may the 4th be with you", "moment"),
        ("I waited 3 days for 2 lamps", "moment"),
        ("12", "moment"),
        ("20.5", "moment"),
        ("-0.72", "count"),
        ("Anna Nowak", "sentence"),
        ("2025-03-04", "words"),
        ("https://news.example/a1", "words"),
        ("x" * 5000, "moment"),
    ],
)
def test_and_not_for_what_it_is_not(cell: str, kind: str) -> None:
    assert kind not in kinds(cell)


def test_cells_that_say_nothing_do_not_count() -> None:
    content = Content.of(["-", "N/A", "", "  ", "null", "4", "5"])

    assert content.cells == ["4", "5"]
    assert content.filled == pytest.approx(2 / 7)
    assert content.share("count") == 1


def test_what_a_spreadsheet_puts_around_a_cell_is_left_out() -> None:
    assert squeezed('="123"') == "123"


def test_days_and_instants_are_distinguished() -> None:
    assert Content.of(["2025-03-04", "2025-03-05T00:00:00"]).days_only
    assert not Content.of(["2025-03-04 10:00", "2025-03-05 11:00"]).days_only
    assert Content.of(["2025-03-04T10:00:00Z", "1741000000"]).has_instants
    assert not Content.of(["2025-03-04 10:00"]).has_instants


def test_a_sample_comes_from_all_over_the_rows() -> None:
    rows = [[str(i)] for i in range(1000)]

    assert sample(rows, 0, 10) == [str(i) for i in range(0, 1000, 100)]
    assert sample(rows, 1, 10) == [""] * 10
