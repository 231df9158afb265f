"""Imports: repeatable, exact, resumable, and honest about what was not stored."""

from __future__ import annotations

import csv
import tracemalloc
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import get_language

from common.errors import ActionRefused, Invalid, NotAllowed
from journal.models import Entry
from monitoring import actions
from monitoring.importing import preview as previews
from monitoring.importing.run import Batch, _store_batch, carry_on
from monitoring.models import ImportRun, Mention, Post
from monitoring.tasks import sweep_imports
from people.models import Brand
from tests.monitoring.conftest import accept, as_csv, look_at, row

pytestmark = pytest.mark.django_db


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.rows_read, run.rows_stored, run.rows_duplicate, run.rows_rejected


def upload(data: bytes, name: str = "mentions.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def listed(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"))))


def without(name: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: value for key, value in one.items() if key != name} for one in rows]


@pytest.mark.parametrize("packed", [False, True])
def test_importing_twice_stores_once(run_import, packed):
    rows = [row(n) for n in range(2500)]
    assert counts(run_import(rows, packed=packed)) == (2500, 2500, 0, 0)
    assert counts(run_import(rows, packed=packed)) == (2500, 0, 2500, 0)
    assert Mention.objects.count() == Post.objects.count() == 2500


def test_the_same_post_twice_in_one_file_is_a_duplicate(run_import):
    assert counts(run_import([row(1), row(1, id="9", sentiment="negative"), row(2)])) == (3, 2, 1, 0)
    assert Mention.objects.get(post__author="person-1").sentiment == "neutral"


def test_the_same_words_on_two_platforms_are_two_posts(run_import):
    assert run_import([row(1), row(1, platform="mastodon")]).rows_stored == 2


def test_rejected_rows_are_listed_and_the_others_stored(run_import):
    rows = [row(1), row(2, created_at="soon"), row(3, text="=HYPERLINK(1)", created_at="never"), row(4)]
    run = run_import(rows)
    assert counts(run) == (4, 2, 0, 2)
    rejected = listed(run.rejects_path)
    assert [(item["line"], item["id"]) for item in rejected] == [("3", "2"), ("4", "3")]
    assert "“soon”" in rejected[0]["reason"]
    assert rejected[1]["text"] == "'=HYPERLINK(1)"


def test_rejected_rows_can_be_mended_and_imported_again(run_import, uploaded, alice, brand):
    long = "@kestrel " + "nobody answers " * 200
    rows = [row(n) for n in range(9)] + [row(20, created_at="soon", text=long)]
    first = accept(uploaded(rows), alice)
    mended = first.rejects_path.read_text(encoding="utf-8-sig").replace("soon", "2026-03-01T10:00:00Z")
    assert counts(accept(uploaded(mended.encode()), alice)) == (1, 1, 0, 0)
    assert Post.objects.get(author="person-20").text == long.strip()
    whole = [*rows[:-1], row(20, text=long)]
    assert counts(run_import(whole)) == (10, 0, 10, 0)


def test_repaired_rows_are_stored_and_listed(run_import):
    data = (
        as_csv([row(n) for n in range(20)])
        + b"99,2026-03-01T10:00:00Z,x,Kestrel Air,me,=2+3, they say,neutral\n"
    )
    run = run_import(data)
    assert (run.rows_stored, run.rows_repaired) == (21, 1)
    (repaired,) = listed(run.repairs_path)
    assert repaired["line"] == "22"
    assert repaired["reason"]
    assert repaired["text"].startswith("'=2+3")


def test_a_side_value_that_is_not_understood_counts_as_unknown(run_import):
    rows = [row(n, likes="3") for n in range(20)]
    rows[4] |= {"likes": "many", "sentiment": "purple"}
    rows[5] |= {"likes": "more"}
    run = run_import(rows)
    assert (run.rows_stored, run.rows_rejected) == (20, 0)
    assert run.unknown_values == {
        "likes": {"count": 2, "examples": [[6, "many"], [7, "more"]]},
        "sentiment": {"count": 1, "examples": [[6, "purple"]]},
    }
    stored = Mention.objects.get(post__author="person-4")
    assert (stored.post.likes, stored.sentiment) == (None, "")


def test_empty_means_unknown_and_never_zero(run_import):
    run_import([row(n, likes="" if n else "0", author="" if n else "me", sentiment="") for n in range(5)])
    assert set(Post.objects.values_list("likes", flat=True)) == {0, None}
    assert set(Mention.objects.values_list("sentiment", flat=True)) == {""}


