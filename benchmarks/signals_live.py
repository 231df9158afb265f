"""Early warning on a running installation: 200 posts a second are stored while beat and worker judge.

Four brands bring nearly all posts, as many as they always do. In each of twelve others, of 2,000 posts a day, a crisis
begins: two posts a second, each by another person. An alert is late by the time from the post that tips the detector
over its limit to the signal. Of the four large brands the past is counts and the posts of the last 70 minutes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from random import Random
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.installation import Site, own_site
from demo.processes import BASE_DIR

if TYPE_CHECKING:
    from monitoring.importing.rows import Row
    from monitoring.models import ImportRun
    from people.models import Brand

POSTS_A_SECOND = 200
SECONDS = 60
LARGE, SMALL = 4, 12  # brands
POSTS_A_DAY = 2_000  # of a small brand
BURST_POSTS_A_SECOND = 2
BURST_EVERY = 3  # seconds from one brand's burst to the next one's
PAST_DAYS = 14
PRESENT = timedelta(minutes=70)  # what counting a post looks back on, and more
MOST_SECONDS = 90  # that an alert may take after the last post
QUEUE = "default"  # whose worker judges

POSTS = """
    WITH post AS (
        INSERT INTO monitoring_post
            (content_key, platform, external_id, lang, author, text, url, flags, posted_at, day_only)
        SELECT md5(%(brand)s || ' ' || n)::uuid, 'x', '', 'en', 'person_' || %(brand)s || '_' || n,
            'Post ' || n || ' about the delay at the gate and the refund that nobody has seen so far', '', '',
            now() - random() * make_interval(secs => %(seconds)s), false
        FROM generate_series(1, %(count)s) n RETURNING id, posted_at, author
    )
    INSERT INTO monitoring_mention
        (brand_id, post_id, posted_at, person, is_brand_own, sentiment, sentiment_source)
    SELECT %(brand)s, id, posted_at, hashtextextended(author, 0), false,
        CASE WHEN id %% 5 = 0 THEN 'negative' ELSE 'neutral' END, ''
    FROM post
