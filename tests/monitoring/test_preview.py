"""The preview: what a file seems to be, what only a person can know, and nothing stored before that is said."""

from __future__ import annotations

import pytest
from django.urls import reverse

from common.errors import ActionRefused, NotAllowed
from monitoring import actions
from monitoring.importing.plan import Answers
from monitoring.models import ColumnMemory, ImportRun, Mention, Post
from monitoring.preview_form import PreviewForm
from people.models import Brand
from tests.factories import BrandFactory
from tests.monitoring.conftest import accept, look_at, row

pytestmark = pytest.mark.django_db


def without_brand(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: cell for name, cell in one.items() if name != "brand"} for one in rows]


def asked(run: ImportRun) -> dict[str, bool]:
    """What the person is asked about, and whether there is a proposal."""
    return {one["about"]: one["has_proposal"] for one in run.preview["questions"]}


def says(run: ImportRun, words: str) -> bool:
    return any(words in one for one in run.preview["findings"])


def answer(run: ImportRun, actor, *, brand=None, **answers) -> ImportRun:
    actions.answer_import(
        run=run, actor=actor, answers=Answers(**answers).as_json(), brand=brand or run.brand
    )
    return look_at(run)


def slashes(count: int = 20, **cells: str) -> list[dict[str, str]]:
    """Dates of which nothing shows whether the day or the month comes first."""
    return [row(n, created_at=f"0{n % 9 + 1}/04/2025 10:00", **cells) for n in range(count)]


def test_the_look_stores_nothing(looked_at, brand):
    run = looked_at([row(1, brand="Heron Rail"), row(2)])
    assert (run.state, run.rows_read) == ("preview", 0)
    assert not Post.objects.exists()
    assert list(Brand.objects.all()) == [brand]


def test_the_preview_shows_the_posts_as_they_will_look(looked_at):
    (shown,) = looked_at(
        [row(1, text="<p>Nobody &amp; nothing</p>", sentiment="Negative", likes="1.2K")]
    ).preview["posts"]
    assert shown["text"] == "Nobody & nothing"
    assert (shown["sentiment"], shown["likes"], shown["author"]) == ("negative", 1200, "person-1")
    assert shown["posted_at"] == "2026-03-01T10:00:00+00:00"


def test_a_file_that_says_everything_needs_no_decision(looked_at, brand):
    run = looked_at([row(n) for n in range(20)])
    assert asked(run) == {}
    assert run.preview["rows"] == 20
    assert says(run, "From 1 Mar 2026, 10:00 to 1 Mar 2026, 10:00 UTC.")


def test_what_is_undecided_stores_nothing_and_leaves_no_brand_behind(looked_at, brand):
    run = looked_at(slashes(brand="Heron Rail"))
    assert asked(run)["day_first"] is False
    assert asked(run)["new_brands"] is True
    with pytest.raises(ActionRefused, match="day or the month"):
        actions.accept_preview(run=run, actor=None)
    run.refresh_from_db()
    assert run.state == "preview"
    assert not Mention.objects.exists()
    assert not Brand.objects.filter(name="Heron Rail").exists()


@pytest.mark.parametrize(("day_first", "first"), [(True, "2025-04-01"), (False, "2025-01-04")])
def test_an_answer_is_kept_and_decides(uploaded, alice, brand, day_first, first):
    run = answer(uploaded(slashes()), alice, day_first=day_first)
    assert asked(run) == {}
    assert Answers.of_json(run.answers).day_first is day_first
    run = accept(run, alice)
    assert run.rows_stored == 20
    assert f"{run.first_posted_at:%Y-%m-%d}" == first


def test_times_without_zone_are_said_to_be_utc_until_somebody_knows(uploaded, alice, brand):
    rows = [row(n, created_at=f"2026-03-01 10:{n:02}") for n in range(20)]
    run = uploaded(rows)
    assert says(run, "read as UTC")
    run = answer(run, alice, zone="Asia/Tokyo")
    assert not says(run, "read as UTC")
    run = accept(run, alice)
    assert f"{run.first_posted_at:%H:%M}" == "01:00"


def test_a_zone_that_could_be_several_has_to_be_chosen(uploaded, alice, brand):
    run = uploaded([row(n, created_at=f"2026-03-01 10:{n:02} CST") for n in range(20)])
    assert asked(run)["zone"] is False
    run = answer(run, alice, zone="Asia/Shanghai")
    assert asked(run) == {}
    assert f"{accept(run, alice).first_posted_at:%H:%M}" == "02:00"