def test_damaged_characters_cost_their_row_its_letters_only(run_import):
    data = as_csv([row(n) for n in range(3000)])
    broken = "9999,2026-03-01T10:00:00Z,x,Kestrel Air,me,Çok kötü,neutral\n".encode("cp1254")
    run = run_import(data + broken)
    assert (run.state, run.rows_stored) == ("finished", 3001)
    assert any("damaged" in finding for finding in run.preview["findings"])


def test_rows_go_to_their_brand_and_others_to_the_chosen_one(run_import, brand):
    run = run_import([row(1, brand="Heron Rail"), row(2, brand=""), row(3, brand="kestrel AIR")], brand=brand)
    assert run.rows_stored == 3
    stored = dict(Mention.objects.values_list("post__author", "brand__name"))
    assert stored == {"person-1": "Heron Rail", "person-2": "Kestrel Air", "person-3": "Kestrel Air"}


def test_brands_that_are_not_taken_up_are_rejected(run_import):
    run = run_import([row(1, brand="Heron Rail"), row(2)], brands={"Heron Rail": ""})
    assert (run.rows_stored, run.rows_rejected) == (1, 1)
    assert not Brand.objects.filter(name="Heron Rail").exists()


def test_brands_with_like_slugs_get_addresses_of_their_own(run_import):
    run_import([row(1, brand="中国航空"), row(2, brand="東京電力"), row(3, brand="Kestrel-Air")])
    assert Brand.objects.count() == 4
    assert len(set(Brand.objects.values_list("slug", flat=True))) == 4


def test_without_a_brand_anywhere_nothing_is_stored(looked_at, run_import, brand):
    rows = without("brand", [row(n) for n in range(3)])
    with pytest.raises(ActionRefused, match="Choose the brand"):
        accept(looked_at(rows))
    assert run_import(rows, brand=brand).rows_stored == 3


@pytest.mark.long
def test_memory_stays_flat(run_import, monkeypatch):
    """Four times the rows may not need much more memory once the surveys remember as much as they may."""
    monkeypatch.setattr("monitoring.importing.run.BATCH_ROWS", 1000)
    for bound in ("ids.MAX_KNOWN", "authors.MAX_NAMES"):
        monkeypatch.setattr(f"monitoring.importing.meaning.{bound}", 1000)
    peaks = []
    for size in (3_000, 12_000):
        data = as_csv([row(n, text=f"{n} " + "Nobody answers. " * 20) for n in range(size)])
        tracemalloc.start()
        run_import(data)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3


# Killed and resumed ---------------------------------------------------------------------------------------------------


def silent(run: ImportRun) -> None:
    """Two minutes without a sign of life."""
    ImportRun.objects.filter(pk=run.pk).update(seen_at=timezone.now() - timedelta(minutes=2))


@pytest.fixture
def killed(alice, uploaded, brand, monkeypatch):
    """An upload of 3,000 rows whose worker dies after two batches, one of them with a rejected row."""
    monkeypatch.setattr("monitoring.importing.run.BATCH_ROWS", 1000)
    run = uploaded([row(n, **({"text": ""} if n in (500, 2900) else {})) for n in range(3000)])
    done = []

    def die(_run: ImportRun) -> None:
        done.append(1)
        if len(done) == 2:
            raise KeyboardInterrupt

    actions.accept_preview(run=run, actor=alice)
    with pytest.raises(KeyboardInterrupt):
        carry_on(run.pk, progress=die)
    run.refresh_from_db()
    return run


def test_a_killed_worker_leaves_whole_batches(killed):
    assert killed.state == "running"
    assert counts(killed) == (2000, 1999, 0, 1)
    assert Mention.objects.count() == 1999


@pytest.mark.calendar
def test_nobody_takes_an_import_that_shows_signs_of_life(killed):
    assert carry_on(killed.pk) is False
    killed.refresh_from_db()
    assert killed.rows_read == 2000


@pytest.mark.calendar
def test_abandoned_import_is_carried_on_with_no_row_twice(killed, django_capture_on_commit_callbacks):
    with killed.rejects_path.open("ab") as file:
        file.write(b"written by the killed worker and never committed\n")
    silent(killed)
    with django_capture_on_commit_callbacks(execute=True):
        assert carry_on(killed.pk) is True
    killed.refresh_from_db()
    assert killed.state == "finished"
    assert counts(killed) == (3000, 2998, 0, 2)
    assert [item["line"] for item in listed(killed.rejects_path)] == ["502", "2902"]
    assert not killed.file_path.exists()


