"""Tables with invented cells below the headers that headers.txt and tools.txt list."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

WORDS = [
    "the lamp broke after two weeks and nobody answers my mail",
    "they sent the wrong size again",
    "works fine for me",
    "never again",
    "why is the app so slow since the update?",
    "I paid twice and want my money back",
    "great service in the shop",
    "still waiting for an answer, third week now",
    "ok",
    "this is how you lose customers, honestly",
]
START = datetime(2025, 3, 1, 8, 0, 17, tzinfo=UTC)
NAMES = [
    "maja lind",
    "jonas_k",
    "Rita Moreau",
    "k.tan",
    "Okan T.",
    "Piotr",
    "halina77",
    "the_real_bo",
    "Ana R.",
    "云上的猫",
]


def _day(i: int) -> datetime:
    return START + timedelta(hours=7 * i, minutes=13 * i)


CELLS: dict[str, Callable[[int], str]] = {
    "text": lambda i: f"{WORDS[i % 10]} {WORDS[(i * 7 + 3) % 10]} {i}",
    "repeat": lambda i: ("Our new lamp is here! #light", "We wish you a happy spring, dear friends.")[i > 20],
    "title": lambda i: f"Lamp recall number {i} in the north",
    "id": lambda i: f"k7f{i * 7919:07d}",
    "aturi": lambda i: f"at://did:plc:abc/app.bsky.feed.post/3k{i}",
    "rownumber": lambda i: str(i),
    "url": lambda i: f"https://social.example/p/{i * 37}",
    "repeaturl": lambda i: f"https://social.example/our/{i // 20}",
    "posted_at": lambda i: f"{_day(i):%Y-%m-%d %H:%M:%S}",
    "local": lambda i: f"{_day(i):%d.%m.%Y %H:%M}",
    "instant": lambda i: f"{_day(i):%Y-%m-%dT%H:%M:%S}Z",
    "twitter": lambda i: f"{_day(i):%a %b %d %H:%M:%S +0000 %Y}",
    "rfc": lambda i: f"{_day(i):%a, %d %b %Y %H:%M:%S +0000}",
    "epoch": lambda i: f"{_day(i).timestamp():.0f}",
    "relative": lambda i: f"{i % 11 + 2} days ago",
    "old": lambda i: f"20{10 + i % 9}-0{i % 8 + 1}-11 10:00:00",
    "day": lambda i: f"{_day(i):%Y-%m-%d}",
    "time": lambda i: f"{_day(i):%H:%M}",
    "zone": lambda i: "UTC",
    "author": lambda i: NAMES[i % 10],
    "name": lambda i: NAMES[i * 3 % 10],
    "author_name": lambda i: ("Maja Lind", "Jonas Kern", "Rita M.", "Bo 🌸")[i % 4],
    "handle": lambda i: f"@user.{i % 17}",
    "outlet": lambda i: ("Daily Harbour", "Nordkurier Online", "Radio 3", "La Gazette du Sud")[i % 4],
    "count": lambda i: str(i * 53 % 411),
    "sentiment": lambda i: ("negative", "neutral", "positive")[i % 3],
    "stars": lambda i: str(i * 7 % 5 + 1),
    "share": lambda i: f"0.{i % 60 + 31}",
    "language": lambda i: ("en", "de", "tr", "en")[i % 4],
    "platform": lambda i: ("Twitter", "Facebook", "Instagram", "Reddit")[i % 4],
    "client": lambda i: ("Twitter for iPhone", "Twitter Web App", "TweetDeck")[i % 3],
    "brand": lambda i: ("Lumora", "Veltis")[i % 2],
    "yes": lambda i: ("true", "false")[i % 2],
    "words": lambda i: ("service", "delivery", "price")[i % 3],
    "country": lambda i: ("Norway", "Turkey", "Chile")[i % 3],
    "empty": lambda i: "",
}
USUAL = {
    **dict.fromkeys(("likes", "retweets", "replies", "reach", "author_followers"), "count"),
    "flags": "words",
    "is_brand_own": "yes",
    "-": "count",
}


@dataclass(frozen=True)
class Expected:
    """A header, rows below it, and the field of each column ("-": none)."""

    kind: str
    header: list[str]
    fields: list[str]
    rows: list[list[str]]


def read(file: str, rows: int = 40) -> Iterator[Expected]:
    """Every header of a file beside this one, with so many rows."""
    for line in Path(__file__).with_name(file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield _table(line, rows)


def _table(line: str, rows: int) -> Expected:
    kind, *columns = (part.strip() for part in line.split(" | "))
    names, fields, cells = [], [], []
    for column in columns:
        name, field = column.rsplit("=", 1)
        name, _, below = name.partition("~")
        names.append(name)
        fields.append(field)
        cells.append(CELLS[below or USUAL.get(field, field)])
    random.seed(line)
    shuffled = random.sample(range(rows), rows)
    return Expected(kind, names, fields, [[cell(i) for cell in cells] for i in shuffled])
