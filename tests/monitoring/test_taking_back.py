"""Stopping an import, taking it back, and giving it to another brand."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import permutations
from time import sleep

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from common.errors import ActionRefused
from incidents.models import Incident
from journal.models import Entry
from monitoring import actions
from monitoring.actions.undoing import TakingBack
from monitoring.importing.rows import RowError
from monitoring.importing.run import carry_on
from monitoring.models import ImportRun, IncidentMention, Mention, Post, Sighting
from monitoring.tasks import sweep_imports
from tests.factories import BrandFactory
from tests.monitoring.conftest import HOUR, SPIKE_HOUR, accept, row
from tests.pace import PATIENCE_SECONDS
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(uploaded, alice, brand):
    """stored(rows) is an import of Alice's that has ended."""
    return lambda rows, **options: accept(uploaded(rows, **options), alice)


@pytest.fixture
def heron(db):
    return BrandFactory(name="Heron Rail", slug="heron-rail")


def undo(run: ImportRun, actor) -> ImportRun:
    actions.undo_import(run=run, actor=actor)
    carry_on(run.pk)
    run.refresh_from_db()
    return run


def attach(incident: Incident, **of_mention: object) -> Mention:
    mention = Mention.objects.get(**of_mention)
    IncidentMention.objects.create(incident=incident, mention=mention)
    return mention


def refuse(builder, record) -> None:
    raise RowError("No")


# Undoing --------------------------------------------------------------------------------------------------------------