def test_a_scale_is_shown_and_can_be_turned_round(uploaded, alice, brand):
    run = uploaded([row(n, sentiment=str(n % 3)) for n in range(21)])
    assert asked(run) == {"scale": True}
    assert run.preview["scale"] == {"0": "negative", "1": "neutral", "2": "positive"}
    run = answer(run, alice, scale={"0": "positive", "1": "", "2": "negative"})
    assert asked(run) == {}
    accept(run, alice)
    stored = {name: Mention.objects.get(post__author=f"person-{name}").sentiment for name in range(3)}
    assert stored == {0: "positive", 1: "", 2: "negative"}


def test_without_a_brand_column_the_brand_is_asked_for(uploaded, alice, brand):
    run = uploaded(without_brand([row(n) for n in range(20)]))
    assert asked(run) == {"brand": False}
    run = answer(run, alice, brand=brand)
    assert asked(run) == {}
    assert accept(run, alice).rows_stored == 20


def test_no_brand_is_added_by_pressing_import(uploaded, looked_at, alice, brand):
    run = uploaded([row(1, brand="Heron Rail"), row(2)])
    assert asked(run) == {"new_brands": False}
    with pytest.raises(ActionRefused, match="Heron Rail"):
        actions.accept_preview(run=run, actor=alice)
    assert list(Brand.objects.all()) == [brand]
    assert asked(looked_at([row(1, brand="Heron Rail")])) == {"new_brands": True}  # a command has --accept


@pytest.mark.parametrize(
    ("said", "brands", "stored"),
    [
        ("Heron Rail", {"Heron Rail", "Kestrel Air"}, 2),
        ("Heron Railways", {"Heron Railways", "Kestrel Air"}, 2),
        ("Kestrel Air", {"Kestrel Air"}, 2),
        ("", {"Kestrel Air"}, 1),
    ],
)
def test_a_name_in_the_column_of_brands_is_a_new_one_or_a_known_one_or_left_out(
    uploaded, alice, brand, said, brands, stored
):
    run = answer(uploaded([row(1, brand="Heron Rail"), row(2)]), alice, brands={"Heron Rail": said})
    assert asked(run) == {}
    assert accept(run, alice).rows_stored == stored
    assert set(Mention.objects.values_list("brand__name", flat=True)) == brands
    assert set(Brand.objects.values_list("name", flat=True)) == brands
    again = uploaded([row(3, brand="Heron Rail"), row(4)])
    assert asked(again) == {}  # it is remembered
    assert again.plan["brands"] == {"Heron Rail": said, "Kestrel Air": "Kestrel Air"}


def test_one_new_brand_is_added_however_it_is_spelt(uploaded, alice, brand):
    said = {"Heron Rail": "Heron Rail", "HERON RAIL": "HERON RAIL"}
    rows = [row(1, brand="Heron Rail"), row(2, brand="HERON RAIL"), row(3)]
    accept(answer(uploaded(rows), alice, brands=said), alice)
    assert Brand.objects.count() == 2
    assert Mention.objects.exclude(brand=brand).count() == 2


def test_the_preview_says_why_each_column_is_read_and_what_stands_there(uploaded, alice, brand):
    rows = [{**row(n), "note": f"Internal words, number {n}, about nothing"} for n in range(9)]
    run = uploaded(rows)
    assert run.preview["used"]["posted_at"] == "The name says so and 100 % of its cells are dates."
    assert run.preview["used"]["author"] == "The name says so, and its cells look like names."
    assert run.preview["samples"][5] == "Post number 0"
    assert run.preview["ignored"] == [["note", "“text” is the better column for “Text”."]]
    run = answer(run, alice, columns={"text": (7,)})
    assert run.preview["used"]["text"] == "You chose it."
    assert "note" not in dict(run.preview["ignored"])
    (post, *_) = run.preview["posts"]
    assert post["text"].startswith("Internal words")


def test_sentiment_is_counted_or_its_lack_is_said(uploaded, brand):
    rows = [row(n, sentiment=label) for n, label in enumerate(["negative", "positive", "negative", ""])]
    assert says(uploaded(rows), "Sentiment: 2 negative, 0 neutral, 1 positive, 1 not rated.")
    without = [{name: cell for name, cell in one.items() if name != "sentiment"} for one in rows]
    assert says(uploaded(without), "Without sentiment, signals go by volume.")


