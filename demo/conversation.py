"""What people post about both brands, as `data/conversation.toml` describes it. The same seed, the same posts."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from demo.data_files import document, rows
from demo.moments import moment

HOUR = timedelta(hours=1)
Phrase = dict[str, str]  # language, sentiment, sentence
Post = dict[str, Any]  # the columns of the file that is imported


def as_csv(posts: Sequence[Post]) -> bytes:
    """The posts as a listening tool would export them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, posts[0])
    writer.writeheader()
    writer.writerows(posts)
    return text.getvalue().encode()


def all_posts(now: datetime) -> list[Post]:
    """Everything until `now`, the oldest first."""
    plan = document("conversation")
    writer = _Writer(plan)
    posts = [post for habit in plan["everyday"] for post in writer.everyday(habit, now)]
    for spike in plan["spike"]:
        begins = moment(spike["begins"], now, now)
        begins = moment(spike["posts"][0][0], begins, now)
        posts = [post for post in posts if not _hides_the_first(post, spike["brand"], begins)]
        posts += writer.spike(spike, now)
    return sorted(posts, key=lambda post: post["created_at"])


def _hides_the_first(post: Post, brand: str, start: datetime) -> bool:
    """An everyday complaint earlier in the hour in which a spike began would be taken for its first post."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    return (
        post["brand"] == brand
        and post["sentiment"] == "negative"
        and hour.isoformat() <= post["created_at"] < start.isoformat(timespec="seconds")
    )


class _Writer:
    """Gives every sentence a moment, an author, a place, a number and an echo."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.random = random.Random(plan["seed"])  # noqa: S311 - a story, not a secret
        self.number = 0

    def everyday(self, habit: dict[str, Any], now: datetime) -> Iterator[Post]:
        phrases, own = rows(f"phrases/{habit['phrases']}"), rows(f"phrases/{habit['own_phrases']}")
        shares = self.plan["sentiment"]
        by_sentiment = {
            name: [phrase for phrase in phrases if phrase["sentiment"] == name] for name in shares
        }
        hour = (now - timedelta(days=self.plan["days"])).replace(minute=0, second=0, microsecond=0)
        while hour < now:
            expected = habit["posts"][hour.hour]
            count = int(expected) + (self.random.random() < expected % 1)
            count += self.random.choice((-1, 0, 0, 1)) if expected >= 5 else 0
            for number in range(count):
                (name,) = self.random.choices(list(shares), list(shares.values()))
                at = hour + HOUR * (number + self.random.random()) / count  # spread out: calm hours look calm
                if at < now:
                    yield self.post(habit["brand"], at, self.random.choice(by_sentiment[name]))
            if hour.hour in habit["own_hours"] and hour + HOUR < now:
                at = hour + timedelta(minutes=5)
                yield self.post(habit["brand"], at, self.random.choice(own), own=True)
            hour += HOUR

    def spike(self, spike: dict[str, Any], now: datetime) -> Iterator[Post]:
        """The first post is the spike's first phrase, to the minute; all others are drawn."""
        phrases, begins = rows(f"phrases/{spike['phrases']}"), moment(spike["begins"], now, now)
        upset, is_first = spike.get("upset", False), True
        for start, end, count in spike["posts"]:
            starts, ends = moment(start, begins, now), moment(end, begins, now)
            for _number in range(count):
                at = starts if is_first else starts + (ends - starts) * self.random.random()
                phrase = phrases[0] if is_first else self.random.choice(phrases)
                yield self.post(spike["brand"], at, phrase, upset=upset)
                is_first = False

    def post(
        self, brand: str, at: datetime, phrase: Phrase, *, own: bool = False, upset: bool = False
    ) -> Post:
        pick, plan, self.number = self.random, self.plan, self.number + 1
        city, other = pick.sample(plan["cities"], 2)
        handle, followers = (brand.replace(" ", ""), 182_000) if own else self._author()
        echo = followers**0.5 * (0.5 if upset else 0.08) * pick.random()
        platform = pick.choice(plan["platforms"])
        number = f"{at:%y%m%d}{self.number:06}"
        return {
            "id": number,
            "created_at": at.isoformat(timespec="seconds"),
            "brand": brand,
            "platform": platform,
            "lang": phrase["language"],
            "author": handle,
            "author_followers": min(followers, 640_000),
            "is_brand_own": int(own),
            "text": self._text(phrase, upset=upset).format(
                city=city,
                other=other,
                flight=f"KA {pick.randrange(101, 880)}",
                hours=pick.randrange(2, 7),
                minutes=pick.randrange(15, 75, 5),
                gate=f"{pick.choice('ABC')}{pick.randrange(1, 24)}",
            ),
            "sentiment": "" if own else phrase["sentiment"],
            "sentiment_source": "" if own else plan["rated_by"],
            "retweets": int(echo),
            "likes": int(echo * 4 + pick.randrange(6)),
            "replies": int(echo * 0.6),
            "url": f"https://{platform}.example/{handle.lower()}/{number}",
        }

    def _author(self) -> tuple[str, int]:
        pick = self.random
        name = pick.choice(self.plan["first_parts"]) + pick.choice(self.plan["last_parts"])
        return f"{name}{pick.randrange(10)}", int(pick.paretovariate(0.75) * 60)

    def _text(self, phrase: Phrase, *, upset: bool) -> str:
        if not upset:
            return phrase["sentence"]
        before, after = (self.plan[place][phrase["language"]] for place in ("before", "after"))
        return self.random.choice(before) + phrase["sentence"] + self.random.choice(after)