def test_undoing_removes_mentions_posts_and_sightings(stored, alice, monkeypatch):
    monkeypatch.setattr("monitoring.actions.undoing.PORTION", 3)
    run = undo(stored([row(n) for n in range(10)] + [row(1)]), alice)
    assert (run.state, run.undone_by) == ("undone", alice)
    for model in (Mention, Post, Sighting):
        assert not model.objects.exists()
    kinds = list(Entry.objects.filter(stream=run.stream).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["import.queued", "import.finished", "import.undoing", "import.undone"]


def test_what_is_attached_to_an_incident_stays(stored, alice, incident, client):
    run = stored([row(n) for n in range(10)])
    kept = attach(incident, post__author="person-3")
    undo(run, alice)
    assert list(Mention.objects.all()) == [kept]
    assert list(Post.objects.all()) == [kept.post]
    client.force_login(alice)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "1 mention is attached to an incident and stays." in page
    assert incident.get_absolute_url() in page
    assert "Post number 3" in page
    assert "Post number 4" not in page


def test_an_undone_import_reads_no_longer_as_stored(stored, alice, incident, client):
    runs = [stored([row(n, created_at=f"2026-03-0{day}T10:00:00Z") for n in range(10)]) for day in (1, 2)]
    attach(incident, post__author="person-3", run=runs[1])
    for run in runs:
        undo(run, alice)
    client.force_login(alice)
    counts = client.get(reverse("monitoring:imports")).context["still_there"]
    assert counts == {runs[0].pk: 0, runs[1].pk: 1}
    page = client.get(runs[0].get_absolute_url()).content.decode()
    assert "still stored" in page
    assert "Look at the mentions" not in page
    assert "Look at the mentions" in client.get(runs[1].get_absolute_url()).content.decode()


def test_what_undoing_will_do_is_said_before(stored, alice, incident, client):
    run, _again = stored([row(n) for n in range(10)]), stored([row(n) for n in range(6, 12)])
    attach(incident, post__author="person-3")
    assert actions.what_taking_back_does(run) == TakingBack(goes=5, is_attached=1, is_shared=4)
    client.force_login(alice)
    page = client.get(reverse("monitoring:undo", args=[run.pk])).content.decode()
    assert "5 mentions are removed." in page
    assert "4 were brought by another import too" in page
    assert "1 is attached to an incident and stays." in page
    page = client.get(reverse("monitoring:move", args=[run.pk])).content.decode()
    assert "5 mentions are moved." in page
    assert "stays where it is: 5." in page
    undo(run, alice)
    assert run.mentions.count() == 1


def test_what_another_import_brought_too_is_handed_on(stored, alice):
    first, again = stored([row(n) for n in range(10)]), stored([row(n) for n in range(6, 12)])
    third = stored([row(6)])
    undo(first, alice)
    assert set(Mention.objects.filter(run=again).values_list("post__author", flat=True)) == {
        f"person-{n}" for n in range(6, 12)
    }
    assert Mention.objects.count() == Post.objects.count() == 6
    assert Mention.objects.get(post__author="person-7").line == 3  # of the other file
    assert [sighting.run for sighting in Sighting.objects.all()] == [third]
    undo(again, alice)
    assert list(Mention.objects.values_list("run", "post__author")) == [(third.pk, "person-6")]
    undo(third, alice)
    assert not Post.objects.exists()


def test_undoing_the_second_import_leaves_the_first_one(stored, alice):
    first, again = stored([row(n) for n in range(10)]), stored([row(n) for n in range(5, 12)])
    undo(again, alice)
    assert Mention.objects.filter(run=first).count() == Mention.objects.count() == 10
    assert not Sighting.objects.exists()


def test_a_post_of_another_brand_stays(stored, alice, heron):
    run = stored([row(1)])
    rows = [{name: cell for name, cell in row(1).items() if name != "brand"}]
    stored(rows, brand=heron)
    undo(run, alice)
    assert Mention.objects.get().brand == heron
    assert Post.objects.count() == 1


def test_what_was_undone_can_be_imported_again(stored, alice):
    undo(stored([row(n) for n in range(10)]), alice)
    assert stored([row(n) for n in range(10)]).rows_stored == 10


def test_an_import_is_undone_once(stored, alice, bob):
    run = stored([row(1)])
    actions.undo_import(run=run, actor=alice)
    with pytest.raises(ActionRefused, match="Being undone"):
        actions.undo_import(run=run, actor=bob)
    carry_on(run.pk)
    with pytest.raises(ActionRefused, match="Undone"):
        actions.undo_import(run=run, actor=bob)
    run.refresh_from_db()
    assert run.undone_by == alice


@pytest.mark.calendar
def test_undoing_goes_on_after_its_worker_was_killed(run_import, alice, monkeypatch):
    """Also that of an import from the command line, whose file is not ours."""
    monkeypatch.setattr("monitoring.actions.undoing.PORTION", 3)
    run = run_import([row(n) for n in range(10)])
    actions.undo_import(run=run, actor=alice)
    actions.take_back(run=actions.lease_import(run_id=run.pk))
    assert Mention.objects.count() == 7
    ImportRun.objects.filter(pk=run.pk).update(seen_at=timezone.now() - timedelta(minutes=2))
    monkeypatch.setattr("monitoring.tasks.wake_import", carry_on)
    sweep_imports()
    run.refresh_from_db()
    assert (run.state, Mention.objects.count()) == ("undone", 0)


def test_a_failed_import_can_be_undone(stored, alice):
    run = stored([row(n) for n in range(10)])
    ImportRun.objects.filter(pk=run.pk).update(state="failed", error="Stopped")
    run.refresh_from_db()
    assert run.may_be_undone
    assert undo(run, alice).state == "undone"


# Who judged it, and who knew where it can be read ------------------------------------------------------------------


def tones() -> set[str]:
    return set(Mention.objects.values_list("sentiment", flat=True))


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize(
    "said", [("positive", "negative", "neutral"), ("", "negative", "positive"), ("neutral", "", "negative")]
)
def test_the_judgement_is_that_of_the_oldest_import_that_is_left(stored, alice, said, order):
    runs = [stored([row(n, sentiment=tone) for n in range(2)]) for tone in said]
    left = list(said)
    for undone in order:
        assert tones() == {next(filter(None, left), "")}
        undo(runs[undone], alice)
        left[undone] = ""
    assert not Mention.objects.exists()


def test_a_judgement_says_who_judged_or_is_none(stored, alice):
    (first, *_others) = [
        stored([row(1, sentiment=tone, sentiment_source=f"Tool {n}")])
        for n, tone in enumerate(("positive", "negative"))
    ]
    undo(first, alice)
    assert Mention.objects.get().sentiment_source == "Tool 1"


def test_an_undone_judgement_can_be_given_again(stored, alice):
    stored([row(1, sentiment="")])
    again = stored([row(1, sentiment="positive")])
    undo(again, alice)
    mention = Mention.objects.get()
    assert (mention.sentiment, mention.sentiment_source, mention.judged_by) == ("", "", None)
    stored([row(1, sentiment="negative")])
    assert tones() == {"negative"}


def test_the_first_row_that_judges_counts_within_a_file(stored, alice):
    first = stored([row(1, sentiment=""), row(1, sentiment="negative"), row(1, sentiment="positive")])
    assert tones() == {"negative"}
    stored([row(1, sentiment="neutral")])
    undo(first, alice)
    assert tones() == {"neutral"}


def test_judgements_are_taken_back_in_portions(stored, alice, monkeypatch):
    monkeypatch.setattr("monitoring.actions.undoing.PORTION", 3)
    stored([row(n, sentiment="") for n in range(10)])
    undo(stored([row(n, sentiment="negative") for n in range(10)]), alice)
    assert (tones(), Mention.objects.count(), Sighting.objects.count()) == ({""}, 10, 0)


def test_what_an_incident_has_keeps_its_judgement(stored, alice, incident):
    stored([row(n, sentiment="") for n in range(2)])
    again = stored([row(n, sentiment="negative") for n in range(2)])
    kept = attach(incident, post__author="person-1")
    undo(again, alice)
    assert list(Mention.objects.filter(sentiment="negative")) == [kept]


def addressed(number: int) -> dict[str, str]:
    return row(number, url=f"https://x.com/person-{number}/status/{number}")


def addresses() -> set[str]:
    return {post.url for post in Post.objects.exclude(address_key=None)}


def test_an_address_that_only_an_undone_import_gave_goes(stored, alice):
    stored([row(n) for n in range(2)])
    second, third = stored([addressed(0), addressed(1)]), stored([addressed(1)])
    undo(second, alice)
    assert addresses() == {addressed(1)["url"]}
    assert Post.objects.get(author="person-0").url == ""
    undo(third, alice)
    assert addresses() == set()
    stored([addressed(0)])
    assert (addresses(), Post.objects.count()) == ({addressed(0)["url"]}, 2)


def test_the_address_goes_with_whoever_gave_it_also_once_the_post_is_theirs(stored, alice):
    first, second, third = stored([row(1)]), stored([addressed(1)]), stored([row(1)])
    undo(first, alice)
    assert addresses() == {addressed(1)["url"]}
    undo(second, alice)
    assert (addresses(), Mention.objects.get().run) == (set(), third)


def test_an_address_stays_that_came_with_the_post_or_that_an_incident_has(stored, alice, incident):
    stored([row(1, url=""), addressed(2), row(3, url="")])
    again = stored([addressed(1), addressed(2), addressed(3)])
    attach(incident, post__author="person-3")
    undo(again, alice)
    assert addresses() == {addressed(2)["url"], addressed(3)["url"]}


# Stopping -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def halfway(uploaded, alice, brand, monkeypatch):
    """An import whose worker is alerted to stop behind its second batch: halfway(keep=True)."""
    monkeypatch.setattr("monitoring.importing.run.BATCH_ROWS", 10)

    def stop(*, keep: bool) -> ImportRun:
        def alerted(run: ImportRun) -> None:
            if run.rows_read == 20:
                actions.cancel_import(run=run, actor=alice, keep=keep)

        run = uploaded([row(n) for n in range(50)])
        actions.accept_preview(run=run, actor=alice)
        carry_on(run.pk, progress=alerted)
        run.refresh_from_db()
        return run

    return stop


def test_stopping_keeps_what_is_stored(halfway, alice):
    run = halfway(keep=True)
    assert (run.state, run.rows_stored, Mention.objects.count()) == ("cancelled", 20, 20)
    assert carry_on(run.pk) is False
    assert undo(run, alice).state == "undone"
    assert not Mention.objects.exists()


def test_stopping_keeps_nothing(halfway):
    run = halfway(keep=False)
    assert run.state == "undoing"
    carry_on(run.pk)
    run.refresh_from_db()
    assert (run.state, Mention.objects.count()) == ("undone", 0)


@pytest.mark.parametrize("keep", [True, False])
def test_a_stopped_import_leaves_no_file(halfway, keep, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = halfway(keep=keep)
    assert not run.file_path.exists()


def test_stopping_takes_back_what_only_was_there_already(uploaded, stored, alice, monkeypatch):
    monkeypatch.setattr("monitoring.importing.run.BATCH_ROWS", 10)
    stored([row(n, sentiment="") for n in range(20)])
    run = uploaded([row(n, sentiment="negative") for n in range(20)])
    actions.accept_preview(run=run, actor=alice)
    carry_on(run.pk, progress=lambda run: actions.cancel_import(run=run, actor=alice, keep=False))
    carry_on(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rows_stored, tones()) == ("undone", 0, {""})
    assert not Sighting.objects.exists()


# The list of rejected rows


@pytest.fixture
def with_rejects(stored):
    run = stored([row(1), row(2, created_at="soon")])
    assert run.rejects_path.exists()
    return run


def test_the_list_of_rejected_rows_goes_with_its_import(
    with_rejects, alice, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        undo(with_rejects, alice)
    assert not with_rejects.rejects_path.exists()
    client.force_login(alice)
    assert client.get(with_rejects.get_absolute_url()).status_code == 200
    assert client.get(reverse("monitoring:rejected", args=[with_rejects.pk])).status_code == 404


def test_the_list_of_rejected_rows_stays_until_all_is_taken_back(
    with_rejects, alice, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.undo_import(run=with_rejects, actor=alice)
    assert with_rejects.rejects_path.exists()


@pytest.mark.parametrize("keep", [True, False])
def test_a_stopped_import_keeps_its_list_only_if_it_keeps_its_rows(
    uploaded, alice, brand, monkeypatch, django_capture_on_commit_callbacks, keep
):
    monkeypatch.setattr("monitoring.importing.run.BATCH_ROWS", 10)
    run = uploaded([row(n) for n in range(40)])
    actions.accept_preview(run=run, actor=alice)
    monkeypatch.setattr("monitoring.importing.rows.RowBuilder.build", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        carry_on(run.pk, progress=lambda run: actions.cancel_import(run=run, actor=alice, keep=keep))
    run.refresh_from_db()
    assert (run.state, run.rows_rejected, run.rejects_path.exists()) == ("cancelled", 10, keep)


def test_a_preview_is_thrown_away(uploaded, alice, brand):
    run = uploaded([row(1, brand="Grebe Bank")])
    actions.cancel_import(run=run, actor=alice, keep=False)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert not Mention.objects.exists()
    with pytest.raises(ActionRefused):
        actions.accept_preview(run=run, actor=alice)


def test_what_has_ended_cannot_be_stopped(stored, alice):
    run = stored([row(1)])
    for keep in (True, False):
        with pytest.raises(ActionRefused, match="Imported"):
            actions.cancel_import(run=run, actor=alice, keep=keep)
    assert Mention.objects.count() == 1


# Moving ---------------------------------------------------------------------------------------------------------------


def of_brand(brand) -> set[str]:
    return set(Mention.objects.filter(brand=brand).values_list("post__author", flat=True))


def test_moving_gives_everything_to_another_brand(stored, alice, heron, brand):
    run = stored([row(1), row(2), row(1)])
    actions.move_import(run=run, actor=alice, brand=heron)
    assert (of_brand(heron), of_brand(brand)) == ({"person-1", "person-2"}, set())
    assert Post.objects.count() == 2
    entry = Entry.objects.get(stream=run.stream, kind="import.moved")
    assert (entry.data["brand"], entry.data["stays"]) == ("Heron Rail", 0)


def test_an_incident_and_another_import_keep_theirs(stored, alice, heron, brand, incident):
    run = stored([row(n) for n in range(5)])
    stored([row(1), row(9)])
    attach(incident, post__author="person-2")
    actions.move_import(run=run, actor=alice, brand=heron)
    assert of_brand(heron) == {"person-0", "person-3", "person-4"}
    assert of_brand(brand) == {"person-1", "person-2", "person-9"}
    assert Entry.objects.get(kind="import.moved").data["stays"] == 2


def test_what_the_other_brand_has_is_a_sighting_there(stored, alice, heron, brand):
    there = stored([row(n, brand="Heron Rail") for n in range(3)])
    run = stored([row(n) for n in range(5)] + [row(1)])
    actions.move_import(run=run, actor=alice, brand=heron)
    assert of_brand(brand) == set()
    assert Mention.objects.filter(brand=heron).count() == 5
    assert set(Mention.objects.filter(run=there).values_list("post__author", flat=True)) == {
        f"person-{n}" for n in range(3)
    }
    seen = Sighting.objects.filter(run=run).order_by("line").values_list("line", "mention__post__author")
    assert list(seen) == [(2, "person-0"), (3, "person-1"), (4, "person-2"), (7, "person-1")]


def test_one_post_of_two_brands_becomes_one_of_a_third(stored, alice, heron, brand):
    grebe = BrandFactory(name="Grebe Bank", slug="grebe-bank")
    run = stored([row(1), row(1, brand="Heron Rail"), row(2)])
    actions.move_import(run=run, actor=alice, brand=grebe)
    assert Mention.objects.filter(brand=grebe).count() == Mention.objects.count() == 2
    undo(run, alice)
    assert not Post.objects.exists()


def test_moving_again_changes_nothing(stored, alice, heron):
    run = stored([row(1), row(2)])
    actions.move_import(run=run, actor=alice, brand=heron)
    before = list(Mention.objects.order_by("pk").values())
    actions.move_import(run=run, actor=alice, brand=heron)
    assert list(Mention.objects.order_by("pk").values()) == before
    assert not Sighting.objects.exists()


def test_only_what_is_over_is_moved(uploaded, alice, heron, brand):
    run = uploaded([row(1)])
    with pytest.raises(ActionRefused, match="over"):
        actions.move_import(run=run, actor=alice, brand=heron)


@pytest.mark.calendar
def test_a_spike_of_the_other_brand_is_found(stored, alice, heron, quiet_week):
    hours = [f"2026-03-0{day}T{hour:02}:00:00Z" for day in range(2, 8) for hour in range(9, 18)]
    calm = [row(5000 + n, created_at=at, brand="Heron Rail") for n, at in enumerate(hours * 2)]
    stored(calm)
    angry = [row(n, created_at=f"2026-03-08T13:{n:02}:00Z", sentiment="negative") for n in range(12)]
    run = stored(angry)
    actions.move_import(run=run, actor=alice, brand=heron)
    assert heron.signals.get().peak == 12


def test_what_the_other_brand_had_unrated_is_judged_until_that_is_undone(stored, alice, heron, brand):
    stored([row(n, brand="Heron Rail", sentiment="") for n in range(3)])
    stored([row(2, brand="Heron Rail", sentiment="positive")])
    run = stored([row(n, sentiment="negative") for n in range(3)])
    actions.move_import(run=run, actor=alice, brand=heron)
    rated = Mention.objects.order_by("post__author").values_list("sentiment", flat=True)
    assert list(rated.all()) == ["negative", "negative", "positive"]
    undo(run, alice)
    assert list(rated.all()) == ["", "", "positive"]


def test_what_is_moved_judges_once_the_other_brands_import_is_undone(stored, alice, heron, brand):
    there = stored([row(1, brand="Heron Rail", sentiment="positive")])
    run = stored([row(1, sentiment="negative")])
    actions.move_import(run=run, actor=alice, brand=heron)
    assert tones() == {"positive"}
    undo(there, alice)
    assert (tones(), Mention.objects.get().run) == ({"negative"}, run)


def test_an_address_goes_also_after_moving(stored, alice, heron, brand):
    stored([row(1, brand="Heron Rail")])
    run = stored([addressed(1)])
    actions.move_import(run=run, actor=alice, brand=heron)
    assert addresses() == {addressed(1)["url"]}
    undo(run, alice)
    assert addresses() == set()


# What was raised because of it ------------------------------------------------------------------------------------


@pytest.fixture
def spike(stored):
    """An import whose posts raise a signal: six quiet days, then twelve people within an hour."""
    hours = [SPIKE_HOUR - day * 24 * HOUR + n * HOUR for day in range(1, 7) for n in range(-4, 5)]
    times = [hour + timedelta(minutes=n) for hour in hours for n in range(3)]
    calm = [row(n, created_at=at.isoformat()) for n, at in enumerate(times)]
    angry = [
        row(1000 + n, created_at=(SPIKE_HOUR + timedelta(minutes=n)).isoformat(), sentiment="negative")
        for n in range(12)
    ]
    run = stored(calm + angry)
    assert run.signals.get().state == "new"
    return run


def test_undoing_an_import_dismisses_the_signals_that_it_raised(spike, alice):
    undo(spike, alice)
    signal = spike.signals.get()
    assert (signal.state, signal.decided_by, signal.reason) == ("dismissed", alice, "The import was undone.")


def test_a_moved_import_leaves_no_signal_at_the_brand_it_was_not_about(spike, alice, heron):
    actions.move_import(run=spike, actor=alice, brand=heron)
    states = dict(spike.signals.values_list("brand__name", "state"))
    assert states == {"Kestrel Air": "dismissed", "Heron Rail": "new"}


def test_a_signal_that_stands_without_the_import_stays(spike, alice, stored):
    again = [
        row(2000 + n, created_at=(SPIKE_HOUR + timedelta(minutes=n)).isoformat(), sentiment="negative")
        for n in range(12)
    ]
    stored(again)
    small = stored([row(5000, created_at=SPIKE_HOUR.isoformat(), sentiment="negative")])
    undo(small, alice)
    assert spike.signals.get().state == "new"


# While somebody takes the signal up -----------------------------------------------------------------------------------

A_WHILE = 0.5  # seconds in which the second of two meets the first


def one_then_other(first, second) -> list[Exception | None]:
    """`second` begins when `first` is done and not yet committed."""
    begun = threading.Event()

    def early() -> None:
        with transaction.atomic():
            first()
            begun.set()
            sleep(A_WHILE)

    def late() -> None:
        begun.wait(PATIENCE_SECONDS)
        second()

    return at_once(early, late)


def take_up(run: ImportRun, actor) -> None:
    actions.open_incident(
        signal=run.signals.get(brand__name="Kestrel Air"), actor=actor, title="Stranded passengers"
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_attached_while_it_is_taken_back_stays(spike, alice, bob, brand):
    actions.undo_import(run=spike, actor=alice)
    assert one_then_other(lambda: take_up(spike, bob), lambda: carry_on(spike.pk)) == [None, None]
    spike.refresh_from_db()
    assert spike.state == "undone"
    assert IncidentMention.objects.count() == Mention.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_back_is_not_attached(spike, alice, bob, brand):
    """The incident is logged all the same: that nothing is left of the posts is no reason to lose it."""
    actions.undo_import(run=spike, actor=alice)
    taken_back = lambda: actions.take_back(run=actions.lease_import(run_id=spike.pk))  # noqa: E731
    assert one_then_other(taken_back, lambda: take_up(spike, bob)) == [None, None]
    assert Incident.objects.count() == 1
    assert not IncidentMention.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_attached_while_it_is_moved_stays_with_its_brand(spike, alice, bob, heron, brand):
    moved = lambda: actions.move_import(run=spike, actor=alice, brand=heron)  # noqa: E731
    assert one_then_other(lambda: take_up(spike, bob), moved) == [None, None]
    attached = IncidentMention.objects.values_list("mention__brand__name", "incident__brand__name")
    assert set(attached) == {("Kestrel Air", "Kestrel Air")}
    assert attached.count() == 12


@pytest.mark.django_db(transaction=True)
def test_a_signal_is_not_taken_up_by_what_was_moved_away(spike, alice, bob, heron, brand):
    moved = lambda: actions.move_import(run=spike, actor=alice, brand=heron)  # noqa: E731
    raised = one_then_other(moved, lambda: take_up(spike, bob))
    assert raised == [None, None]
    assert not IncidentMention.objects.exists()