def test_one_time_is_shown_as_the_reader_will_see_it(uploaded, alice, brand):
    alice.time_zone = "Asia/Tokyo"
    alice.save()
    run = uploaded([row(n, created_at=f"2026-03-01 10:{n:02}") for n in range(20)])
    assert says(run, "“2026-03-01 10:00” in row 2 is 1 Mar 2026, 19:00 Asia/Tokyo.")
    days = uploaded([row(n, created_at=f"{n % 9 + 1}.03.2026") for n in range(20)])
    assert says(days, "From 1 Mar 2026 to 9 Mar 2026.")
    assert not says(days, "name no zone")


def test_times_that_count_back_say_from_when(uploaded, brand):
    assert says(uploaded([row(n, created_at=f"{n + 1} hours ago") for n in range(9)]), "count from")
    assert not says(uploaded([row(n) for n in range(9)]), "count from")


def test_a_table_of_something_else_is_said_to_be_one(uploaded, brand):
    rows = [{"Region": f"R{n}", "Units": str(3 * n), "Revenue": str(100 * n)} for n in range(30)]
    run = uploaded(rows, brand=brand)
    assert asked(run) == {"text": False}
    (question,) = run.preview["questions"]
    assert "something else than posts" in question["text"]
    assert "“Region”, “Units”, “Revenue”" in question["text"]
    assert not says(run, "sentiment")


def test_one_brand_in_several_spellings_is_one_brand(uploaded, alice, brand):
    run = uploaded([row(1, brand="Heron Rail"), row(2, brand="HERON RAIL"), row(3, brand="KESTREL AIR")])
    assert run.preview["new_brands"] == ["Heron Rail"]
    said = {"Heron Rail": "Heron Rail", "HERON RAIL": "Heron Rail"}
    accept(answer(run, alice, brands=said), alice)
    assert set(Brand.objects.values_list("name", flat=True)) == {"Heron Rail", "Kestrel Air"}
    assert Mention.objects.filter(brand__name="Heron Rail").count() == 2
    assert Mention.objects.filter(brand=brand).count() == 1


def test_a_column_that_is_not_the_brand_is_noticed(uploaded, alice, brand):
    run = uploaded([row(n, brand=f"topic number {n}") for n in range(60)])
    assert asked(run)["brand"] is False
    assert any("probably not the brand" in one["text"] for one in run.preview["questions"])
    run = answer(run, alice, columns={"brand": ()}, brand=brand)
    assert "brand" not in asked(run)
    assert Brand.objects.count() == 1


def test_a_text_column_that_nothing_names_is_asked_for(uploaded, alice, brand):
    rows = [{"a": one["created_at"], "b": str(n)} for n, one in enumerate([row(1)] * 9)]
    run = uploaded(rows, brand=brand)
    assert asked(run)["text"] is False
    assert run.preview["posts"] == []


def test_own_accounts_are_asked_for(uploaded, alice, brand):
    rows = [
        row(n, author="KestrelAir" if n % 4 == 0 else f"person-{n}", sentiment="negative") for n in range(20)
    ]
    run = uploaded(rows, brand=brand)
    assert asked(run) == {"own_accounts": True}
    run = answer(run, alice, own_accounts=())
    assert asked(run) == {}
    run = answer(run, alice, own_accounts=("KestrelAir",))
    accept(run, alice)
    assert Mention.objects.filter(is_brand_own=True).count() == 5
    assert Mention.objects.complaints().count() == 15


def test_what_is_there_already_is_said(uploaded, run_import, brand):
    run_import([row(n) for n in range(20)])
    assert says(uploaded([row(n) for n in range(15, 25)]), "5 of the first 10 posts are there already.")


def test_what_another_brand_has_is_not_there_already(uploaded, run_import, brand):
    """Not even where the file has other posts of that brand."""
    run_import([row(1)])
    BrandFactory(name="Heron Rail", slug="heron-rail")
    assert not says(uploaded([row(1, brand="Heron Rail"), row(2)]), "there already")


def test_a_post_of_another_address_is_not_there_already(uploaded, run_import, brand):
    first, second = (row(1, url=f"https://example.org/{n}") for n in (1, 2))
    run_import([first])
    assert not says(uploaded([second]), "there already")
    assert says(uploaded([first]), "1 of the first 1 posts is there already.")


