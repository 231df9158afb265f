"""Four weeks of posts about both brands: a daily rhythm, two storms and a small one. The same seed, the same posts."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta

from demo.story.brands import AIRLINE, CAFE
from demo.story.phrases import (
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    Phrase,
    airline_everyday,
    cafe,
    guide_dog,
    outage,
)

SEED = 418
DAYS = 28
HOUR = timedelta(hours=1)
# Posts about the airline in each hour of the day (UTC): its people live between London and Istanbul.
RHYTHM = (3, 3, 3, 3, 3, 4, 5, 6, 6, 6, 6, 6, 7, 6, 6, 5, 6, 7, 8, 7, 6, 5, 4, 3)
CITIES = ("İzmir", "Warsaw", "Ankara", "Kraków", "Lisbon", "Gdańsk", "Istanbul", "Vienna", "Antalya", "Porto")
FIRST = ("ayse", "tom", "kasia", "lena", "emre", "nora", "piotr", "maya", "jan", "zeynep", "li", "ola", "sam", "ece",
         "ben", "iga", "cem", "ruth", "adam", "wen", "dora", "kaan", "mila", "hugo", "sena", "filip")  # fmt: skip
LAST = ("travels", "k", "writes", "_wro", "34", "onboard", "_ist", "m", "daily", "reads", "88", "_eu", "runs", "films",
        "07", "cooks", "_krk", "talks", "b", "_lx", "offline", "s", "maps", "notes")  # fmt: skip
PLATFORMS = ("x", "x", "x", "x", "instagram", "instagram", "facebook", "bluesky")
# What people put before and after a sentence when they are upset, by language.
BEFORE = {
    "en": ("", "", "", "Just saw this. ", "@KestrelAir ", "I cannot believe it. ", "From İzmir: ", "Again: "),
    "tr": ("", "", "", "Az önce gördüm. ", "@KestrelAir ", "Pes artık. "),
    "pl": ("", "", "", "Właśnie zobaczyłem. ", "@KestrelAir ", "Szok. "),
    "zh": ("", "", "", "刚看到，", "@KestrelAir "),
}
AFTER = {
    "en": (
        "",
        "",
        "",
        " Please share.",
        " @KestrelAir",
        " Anybody from the press here?",
        " I want an answer today.",
        " 😡",
    ),
    "tr": ("", "", "", " Paylaşın.", " @KestrelAir", " Cevap bekliyoruz.", " 😡"),
    "pl": ("", "", "", " Podajcie dalej.", " @KestrelAir", " Czekamy na odpowiedź.", " 😡"),
    "zh": ("", "", "", "请转发。", " @KestrelAir", "求回应。"),
}
MOOD = {NEGATIVE: 0.22, POSITIVE: 0.28, NEUTRAL: 0.5}
# Minutes before now, posts a minute: the video is up for 80 minutes and still gaining.
VIDEO = ((80, 1.3), (60, 1.8), (45, 2.6), (30, 3.6), (15, 4.2))
# Hour of the day of the outage (UTC), posts about it.
OUTAGE_HOURS = {
    5: 26,
    6: 44,
    7: 58,
    8: 51,
    9: 43,
    10: 35,
    11: 28,
    12: 22,
    13: 17,
    14: 13,
    15: 9,
    16: 6,
    17: 4,
    18: 2,
}
DOUBLE_CHARGE_MINUTES = (19, 4)


@dataclass(frozen=True)
class Post:
    id: str
    created_at: str
    brand: str
    platform: str
    lang: str
    author: str
    author_followers: int
    is_brand_own: int
    text: str
    sentiment: str
    sentiment_source: str
    retweets: int
    likes: int
    replies: int
    url: str


def as_csv(posts: Sequence[Post]) -> bytes:
    """The posts as a listening tool would export them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([field.name for field in fields(Post)])
    writer.writerows(astuple(post) for post in posts)
    return text.getvalue().encode()


def all_posts(now: datetime, outage_day: datetime) -> list[Post]:
    """Everything until `now`, the oldest first. `outage_day` is its midnight, UTC."""
    writer = _Writer()
    posts = [
        *_everyday(writer, AIRLINE, now, 1.0, airline_everyday.PHRASES, airline_everyday.OWN),
        *_everyday(writer, CAFE, now, 0.2, cafe.PHRASES, cafe.OWN),
        *_outage(writer, outage_day),
        *_video(writer, now),
        *_double_charge(writer, now),
    ]
    began = (outage_day + timedelta(hours=5, minutes=12), now - timedelta(minutes=VIDEO[0][0]))
    return sorted(
        (post for post in posts if not any(_hides_the_first(post, start) for start in began)),
        key=lambda post: post.created_at,
    )


