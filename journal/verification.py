"""Re-computes the hash chain."""

from __future__ import annotations

from dataclasses import dataclass

from journal.models import FIRST_HASH, Entry, Stream


@dataclass(frozen=True)
class Break:
    """The first entry of a stream that does not fit, and why."""

    stream: str
    seq: int
    reason: str

    def __str__(self) -> str:
        return f"{self.stream} #{self.seq}: {self.reason}"


def first_break(stream: Stream, *, after_seq: int = 0, after_hash: str = FIRST_HASH) -> Break | None:
    """Walk one stream from the entry after `after_seq`, whose hash is known, to the head that `stream` carries.

    Memory stays flat however long it is. What is appended meanwhile is none of this walk's business.
    """
    seq, last_hash = after_seq, after_hash
    entries = Entry.objects.filter(stream=stream, seq__gt=after_seq, seq__lte=stream.last_seq)
    for entry in entries.order_by("seq").iterator(chunk_size=500):
        seq += 1
        if entry.seq != seq:
            return Break(stream.name, seq, "entry is missing")
        if entry.prev_hash != last_hash:
            return Break(stream.name, seq, "does not follow from the entry before it")
        if entry.hash != entry.computed_hash():
            return Break(stream.name, seq, "content was changed after it was written")
        last_hash = entry.hash
    if (seq, last_hash) != (stream.last_seq, stream.last_hash):
        return Break(stream.name, seq + 1, "entries at the end are missing")
    beyond = Entry.objects.filter(stream=stream, seq__gt=stream.last_seq, stream__last_seq=stream.last_seq)
    if beyond.exists():
        return Break(stream.name, seq + 1, "was written past the head")
    return None


def breaks() -> list[Break]:
    return [found for stream in Stream.objects.order_by("name") if (found := first_break(stream))]