def test_a_worker_that_lost_its_import_stores_nothing_more(killed):
    old = ImportRun.objects.get(pk=killed.pk)
    silent(killed)
    assert actions.lease_import(run_id=killed.pk)
    with pytest.raises(actions.LeaseLost):
        _store_batch(old, [], Batch())


def test_a_look_that_was_killed_begins_again(alice, uploaded, brand):
    run = uploaded([row(1), row(2)])
    ImportRun.objects.filter(pk=run.pk).update(state="queued", preview={}, plan={})
    assert actions.lease_import(run_id=run.pk).state == "looking"
    silent(run)
    assert look_at(run).state == "preview"
    assert run.preview["rows"] == 2


@pytest.mark.calendar
def test_the_sweep_finds_imports_whose_hint_was_lost(killed, monkeypatch):
    hinted = []
    monkeypatch.setattr("monitoring.tasks.wake_import", hinted.append)
    sweep_imports()
    assert hinted == []
    silent(killed)
    sweep_imports()
    assert hinted == [killed.pk]


def test_an_import_that_never_gets_further_gives_up_with_a_reason(killed):
    for _attempt in range(10):
        silent(killed)
        actions.lease_import(run_id=killed.pk)
    killed.refresh_from_db()
    assert killed.state == "failed"
    assert "behind line 2001" in killed.error


def test_a_look_that_never_ends_gives_up_with_a_reason(alice, uploaded):
    run = uploaded([row(1)])
    ImportRun.objects.filter(pk=run.pk).update(state="queued", preview={}, plan={})
    for _attempt in range(10):
        actions.lease_import(run_id=run.pk)
        silent(run)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "never ended" in run.error
    assert "line" not in run.error


@pytest.mark.calendar
def test_an_interrupted_command_is_closed_by_the_sweep(tmp_path):
    path = tmp_path / "mentions.csv"
    path.write_bytes(as_csv([row()]))
    run = actions.register_file(path=path, brand=None)
    sweep_imports()
    run.refresh_from_db()
    assert run.state == "queued"
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    sweep_imports()
    run.refresh_from_db()
    assert (run.state, path.exists()) == ("failed", True)
    assert "Run it again" in run.error


# Uploads -------------------------------------------------------------------------------------------------------------


def test_an_upload_is_kept_under_a_name_of_our_own(alice, media):
    run = actions.queue_upload(actor=alice, upload=upload(as_csv([row()]), "../../etc/passwd"), brand=None)
    assert run.file_name == "passwd"
    assert run.file_path.parent == media / "imports"
    assert Entry.objects.get(stream=run.stream).kind == "import.queued"


def test_readers_may_not_import(erin, media):
    with pytest.raises(NotAllowed):
        actions.queue_upload(actor=erin, upload=upload(b"x"), brand=None)
    assert not media.exists()


def test_too_large_and_empty_files_are_refused(alice, settings, media):
    settings.IMPORT_MAX_BYTES = 1024 * 1024
    for data in (b"", b"x" * (1024 * 1024 + 1)):
        with pytest.raises(Invalid):
            actions.queue_upload(actor=alice, upload=upload(data), brand=None)
    assert not media.exists()


def test_failed_import_is_tried_again_and_a_finished_one_not(alice, erin, uploaded, brand):
    run = uploaded(b"<html>")
    assert "web page" in run.error
    with pytest.raises(NotAllowed):
        actions.retry_import(run=run, actor=erin)
    run.file_path.write_bytes(as_csv([row(1)]))
    actions.retry_import(run=run, actor=alice)
    run = accept(look_at(run), alice)
    assert (run.state, run.rows_stored) == ("finished", 1)
    with pytest.raises(ActionRefused):
        actions.retry_import(run=run, actor=alice)


@pytest.mark.calendar
def test_a_failed_import_goes_on_where_it_stood(killed, alice):
    for _attempt in range(10):
        silent(killed)
        actions.lease_import(run_id=killed.pk)
    actions.retry_import(run=killed, actor=alice)
    carry_on(killed.pk)
    killed.refresh_from_db()
    assert (killed.state, *counts(killed)) == ("finished", 3000, 2998, 0, 2)
    assert Mention.objects.count() == 2998


def test_whoever_uploads_reads_everything_in_their_language(alice, uploaded, monkeypatch):
    alice.language = "tr"
    alice.save()
    languages = []
    monkeypatch.setattr(previews, "look", lambda *_all: languages.append(get_language()) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        uploaded([row(1)])
    assert languages == ["tr"]
