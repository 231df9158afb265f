"""Platforms from cells and addresses, and addresses that are the same."""

from __future__ import annotations

import pytest

from monitoring.importing.meaning.addresses import is_web_address, normalise_address, real_address
from monitoring.importing.meaning.platforms import (
    is_client,
    platform_of_address,
    platform_of_name,
)

NAMES = {
    "Twitter": "x", "X (formerly Twitter)": "x", "X": "x", "x/twitter": "x", "twitter.com": "x",
    "新浪微博": "weibo", "ВКонтакте": "vk",
    "Facebook (public page)": "facebook", "Instagram - Comments": "instagram", "YouTube": "youtube",
    "Instagram Reels": "instagram", "Facebook public posts": "facebook",
    "google_play": "googleplay",
    "Ekşi Sözlük": "eksisozluk", "Şikayetvar": "sikayetvar", "Forum": "forum", "Online News": "press",
    "Haber": "press", "Blogs": "blog",
    "": "", "The Eastern Valley Morning Gazette": "", "Radio 7": "", "Forum Wien": "", "News Corp": "",
    "Verband der Nachrichtendienste": "",
    "Twitter for iPad": "", "Twitter Web Client": "", "Hootsuite": "", "iPhone客户端": "", "x" * 5_000: "",
    '<a href="https://x.example">Twitter for Mac</a>': "",
}  # fmt: skip
ADDRESSES = {
    "https://x.com/a/status/1": "x", "http://m.facebook.com/x": "facebook", "https://mobile.twitter.com/a": "x",
    "youtu.be/abc": "youtube",
    "https://www.tripadvisor.com.br/x": "tripadvisor", "https://masto.example/@user/123456789": "mastodon",
    "https://video.example/@user/12": "", "https://www.google.com/maps/place/x": "googlemaps",
    "https://paper.example/1": "",
    "https://mp.weixin.qq.com/s/abc": "wechat", "https://notx.com/": "", "https://x.example/u/2": "",
    "no address": "", "http://[": "",
    "https://tieba.baidu.com/p/1": "tieba", "https://baidu.com/p/1": "",
}  # fmt: skip
SAME = [
    ("http://twitter.com/A/status/12?s=20&t=xx", "https://x.com/a/status/12/"),
    ("https://mobile.twitter.com/i/web/status/12", "https://x.com/a/status/12/photo/1"),
    ("https://youtu.be/abc?si=1", "https://www.youtube.com/watch?v=abc&feature=share"),
    ("http://www.site.example/a/?utm_source=x&b=1&a=2#top", "https://site.example/a?a=2&b=1"),
    ("https://m.facebook.com/p/1?fbclid=aa", "https://www.facebook.com/p/1"),
    ("https://www.instagram.com/reel/AbC/?igsh=1", "https://instagram.com/p/AbC"),
    ("https://www.google.com/url?rct=j&url=https://p.example/a&ct=ga", "https://p.example/a"),
    ("https://l.facebook.com/l.php?u=https%3A%2F%2Fp.example%2Fa&h=1", "p.example/a"),
    ("https://old.reddit.com/r/a/comments/1x/title_y/", "https://www.reddit.com/r/a/comments/1x/tit"),
    ("https://p.example/%C3%BC", "https://p.example/ü"),
]
DIFFERENT = [
    ("https://f.example/t/1#post-2", "https://f.example/t/1#post-3"),
    ("https://f.example/t?id=1", "https://f.example/t?id=2"),
    ("https://www.youtube.com/watch?v=a&lc=1", "https://www.youtube.com/watch?v=a&lc=2"),
    ("https://x.com/a/status/12", "https://x.com/a/status/13"),
    ("https://reddit.com/r/a/comments/1x/t/abc", "https://reddit.com/r/a/comments/1x/t/abd"),
]


@pytest.mark.parametrize(("cell", "expected"), NAMES.items())
def test_cell_names_a_platform_or_nothing(cell, expected):
    assert platform_of_name(cell) == expected


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_address_belongs_to_a_platform_or_to_none(address, expected):
    assert platform_of_address(address) == expected


@pytest.mark.parametrize(("one", "other"), SAME)
def test_addresses_of_one_post_are_the_same(one, other):
    assert normalise_address(one) == normalise_address(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_of_two_posts_differ(one, other):
    assert normalise_address(one) != normalise_address(other)


def test_normal_form_is_stable():
    for address in (
        *(one for pair in SAME + DIFFERENT for one in pair),
        "",
        "no address",
        "http://[x",
        "http://a.b:99999/",
    ):
        assert normalise_address(normalise_address(address)) == normalise_address(address)


def test_redirects_lead_to_the_page():
    assert (
        real_address("https://news.example/url?q=https://paper.example/7&cd=1") == "https://paper.example/7"
    )
    assert real_address("https://paper.example/url?q=seven") == "https://paper.example/url?q=seven"
    assert (
        real_address("https://paper.example/search?q=https://a.example/")
        == "https://paper.example/search?q=https://a.example/"
    )


def test_address_alone_is_one():
    assert is_web_address(" https://a.example/x ")
    for cell in (
        "www.a.example",
        "see https://a.example",
        "https://a.example/x y",
        "http://localhost/",
        "ftp://a.example",
    ):
        assert not is_web_address(cell)


def test_program_is_no_platform():
    for cell in ("Twitter for iPhone", "Twitter Web App", "Buffer", "TweetDeck"):
        assert is_client(cell)
        assert platform_of_name(cell) == ""
    assert not is_client("Twitter")


def test_short_way_gives_the_same_as_the_long_one():
    for path in (
        "a/status/12",
        "A/status/12/photo/1",
        "r/a/comments/1x/t",
        "",
        "a/",
        "watch",
        "abc",
        "p/AbC",
        "@u/1",
    ):
        for host in (
            "x.com",
            "mobile.twitter.com",
            "www.reddit.com",
            "youtu.be",
            "www.instagram.com",
            "a.example",
        ):
            address = f"https://{host}/{path}"
            assert normalise_address(address) == normalise_address(f"{address}?utm_source=a")