def test_what_was_tried_on_the_first_rows_is_not_said_of_all(uploaded, brand, monkeypatch):
    monkeypatch.setattr("monitoring.importing.preview.LOOKED_UP", 5)
    rows = [row(n, text="" if n % 2 else f"Words {n}") for n in range(10)]
    assert says(uploaded(rows), "of the first 5 rows will be rejected")
    assert not says(uploaded(rows[:4]), "of the first")


# Remembered -----------------------------------------------------------------------------------------------------------


def test_what_was_said_of_a_file_is_proposed_for_the_next_one(uploaded, alice, bob, brand):
    rows = slashes(sentiment="1") + slashes(1, sentiment="0")
    said = {"day_first": True, "zone": "Asia/Tokyo", "scale": {"0": "negative", "1": "positive"}}
    accept(answer(uploaded(rows), alice, **said), alice)
    again = uploaded([*slashes(30, sentiment="1")], by=bob)
    assert asked(again) == {}
    assert says(again, "as they were when a file like this was last imported")
    assert (again.plan["day_first"], again.plan["zone"]) == (True, "Asia/Tokyo")
    assert accept(again, bob).rows_stored == 10  # 20 of them are there already
    assert ColumnMemory.objects.get().by == bob


def test_a_column_that_was_chosen_is_remembered_by_header(uploaded, alice, brand):
    rows = [{**row(n), "note": f"Internal words, number {n}, about nothing"} for n in range(9)]
    accept(answer(uploaded(rows), alice, columns={"text": (7,)}), alice)
    assert uploaded(rows[:2]).plan["columns"]["text"] == [7]
    others = [{**one, "another": "column"} for one in rows]
    assert uploaded(others).plan["columns"]["text"] == [5]


def test_only_what_was_accepted_is_remembered(uploaded, alice, brand):
    answer(uploaded(slashes()), alice, day_first=True)
    assert not ColumnMemory.objects.exists()
    assert asked(uploaded(slashes()))["day_first"] is False


# Who may, and what happens meanwhile ----------------------------------------------------------------------------------


def test_readers_answer_and_accept_nothing(uploaded, erin, brand):
    run = uploaded([row(1)])
    with pytest.raises(NotAllowed):
        actions.answer_import(run=run, actor=erin, answers={}, brand=brand)
    for act in (actions.accept_preview, actions.undo_import, actions.retry_import):
        with pytest.raises(NotAllowed):
            act(run=run, actor=erin)
    with pytest.raises(NotAllowed):
        actions.cancel_import(run=run, actor=erin, keep=True)
    with pytest.raises(NotAllowed):
        actions.move_import(run=run, actor=erin, brand=brand)


def test_only_the_preview_that_was_seen_is_accepted(uploaded, alice, bob, brand):
    seen = uploaded(slashes())
    now = answer(ImportRun.objects.get(pk=seen.pk), bob, day_first=True)
    with pytest.raises(ActionRefused, match="looked at again"):
        actions.accept_preview(run=seen, actor=alice)
    assert accept(now, alice).state == "finished"


def test_a_preview_is_accepted_once(uploaded, alice, bob, brand):
    run = uploaded([row(1)])
    actions.accept_preview(run=run, actor=alice)
    for act in (actions.accept_preview, actions.answer_import):
        more = {"answers": {}, "brand": brand} if act is actions.answer_import else {}
        with pytest.raises(ActionRefused, match="Waiting to be imported"):
            act(run=run, actor=bob, **more)


def renamed(rows: list[dict[str, str]], name: str) -> list[dict[str, str]]:
    return [{name if key == "created_at" else key: cell for key, cell in one.items()} for one in rows]


@pytest.mark.parametrize(
    ("name", "zone"), [("Time (UTC+05:30)", "Asia/Kolkata"), ("Date NPT", "Asia/Kathmandu")]
)
def test_a_zone_of_half_hours_in_a_columns_name_is_taken(looked_at, name, zone):
    run = looked_at(renamed([row(n, created_at=f"2026-03-01 10:0{n}") for n in range(5)], name))
    assert run.plan["zone"] == zone
    assert says(run, "The column's name gives the time zone")


def test_a_zone_in_a_columns_name_that_stands_for_several_is_asked(looked_at):
    run = looked_at(renamed([row(n, created_at=f"2026-03-01 10:0{n}") for n in range(5)], "Date IST"))
    assert asked(run) == {"zone": False}


