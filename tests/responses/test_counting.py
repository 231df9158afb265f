"""How platforms count."""

from __future__ import annotations

import pytest

from responses.counting import characters, length


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("a\r\nb", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("👍🏽", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("🇹🇷🇵🇱", 2),
        ("我们非常抱歉", 6),
    ],
)
def test_people_see_characters(text, count):
    assert len(characters(text)) == count
    assert length(text, "bluesky") == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abc", 3),
        ("özür", 4),
        ("我们", 4),
        ("👩‍👩‍👧‍👦", 2),
        ("See https://example.com/a/very/long/path?with=everything", 4 + 23),
    ],
)
def test_x_weighs_them(text, count):
    assert length(text, "x") == count


def test_mastodon_counts_every_link_as_23():
    assert length("https://example.com/" + "a" * 100, "mastodon") == 23
    assert length("https://example.com/" + "a" * 100, "linkedin") == 120