"""


def measure() -> dict[str, Any]:
    with own_site() as site:
        inside = partial(_inside, site)
        inside("prepare")
        with site.workers(1, QUEUE) as processes:
            _wait(site, f"SELECT count(*) FROM escalations_heartbeat WHERE process = 'worker-{QUEUE}'", 1)  # noqa: S608
            before, began = _cpu(processes[1:]), time.monotonic()
            stored = inside("store")
            _wait(site, "SELECT count(DISTINCT brand_id) FROM monitoring_signal", SMALL)
            cpu, wall = _cpu(processes[1:]) - before, time.monotonic() - began
        return {
            "posts_per_second": round(stored["posts"] / stored["seconds"], 1),
            **stored,
            **inside("judge"),
            "judging_cpu_seconds": round(cpu, 1),
            "judging_cpu_share": round(cpu / wall, 3),
        }


def _inside(site: Site, step: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.signals_live", step]
    ended = subprocess.run(  # noqa: S603
        command, cwd=BASE_DIR, env=site.environment(), check=True, stdout=subprocess.PIPE
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def _wait(site: Site, question: str, number: int) -> None:
    until = time.monotonic() + MOST_SECONDS
    while site.ask(question)[0] < number and time.monotonic() < until:
        time.sleep(0.5)


def _cpu(processes: list[subprocess.Popen[bytes]]) -> float:
    """Seconds that these and their children have had."""
    found = [psutil.Process(process.pid) for process in processes]
    family = chain(found, *(process.children(recursive=True) for process in found))
    return sum(sum(process.cpu_times()[:2]) for process in family)


def prepare() -> dict[str, Any]:
    """A past for every brand, and a detector that has listened to it."""
    from django.db import connection
    from django.utils import timezone

    from benchmarks.loading import make_people
    from monitoring import actions
    from monitoring.voices import recount

    make_people()
    large = actions.add_brands([f"Large {number}" for number in range(LARGE)])
    small = actions.add_brands([f"Small {number}" for number in range(SMALL)])
    a_second = POSTS_A_SECOND / LARGE
    with connection.cursor() as cursor:
        spans = {brand: (PRESENT, a_second * PRESENT.total_seconds()) for brand in large}
        spans |= {brand: (timedelta(days=PAST_DAYS), POSTS_A_DAY * PAST_DAYS) for brand in small}
        for brand, (span, count) in spans.items():
            cursor.execute(POSTS, {"brand": brand.pk, "seconds": span.total_seconds(), "count": int(count)})
        cursor.execute("VACUUM ANALYZE monitoring_post, monitoring_mention")
    for brand in large:
        _count_past(brand, a_second)
    for brand, (span, _count) in spans.items():
        recount(brand, timezone.now() - span, timezone.now())
    for brand in spans:
        actions.listen(brand=brand, now=timezone.now())
    return {}


def _count_past(brand: Brand, a_second: float) -> None:
    from django.utils import timezone

    from monitoring.detection import slots
    from monitoring.models import VoiceCount

    random = Random(brand.pk)  # noqa: S311 (made-up posts, no secret)
    newest = slots.beginning(timezone.now())
    usual = a_second * slots.LENGTH.total_seconds()
    VoiceCount.objects.bulk_create(
        VoiceCount(
            brand=brand,
            begins_at=newest - back * slots.LENGTH,
            voices=posts,
            rated=posts,
            complaints=posts // 5,
            posts=posts,
        )
        for back in range(PAST_DAYS * timedelta(days=1) // slots.LENGTH)
        for posts in [round(random.gauss(usual, usual**0.5))]
    )


def traffic(start: datetime, large: list[int], small: list[int]) -> Iterator[tuple[datetime, int, bool]]:
    """When, of which brand, and whether it belongs to a burst: POSTS_A_SECOND in every second, in time order."""
    for second in range(SECONDS):
        bursting = [brand for place, brand in enumerate(small) if second >= place * BURST_EVERY]
        bursts = [(brand, True) for brand in bursting * BURST_POSTS_A_SECOND]
        others = [(large[number % len(large)], False) for number in range(POSTS_A_SECOND - len(bursts))]
        posts = [*bursts, *others]
        Random(second).shuffle(posts)  # noqa: S311
        for place, (brand, is_burst) in enumerate(posts):
            yield start + timedelta(seconds=second + place / len(posts)), brand, is_burst


def store() -> dict[str, Any]:
    """Every second what was posted since the last batch, by the product's own storing and counting."""
    from django.utils import timezone

    from monitoring.models import ImportRun
    from people.models import Brand

    brands = {brand.pk: brand for brand in Brand.objects.exclude(slug="benchmark")}
    large = [pk for pk, brand in brands.items() if brand.name.startswith("Large")]
    run = ImportRun.objects.create(file_name="live")
    start = timezone.now()
    rows = [
        row(line, *post) for line, post in enumerate(traffic(start, large, sorted(brands.keys() - {*large})))
    ]
    times: dict[str, list[float]] = {"store": [], "recount": [], "behind": []}
    done = 0
    while done < len(rows):
        time.sleep(1 - (timezone.now() - start).total_seconds() % 1)
        now = timezone.now()
        due = [one for one in rows[done:] if one.posted_at <= now]
        _store_batch(run, due, brands, times)
        times["behind"].append((timezone.now() - due[0].posted_at).total_seconds() if due else 0.0)
        done += len(due)
    return {
        "posts": done,
        "seconds": round((timezone.now() - start).total_seconds(), 1),
        "store_ms": _spread(times["store"], 1000),
        "recount_of_a_batch_ms": _spread(times["recount"], 1000),
        "stored_after_seconds": _spread(times["behind"], 1),
    }


def row(line: int, posted_at: datetime, brand: int, is_burst: bool) -> Row:
    from monitoring.importing import identity
    from monitoring.importing.rows import Row

    author, text = f"live_{line}", f"Post {line}: stranded at the gate, nobody answers"
    key = identity.of_content("x", author, posted_at, text)
    return Row(
        line=line + 1,
        brand_id=brand,
        address_key=None,
        content_key=key,
        person=identity.of_person("x", author, key),
        platform="x",
        external_id="",
        lang="en",
        author=author,
        author_followers=None,
        is_brand_own=False,
        text=text,
        sentiment="negative" if is_burst or line % 5 == 0 else "neutral",
        sentiment_source="",
        retweets=None,
        likes=None,
        replies=None,
        reach=None,
        url="",
        flags="",
        posted_at=posted_at,
        day_only=False,
    )


