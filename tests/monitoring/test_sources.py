"""Which rows are one post: of two tools, of two brands, of nobody in particular, of two imports at once."""

from __future__ import annotations

import pytest

from monitoring import actions
from monitoring.importing.run import carry_on
from monitoring.models import Mention, Post, Sighting, VoiceCount
from tests.factories import BrandFactory
from tests.monitoring.conftest import accept, row
from tests.races import at_once

pytestmark = pytest.mark.django_db

ADDRESS = "https://x.com/person-{n}/status/17{n:08}"


def of_tool(number: int, **cells: str) -> dict[str, str]:
    """The row of a tool that gives addresses and names its columns otherwise."""
    theirs = row(number)
    return {
        "Link": ADDRESS.format(n=number),
        "Date": theirs["created_at"],
        "Author": theirs["author"],
        "Text": theirs["text"],
        "Likes": "5",
        **cells,
    }


def test_the_same_post_of_two_tools_is_one_mention_with_two_sources(run_import, brand):
    first = run_import([of_tool(n) for n in range(20)], brand=brand)
    again = run_import([row(n) for n in range(5, 25)])
    assert (first.rows_stored, again.rows_stored, again.rows_duplicate) == (20, 5, 15)
    assert Post.objects.count() == Mention.objects.count() == 25
    mention = Mention.objects.get(post__author="person-7")
    assert (mention.run, mention.line) == (first, 9)
    (sighting,) = mention.sightings.all()
    assert (sighting.run, sighting.line) == (again, 4)


def test_one_of_two_rows_of_a_post_may_give_no_address(run_import, brand):
    rows = [of_tool(1, Link="", Platform="X"), *(of_tool(n, Platform="X") for n in range(10))]
    run = run_import(rows, brand=brand)
    assert (run.rows_stored, run.rows_duplicate) == (10, 1)
    assert Post.objects.get(author="person-1").url == ADDRESS.format(n=1)
    assert run_import(rows, brand=brand).rows_stored == 0


def test_a_post_without_an_address_gets_that_of_the_next_tool(run_import, brand):
    run_import([row(n) for n in range(20)])
    assert not Post.objects.exclude(address_key=None).exists()
    assert run_import([of_tool(n) for n in range(20)], brand=brand).rows_duplicate == 20
    assert Post.objects.get(author="person-7").url == ADDRESS.format(n=7)
    # Known by its address from now on, whatever became of the words.
    later = [of_tool(n, Text=f"Edited {n}") for n in range(20)]
    assert run_import(later, brand=brand).rows_duplicate == 20


def test_the_page_says_which_row_and_where(client, erin, run_import, brand):
    first = run_import([of_tool(n) for n in range(20)], brand=brand)
    again = run_import([row(1), row(30), row(30)])
    client.force_login(erin)
    page = " ".join(client.get(again.get_absolute_url()).content.decode().split())
    assert f'Row 2: Kestrel Air, <a href="{first.get_absolute_url()}">' in page
    assert "Row 4: Kestrel Air, the same as row 3" in page


def test_what_nobody_had_judged_is_judged_by_the_next_tool(run_import, brand):
    run_import([of_tool(1)], brand=brand)
    run_import([row(1, sentiment="negative")])
    run_import([row(1, sentiment="positive")])
    assert Mention.objects.get().sentiment == "negative"


def test_the_same_address_written_in_two_ways_is_one_post(run_import, brand):
    run_import([of_tool(1)], brand=brand)
    again = run_import(
        [
            of_tool(
                1,
                Link=ADDRESS.format(n=1).replace("https://x.com", "http://twitter.com") + "?s=20",
                Text="Only the beginning of it …",
            )
        ],
        brand=brand,
    )
    assert (again.rows_stored, again.rows_duplicate) == (0, 1)


def test_the_same_post_of_two_brands_is_two_mentions_of_one_post(run_import):
    run = run_import([row(1), row(1, brand="Heron Rail")])
    assert (run.rows_stored, run.rows_duplicate) == (2, 0)
    assert Post.objects.count() == 1
    assert set(Mention.objects.values_list("brand__name", flat=True)) == {"Kestrel Air", "Heron Rail"}
    heron = BrandFactory(name="Grebe Bank", slug="grebe-bank")
    rows = [{name: cell for name, cell in row(1).items() if name != "brand"}]
    assert run_import(rows, brand=heron).rows_stored == 1
    assert (Post.objects.count(), Mention.objects.count()) == (1, 3)


def complaints(brand) -> int:
    return sum(VoiceCount.objects.filter(brand=brand).values_list("complaints", flat=True))


@pytest.mark.parametrize("author", ["", "Anonymous", "Facebook User"])
def test_placeholders_are_a_person_for_each_post(run_import, brand, author):
    rows = [
        row(n, author=author, created_at=f"2026-03-08T13:{n:02}:00Z", sentiment="negative") for n in range(12)
    ]
    run_import(rows)
    assert complaints(brand) == 12


def test_one_person_is_one_on_each_platform(run_import, brand):
    rows = [
        row(n, author="Me" if n % 2 else "me", platform="x" if n < 6 else "mastodon", sentiment="negative",
            created_at=f"2026-03-08T13:{n:02}:00Z")
        for n in range(12)
    ]  # fmt: skip
    run_import(rows)
    assert complaints(brand) == 2


# Two at once ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_double_nothing(looked_at, brand, monkeypatch):
    monkeypatch.setattr("monitoring.importing.run.BATCH_ROWS", 100)
    runs = [
        looked_at([of_tool(n) for n in range(600)], brand=brand),
        looked_at([row(n) for n in reversed(range(600))]),
        looked_at([row(n) for n in range(300, 900)]),
    ]
    for run in runs:
        actions.accept_preview(run=run, actor=None)
    assert at_once(*(lambda run=run: carry_on(run.pk) for run in runs)) == [None, None, None]
    for run in runs:
        run.refresh_from_db()
    assert {run.state for run in runs} == {"finished"}
    assert Post.objects.count() == Mention.objects.count() == 900
    assert sum(run.rows_stored for run in runs) == 900
    assert sum(run.rows_duplicate for run in runs) == Sighting.objects.count() == 900


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_import_double_nothing(alice, uploaded, brand):
    run = uploaded([row(n) for n in range(500)])
    actions.accept_preview(run=run, actor=alice)
    assert at_once(*[lambda: carry_on(run.pk)] * 3) == [None, None, None]
    run.refresh_from_db()
    assert (run.state, run.rows_read, run.rows_stored) == ("finished", 500, 500)


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_while_it_comes_again_is_there_once(alice, uploaded, brand):
    rows = [row(n) for n in range(500)]
    first, again = accept(uploaded(rows), alice), uploaded(rows)
    actions.accept_preview(run=again, actor=alice)
    actions.undo_import(run=first, actor=alice)
    assert at_once(lambda: carry_on(first.pk), lambda: carry_on(again.pk)) == [None, None]
    first.refresh_from_db()
    assert first.state == "undone"
    assert set(Mention.objects.values_list("run", flat=True)) == {again.pk}
    assert Mention.objects.count() == Post.objects.count() == 500
