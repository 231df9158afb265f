"""Tells open pages to look again, over server-sent events.

A hint in Redis only says when to look; what the database says decides. So a lost hint, a broken Redis or a dropped
connection costs seconds and never a change: every look compares what the page has shown with what is stored, and no
content travels over the stream, only "changed".

Streams live for hours. The web server must not wait for them when it stops (uvicorn: --timeout-graceful-shutdown).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.handlers.asgi import ASGIRequest
from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.hints import live_topic
from incidents.models import Incident
from journal.models import Stream
from notifications.models import Delivery
from people.access import SignedInRequest
from people.models import User

logger = logging.getLogger(__name__)

RETRY_MILLISECONDS = 2000  # how long a browser waits before it connects again
REDIS_PAUSE_SECONDS = 2
MOST_PER_PERSON = 30  # open streams of one person in one web process


class Hub:
    """One Redis subscription for all streams of this process. Wakes those that something may concern."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self.open_by_person: Counter[int] = Counter()

    @contextmanager
    def listening(self, person: int, streams: list[str]) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of `streams` should be looked at again."""
        poked = asyncio.Event()
        for stream in streams:
            self._waiting[live_topic(stream)].add(poked)
        self.open_by_person[person] += 1
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        try:
            yield poked
        finally:
            for stream in streams:
                self._waiting[live_topic(stream)].discard(poked)
                if not self._waiting[live_topic(stream)]:
                    del self._waiting[live_topic(stream)]
            self.open_by_person[person] -= 1
            if not self._waiting:
                self._listener.cancel()
                self._listener = None

    async def _listen(self) -> None:
        while True:
            try:
                await self._subscribed()
            except (RedisError, OSError):
                logger.warning("live hints are not heard: Redis does not answer; pages look by themselves")
                await asyncio.sleep(REDIS_PAUSE_SECONDS)

    async def _subscribed(self) -> None:
        seconds = settings.REDIS_TIMEOUT_SECONDS
        client = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=seconds, health_check_interval=5)
        async with client, client.pubsub() as subscription:
            await subscription.psubscribe(live_topic("*"))
            # Whatever was published while nobody listened is unknown: everybody looks once.
            for poked in [event for events in self._waiting.values() for event in events]:
                poked.set()
            while True:
                message = await subscription.get_message(ignore_subscribe_messages=True, timeout=5)
                if message:
                    for poked in self._waiting.get(message["channel"].decode(), ()):
                        poked.set()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


@dataclass(frozen=True)
class Sight:
    """What a page that is up to date shows; None where the page did not say."""

    page: str | None
    unread: str | None  # the mark of the reader's unread notifications


@dataclass(frozen=True)
class Watch:
    """One open page: whose it is, in which session, and which incident it shows, if any."""

    person: int
    session_key: str
    incident: int | None

    @property
    def streams(self) -> list[str]:
        mine = f"person-{self.person}"
        return [mine] if self.incident is None else [mine, f"incident-{self.incident}"]

    def look(self) -> Sight | None:
        """What there is to see now; None when the reader may not see it any more, or has signed out."""
        try:
            return self._look()
        finally:
            # The request goes on for hours: its thread must not keep a connection of the pool for that long.
            close_old_connections()

    def _look(self) -> Sight | None:
        user = User.objects.filter(pk=self.person, is_active=True).first()
        if user is None or not _session_lives(self.session_key):
            return None
        unread = Delivery.objects.unread_mark(user).mark
        if self.incident is None:
            return Sight(page=unread, unread=unread)
        incident = Incident.objects.visible_to(user).filter(pk=self.incident).first()
        if incident is None:
            return None
        seq = Stream.objects.filter(pk=incident.stream).values_list("last_seq", flat=True).first()
        return Sight(page=str(seq or 0), unread=unread)


def _session_lives(key: str) -> bool:
    return Session.objects.filter(pk=key, expire_date__gt=timezone.now()).exists()


@require_safe
async def incident(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Live hints for the room of one incident: "changed" for the room, "unread" for the bell.

    `seen` is the last journal number that the page shows, `unread` the mark of the notifications that it shows.
    """
    return await _stream(request, pk, seen=request.GET.get("seen"))


@require_safe
async def me(request: SignedInRequest) -> HttpResponseBase:
    """Live hints for any other page: "changed" and "unread" whenever the reader was told or has read something."""
    return await _stream(request, None, seen=request.GET.get("unread"))


async def _stream(request: SignedInRequest, pk: int | None, *, seen: str | None) -> HttpResponseBase:
    watch = Watch(request.user.pk, request.session.session_key or "", pk)
    if await sync_to_async(watch.look)() is None:
        raise Http404
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)  # a server that cannot hold streams: the browser stops asking
    if hub().open_by_person[watch.person] >= MOST_PER_PERSON:
        return HttpResponse(_("Too many pages are open. Close some of them."), status=429)
    return StreamingHttpResponse(
        _events(watch, Sight(page=seen, unread=request.GET.get("unread"))),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(watch: Watch, seen: Sight) -> AsyncIterator[str]:
    # Listens first and looks then: what happens in between is heard, what happened before is seen.
    with hub().listening(watch.person, watch.streams) as poked:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        while True:
            poked.clear()
            try:
                sight = await sync_to_async(watch.look)()
            except (OperationalError, InterfaceError):
                # No database: nothing can be shown and nobody's right be checked, so nothing is said until it is back.
                sight = Sight(None, None)
            if sight is None:
                yield "event: closed\ndata: \n\n"
                return
            yield "".join(_changes(seen, sight)) or ": nothing new\n\n"
            seen = Sight(page=sight.page or seen.page, unread=sight.unread or seen.unread)
            with suppress(TimeoutError):
                async with asyncio.timeout(settings.LIVE_KEEP_ALIVE_SECONDS):
                    await poked.wait()


def _changes(seen: Sight, sight: Sight) -> Iterator[str]:
    for name, before, now in (("changed", seen.page, sight.page), ("unread", seen.unread, sight.unread)):
        if before is not None and now is not None and before != now:
            yield f"event: {name}\ndata: {now}\n\n"