def test_dates_that_count_from_the_file_are_said(looked_at):
    run = looked_at([row(1), row(2, created_at="3 days ago"), row(3, created_at="12 March")])
    assert says(run, "1 date, such as “6 days ago”, counts from")
    assert says(run, "1 date names no year")


def test_dates_that_stand_alone_are_not(looked_at):
    run = looked_at([row(1), row(2)])
    assert not says(run, "counts from")
    assert not says(run, "names no year")


HALVES = (
    "date time author sentiment text\n"
    '2026-03-01 1:00 PM anna negative "They never answer me at all"\n'
    '2026-03-02 12:30 AM bert positive "The crew was kind to all of us"\n'
    '2026-03-03 2:15 PM cleo neutral "Is there a flight on Sunday again"\n'
    '2026-03-04 3:45 AM dora negative "My case is lost since last week"\n'
)


def test_blanks_that_part_the_half_of_the_day_from_its_time_cost_no_hour(run_import, brand):
    run = run_import(HALVES.encode(), brand=brand)
    stored = {post.author: f"{post.posted_at:%d %H:%M}" for post in Post.objects.all()}
    assert run.rows_stored == 4
    assert stored == {"anna": "01 13:00", "bert": "02 00:30", "cleo": "03 14:15", "dora": "04 03:45"}


def test_half_of_the_day_in_a_column_of_its_own_stays_when_the_person_answers(looked_at, brand):
    rows = [
        {"day": f"2026-03-0{n}", "time": "1:05", "am pm": "PM", "text": f"Post number {n}", "author": f"p{n}"}
        for n in range(1, 6)
    ]
    run = looked_at(rows, brand=brand, columns={"posted_at": (0, 1)})
    assert run.plan["columns"]["posted_at"] == [0, 1, 2]
    assert run.preview["posts"][0]["posted_at"] == "2026-03-01T13:05:00+00:00"


def test_times_that_a_spreadsheet_rounded_are_no_dates_and_that_is_said(looked_at):
    run = looked_at([row(n, created_at=f"1.74E+0{n % 2 + 8}") for n in range(9)])
    (question,) = [one for one in run.preview["questions"] if one["about"] == "posted_at"]
    assert not question["has_proposal"]
    assert "before a spreadsheet rounded it" in question["text"]


@pytest.mark.parametrize(("zone", "is_said"), [("+03:00", False), ("", False), ("here", True)])
def test_a_zone_in_a_row_that_is_none_is_said(looked_at, zone, is_said):
    rows = [row(n, created_at=f"2026-03-01 10:{n:02d}", timezone="+03:00") for n in range(12)]
    run = looked_at([*rows, row(12, created_at="2026-03-01 11:00", timezone=zone)])
    assert run.plan["columns"]["zone"] == [7]
    assert says(run, "Time zone: 1 value is not understood") == is_said


def with_features(count: int) -> list[dict[str, str]]:
    return [row(n, **{f"feature {m}": str(m * n % 7) for m in range(count)}) for n in range(5)]


def offered(page: str, field: str) -> str:
    """The choices of one field on the page."""
    return page.split(f'name="column_{field}"')[1].split("</select>")[0]


def test_of_very_many_columns_each_field_offers_those_that_may_be_it(uploaded, alice, brand, client):
    run = uploaded(with_features(900))
    client.force_login(alice)
    page = client.get(run.get_absolute_url()).content.decode()
    assert len(page) < 300_000
    assert "This file has 907 columns." in page
    assert "--map" in page
    assert ">created_at<" in offered(page, "posted_at")
    assert ">text<" in offered(page, "posted_at")  # another field is read from it now
    assert "feature 899" not in offered(page, "posted_at")
    assert "Only the first 200 are shown." in page


def test_a_column_that_was_chosen_is_offered_among_very_many(uploaded, alice, brand, client):
    run = answer(uploaded(with_features(900)), alice, columns={"likes": (906,)})
    client.force_login(alice)
    page = client.get(run.get_absolute_url()).content.decode()
    assert '<option value="906" selected>feature 899</option>' in offered(page, "likes")
    shown = {field.html_name: field.value() or "" for field in PreviewForm(run=run)}
    client.post(reverse("monitoring:preview", args=[run.pk]), {**shown, "do": "import"})
    run.refresh_from_db()
    assert run.state == "accepted"


def test_of_some_columns_every_field_offers_all(uploaded, alice, brand, client):
    run = uploaded(with_features(150))
    client.force_login(alice)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "feature 149" in offered(page, "posted_at")
    assert "--map" not in page