def _hides_the_first(post: Post, start: datetime) -> bool:
    """An everyday complaint earlier in the hour in which a storm began would be taken for its first post."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    return (
        post.brand == AIRLINE
        and post.sentiment == NEGATIVE
        and hour.isoformat() <= post.created_at < start.isoformat(timespec="seconds")
    )


def _everyday(
    writer: _Writer,
    brand: str,
    now: datetime,
    volume: float,
    phrases: Sequence[Phrase],
    own: Sequence[Phrase],
) -> Iterator[Post]:
    by_mood = {mood: [phrase for phrase in phrases if phrase[1] == mood] for mood in MOOD}
    hour = (now - timedelta(days=DAYS)).replace(minute=0, second=0, microsecond=0)
    while hour < now:
        expected = RHYTHM[hour.hour] * volume
        count = int(expected) + (writer.random.random() < expected % 1)
        count += writer.random.choice((-1, 0, 0, 1)) if expected >= 5 else 0
        for number in range(count):
            mood = writer.random.choices(list(MOOD), list(MOOD.values()))[0]
            at = hour + HOUR * (number + writer.random.random()) / count  # spread out: calm hours look calm
            if at < now:
                yield writer.post(brand, at, writer.random.choice(by_mood[mood]))
        if hour.hour in (7, 16) and (brand == AIRLINE or hour.hour == 7) and hour + HOUR < now:
            yield writer.post(brand, hour + timedelta(minutes=5), writer.random.choice(own), own=True)
        hour += HOUR


def _outage(writer: _Writer, day: datetime) -> Iterator[Post]:
    for hour, count in OUTAGE_HOURS.items():
        for number in range(count):
            at = day + timedelta(hours=hour, minutes=60 * writer.random.random())
            if hour == 5:  # it began at 05:12
                at = day + timedelta(hours=5, minutes=12 + 48 * writer.random.random() * (number > 0))
            phrase = writer.random.choice(outage.PHRASES) if number else outage.PHRASES[0]
            yield writer.post(AIRLINE, at, phrase, loud=True)


def _video(writer: _Writer, now: datetime) -> Iterator[Post]:
    ends = [minutes for minutes, _rate in VIDEO[1:]] + [2]
    for (begins, rate), end in zip(VIDEO, ends, strict=True):
        for _number in range(round((begins - end) * rate)):
            at = now - timedelta(minutes=end + (begins - end) * writer.random.random())
            yield writer.post(AIRLINE, at, writer.random.choice(guide_dog.PHRASES), loud=True)


def _double_charge(writer: _Writer, now: datetime) -> Iterator[Post]:
    begins, ends = DOUBLE_CHARGE_MINUTES
    for _number in range(56):
        at = now - timedelta(minutes=ends + (begins - ends) * writer.random.random())
        yield writer.post(CAFE, at, writer.random.choice(cafe.DOUBLE_CHARGE))


class _Writer:
    """Gives every sentence an author, a place, a number and an echo."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311 - a story, not a secret
        self.number = 0

    def post(
        self, brand: str, at: datetime, phrase: Phrase, *, own: bool = False, loud: bool = False
    ) -> Post:
        lang, sentiment, sentence = phrase
        pick, self.number = self.random, self.number + 1
        city, other = pick.sample(CITIES, 2)
        handle = (
            brand.replace(" ", "") if own else f"{pick.choice(FIRST)}{pick.choice(LAST)}{pick.randrange(10)}"
        )
        followers = 182_000 if own else int(pick.paretovariate(0.75) * 60)
        echo = followers**0.5 * (0.5 if loud else 0.08) * pick.random()
        platform = pick.choice(PLATFORMS)
        number = f"{at:%y%m%d}{self.number:06}"
        return Post(
            id=number,
            created_at=at.isoformat(timespec="seconds"),
            brand=brand,
            platform=platform,
            lang=lang,
            author=handle,
            author_followers=min(followers, 640_000),
            is_brand_own=int(own),
            text=(self._in_anger(lang, sentence) if loud else sentence).format(
                city=city,
                other=other,
                flight=f"KA {pick.randrange(101, 880)}",
                hours=pick.randrange(2, 7),
                minutes=pick.randrange(15, 75, 5),
                gate=f"{pick.choice('ABC')}{pick.randrange(1, 24)}",
            ),
            sentiment="" if own else sentiment,
            sentiment_source="" if own else "Kestrel listening desk",
            retweets=int(echo),
            likes=int(echo * 4 + pick.randrange(6)),
            replies=int(echo * 0.6),
            url=f"https://{platform}.example/{handle.lower()}/{number}",
        )

    def _in_anger(self, lang: str, sentence: str) -> str:
        return self.random.choice(BEFORE[lang]) + sentence + self.random.choice(AFTER[lang])
