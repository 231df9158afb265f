"""Imports: repeatable, exact, resumable, and honest about what was not stored."""

from __future__ import annotations

import csv
import tracemalloc
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from common.errors import ActionRefused, Invalid, NotAllowed
from journal.models import Entry
from monitoring import actions
from monitoring.importing import batches
from monitoring.importing.batches import Batch
from monitoring.importing.run import carry_on, store_batch
from monitoring.models import ImportRun, Mention
from monitoring.tasks import sweep_imports
from people.models import Brand
from tests.monitoring.conftest import as_csv, row

pytestmark = pytest.mark.django_db


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.rows_read, run.rows_stored, run.rows_duplicate, run.rows_rejected


def upload(data: bytes, name: str = "mentions.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize("packed", [False, True])
def test_importing_twice_stores_once(run_import, packed):
    rows = [row(n) for n in range(2500)]
    assert counts(run_import(rows, packed=packed)) == (2500, 2500, 0, 0)
    assert counts(run_import(rows, packed=packed)) == (2500, 0, 2500, 0)
    assert Mention.objects.count() == 2500


def test_the_same_post_twice_in_one_file_is_a_duplicate(run_import):
    assert counts(run_import([row(1), row(1, text="again"), row(2)])) == (3, 2, 1, 0)
    assert Mention.objects.get(external_id="1").text == "Post number 1"


def test_the_same_number_on_two_platforms_is_two_posts(run_import):
    assert run_import([row(1), row(1, platform="mastodon")]).rows_stored == 2


def test_rejected_rows_are_listed_and_the_others_stored(run_import):
    rows = [row(1), row(2, created_at="soon"), row(3, text="=HYPERLINK(1)", sentiment="angry"), row(4)]
    run = run_import(rows)
    assert counts(run) == (4, 2, 0, 2)
    listed = list(csv.DictReader(StringIO(run.rejects_path.read_text(encoding="utf-8-sig"))))
    assert [(item["line"], item["id"]) for item in listed] == [("3", "2"), ("4", "3")]
    assert "2015-02-22T13:05:00Z" in listed[0]["reason"]
    assert listed[1]["text"] == "'=HYPERLINK(1)"


def test_a_fault_of_the_file_in_its_last_line_stores_nothing(run_import):
    data = as_csv([row(n) for n in range(3000)]) + "9999,Çok kötü".encode("cp1254")
    run = run_import(data)
    assert run.state == "failed"
    assert "Line 3002 is not UTF-8" in run.error
    assert Mention.objects.count() == 0
    assert Brand.objects.filter(name="Kestrel Air").count() == 1


def test_rows_go_to_their_brand_and_others_to_the_chosen_one(run_import, brand):
    run = run_import([row(1, brand="Heron Rail"), row(2, brand=""), row(3, brand="kestrel AIR")], brand=brand)
    assert run.rows_stored == 3
    stored = dict(Mention.objects.values_list("external_id", "brand__name"))
    assert stored == {"1": "Heron Rail", "2": "Kestrel Air", "3": "Kestrel Air"}


def test_unknown_brands_are_rejected_unless_they_may_be_added(run_import):
    run = run_import([row(1, brand="Heron Rail"), row(2)], create_brands=False)
    assert (run.rows_stored, run.rows_rejected) == (1, 1)
    assert not Brand.objects.filter(name="Heron Rail").exists()


def test_brands_with_like_slugs_get_addresses_of_their_own(run_import):
    run_import([row(1, brand="中国航空"), row(2, brand="東京電力"), row(3, brand="Kestrel-Air")])
    assert Brand.objects.count() == 4
    assert len(set(Brand.objects.values_list("slug", flat=True))) == 4


def test_a_column_that_is_not_the_brand_is_noticed(run_import):
    run = run_import([row(n, brand=f"person {n}") for n in range(60)])
    assert run.state == "failed"
    assert "probably not the brand" in run.error
    assert Brand.objects.count() == 1


def test_without_a_brand_anywhere_nothing_is_stored(run_import, brand):
    rows = [{key: value for key, value in row(n).items() if key != "brand"} for n in range(3)]
    assert "Choose the brand" in run_import(rows).error
    assert run_import(rows, brand=brand).rows_stored == 3


def test_memory_stays_flat(run_import):
    """Four times the rows may not need much more memory."""
    peaks = []
    for size in (2_000, 8_000):
        data = as_csv([row(n, text="Nobody answers. " * 20) for n in range(size)])
        tracemalloc.start()
        run_import(data)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3


# Killed and resumed ---------------------------------------------------------------------------------------------------


@pytest.fixture
def killed(alice, monkeypatch):
    """An upload of 3,000 rows whose worker dies after two batches, one of them with a rejected row."""
    rows = [row(n, **({"text": ""} if n in (500, 2900) else {})) for n in range(3000)]
    run = actions.queue_upload(actor=alice, upload=upload(as_csv(rows)), brand=None, create_brands=True)
    done = []

    def die(_run: ImportRun) -> None:
        done.append(1)
        if len(done) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_on(run.pk, slice_seconds=None, progress=die)
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
    ImportRun.objects.filter(pk=killed.pk).update(seen_at=timezone.now() - timedelta(minutes=2))
    with django_capture_on_commit_callbacks(execute=True):
        assert carry_on(killed.pk, slice_seconds=None) is True
    killed.refresh_from_db()
    assert killed.state == "finished"
    assert counts(killed) == (3000, 2998, 0, 2)
    listed = list(csv.DictReader(StringIO(killed.rejects_path.read_text(encoding="utf-8-sig"))))
    assert [item["line"] for item in listed] == ["502", "2902"]
    assert not killed.file_path.exists()


def test_a_worker_that_lost_its_import_stores_nothing_more(killed):
    old = ImportRun.objects.get(pk=killed.pk)
    ImportRun.objects.filter(pk=killed.pk).update(seen_at=timezone.now() - timedelta(minutes=2))
    assert actions.lease_import(run_id=killed.pk)
    with pytest.raises(ActionRefused):
        store_batch(old, Batch([], [], [], 1, 1, 1))


@pytest.mark.calendar
def test_the_sweep_finds_imports_whose_hint_was_lost(killed, monkeypatch):
    hinted = []
    monkeypatch.setattr("monitoring.tasks.wake_import", hinted.append)
    sweep_imports()
    assert hinted == []
    ImportRun.objects.filter(pk=killed.pk).update(seen_at=timezone.now() - timedelta(minutes=2))
    sweep_imports()
    assert hinted == [killed.pk]


def test_an_import_that_never_gets_further_gives_up_with_a_reason(killed):
    for _attempt in range(10):
        ImportRun.objects.filter(pk=killed.pk).update(seen_at=timezone.now() - timedelta(minutes=2))
        actions.lease_import(run_id=killed.pk)
    killed.refresh_from_db()
    assert killed.state == "failed"
    assert "behind line 2001" in killed.error


def test_a_large_import_gives_way_to_others_between_slices(alice, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    data = as_csv([row(n) for n in range(100)])
    run = actions.queue_upload(actor=alice, upload=upload(data), brand=None, create_brands=True)
    slices = 1
    while not carry_on(run.pk, slice_seconds=1e-9):
        slices += 1
        assert slices < 20
    run.refresh_from_db()
    assert counts(run) == (100, 100, 0, 0)
    assert slices == 11


@pytest.mark.calendar
def test_an_interrupted_command_is_closed_by_the_sweep(tmp_path):
    path = tmp_path / "mentions.csv"
    path.write_bytes(as_csv([row()]))
    run = actions.register_file(path=path, brand=None, create_brands=True)
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
    run = actions.queue_upload(
        actor=alice, upload=upload(as_csv([row()]), "../../etc/passwd"), brand=None, create_brands=True
    )
    assert run.file_name == "passwd"
    assert run.file_path.parent == media / "imports"
    assert Entry.objects.get(stream=run.stream).kind == "import.queued"


def test_readers_may_not_import(erin, media):
    with pytest.raises(NotAllowed):
        actions.queue_upload(actor=erin, upload=upload(b"x"), brand=None, create_brands=True)
    assert not media.exists()


def test_too_large_and_empty_files_are_refused(alice, settings, media):
    settings.IMPORT_MAX_BYTES = 1024 * 1024
    for data in (b"", b"x" * (1024 * 1024 + 1)):
        with pytest.raises(Invalid):
            actions.queue_upload(actor=alice, upload=upload(data), brand=None, create_brands=True)
    assert not media.exists()


def test_failed_import_is_tried_again_and_a_finished_one_not(alice, erin):
    rows = as_csv([row(1)]).replace(b"created_at", b"when")
    run = actions.queue_upload(actor=alice, upload=upload(rows), brand=None, create_brands=True)
    assert carry_on(run.pk)
    run.refresh_from_db()
    assert "Missing columns: created_at" in run.error
    with pytest.raises(NotAllowed):
        actions.retry_import(run=run, actor=erin)
    run.file_path.write_bytes(as_csv([row(1)]))
    actions.retry_import(run=run, actor=alice)
    assert carry_on(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rows_stored) == ("finished", 1)
    with pytest.raises(ActionRefused):
        actions.retry_import(run=run, actor=alice)


def test_whoever_uploads_reads_the_fault_in_their_language(alice):
    alice.language = "tr"
    alice.save()
    run = actions.queue_upload(actor=alice, upload=upload(b"<html>"), brand=None, create_brands=True)
    carry_on(run.pk)
    run.refresh_from_db()
    assert run.error


# The command ----------------------------------------------------------------------------------------------------------


def test_the_command_prints_progress_and_where_the_rejects_are(tmp_path, brand):
    path = tmp_path / "mentions.csv"
    path.write_bytes(as_csv([row(1), row(2, text="")]))
    out = StringIO()
    call_command("import_mentions", str(path), brand="Kestrel Air", stdout=out)
    assert "100 %  2 read, 1 stored, 0 already there, 1 rejected" in out.getvalue()
    assert str(ImportRun.objects.get().rejects_path) in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.csv"], "There is no file"),
        (["{file}", "--brand=Heron", "--known-brands"], "There is no brand"),
    ],
)
def test_the_command_says_what_is_missing(tmp_path, arguments, says):
    path = tmp_path / "mentions.csv"
    path.write_bytes(as_csv([row()]))
    with pytest.raises(CommandError, match=says):
        call_command("import_mentions", *(argument.format(file=path) for argument in arguments))


def test_the_command_ends_with_the_fault_of_the_file(tmp_path):
    path = tmp_path / "mentions.csv"
    path.write_bytes(b"<html>")
    with pytest.raises(CommandError, match="web page"):
        call_command("import_mentions", str(path))