def _store_batch(
    run: ImportRun, rows: list[Row], brands: dict[int, Brand], times: dict[str, list[float]]
) -> None:
    from django.db import transaction

    from monitoring.importing import storing
    from monitoring.voices import recount

    began = time.monotonic()
    with transaction.atomic():
        storing.store(rows, run_id=run.pk)
    stored = time.monotonic()
    for pk in sorted({one.brand_id for one in rows}):
        moments = [one.posted_at for one in rows if one.brand_id == pk]
        recount(brands[pk], min(moments), max(moments))
    times["store"].append(stored - began)
    times["recount"].append(time.monotonic() - stored)


def judge() -> dict[str, Any]:
    """What became of the posts and of the bursts."""
    from django.db.models import Count, Sum

    from monitoring.detection import slots
    from monitoring.models import ImportRun, Mention, Signal, VoiceCount
    from people.models import Brand

    run = ImportRun.objects.get()
    live = Mention.objects.filter(run=run)
    different = live.aggregate(n=Count("post__content_key", distinct=True))["n"]
    first = slots.beginning(live.order_by("posted_at")[0].posted_at)
    counted = VoiceCount.objects.filter(begins_at__gte=first).aggregate(n=Sum("posts"))["n"]
    late, doubled = [], 0
    for brand in Brand.objects.filter(name__startswith="Small"):
        signals = list(Signal.objects.filter(brand=brand).order_by("raised_at"))
        doubled += max(0, len(signals) - 1)
        late += [(signal.raised_at - tipping(brand, run)).total_seconds() for signal in signals[:1]]
    return {
        "lost": SECONDS * POSTS_A_SECOND - different,
        "doubled": live.count() - different,
        "counted_otherwise": counted - Mention.objects.filter(posted_at__gte=first).count(),
        "bursts": SMALL,
        "bursts_unheard": SMALL - len(late),
        "alerts_doubled": doubled,
        "alerts_of_ordinary_brands": Signal.objects.exclude(brand__name__startswith="Small").count(),
        "alert_delay_seconds": _spread(late, 1),
    }


def tipping(brand: Brand, run: ImportRun) -> datetime:
    """The time of the first live post with which the detector would have said something, had it looked then."""
    from monitoring.detection.brand import BrandDetector
    from monitoring.detection.counting import Counts
    from monitoring.detection.slots import slot_of
    from monitoring.models import Mention, VoiceCount

    def counts(**which: Any) -> dict[int, Counts]:
        rows = VoiceCount.objects.filter(brand=brand, **which).values_list(
            "begins_at", "voices", "complaints", "rated", "posts"
        )
        return {slot_of(at): Counts(*numbers) for at, *numbers in rows}

    posted = list(
        Mention.objects.filter(brand=brand, run=run).order_by("posted_at").values_list("posted_at", flat=True)
    )
    known, first = counts(), slot_of(posted[0])
    live = [slot_of(moment) for moment in posted]  # each by another person, each a complaint
    before = {slot: Counts(*(n - live.count(slot) for n in known[slot])) for slot in {*live}}
    detector = BrandDetector(min(known))
    for slot in range(min(known), first):
        detector.advance(known.get(slot, Counts()))
    kept = detector.to_json()
    for place, moment in enumerate(posted):
        probe, so_far = BrandDetector.from_json(kept), live[: place + 1]
        for slot in range(first, so_far[-1] + 1):
            heard = probe.advance(Counts(*(n + so_far.count(slot) for n in before.get(slot, Counts()))))
        judged = (heard.volume, heard.complaints)
        if any(judgement is not None and judgement.reasons for judgement in judged):
            return moment
    raise LookupError(f"{brand}: no post tips the detector, yet a signal was raised")


def _spread(values: list[float], factor: float) -> dict[str, float] | None:
    """The middle, the 95th of a hundred, the most."""
    if len(values) < 2:
        return None
    hundredths = quantiles(values, n=100, method="inclusive")
    names = {"p50": hundredths[49], "p95": hundredths[94], "max": max(values)}
    return {name: round(factor * value, 2) for name, value in names.items()}


if __name__ == "__main__":
    import django

    django.setup()
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["prepare", "store", "judge"])
    print(json.dumps({"prepare": prepare, "store": store, "judge": judge}[parser.parse_args().step]()))  # noqa: T201
