"""The pages: who sees what, what they say, and how many queries they make."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident
from monitoring import actions
from monitoring.importing.run import carry_on
from monitoring.models import ImportRun, Signal
from tests.factories import BrandFactory
from tests.monitoring.conftest import SPIKE_HOUR, as_csv, row

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]

MENTIONS = reverse("monitoring:mentions")


def get(client, user, path, **query):
    client.force_login(user)
    return client.get(path, query)


def shown(response) -> list[str]:
    return [mention.post.text for mention in response.context["page_obj"]]


# Mentions -------------------------------------------------------------------------------------------------------------


def test_strangers_are_sent_to_the_login(client, brand):
    for name in ("mentions", "signals", "imports"):
        response = client.get(reverse(f"monitoring:{name}"))
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_without_mentions_the_page_says_what_to_do_first(client, erin):
    response = get(client, erin, MENTIONS)
    assert b"Import mentions" in response.content


def test_the_newest_seven_days_with_posts_are_shown(client, erin, post):
    post(SPIKE_HOUR, text="new")
    post(SPIKE_HOUR - timedelta(days=6), text="six days older")
    post(SPIKE_HOUR - timedelta(days=8), text="eight days older")
    assert shown(get(client, erin, MENTIONS)) == ["new", "six days older"]
    assert len(shown(get(client, erin, MENTIONS, period="all"))) == 3
    assert shown(get(client, erin, MENTIONS, period="30d")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"sentiment": "negative"}, ["Delayed again"]),
        ({"sentiment": "unrated"}, ["Nobody has judged this"]),
        ({"platform": "mastodon"}, ["Lovely crew"]),
        ({"q": "CREW"}, ["Lovely crew"]),
        ({"q": "100%"}, []),
        ({"since": "2026-03-09"}, []),
        ({"since": "2026-03-08", "until": "2026-03-08", "q": "delayed"}, ["Delayed again"]),
    ],
)
def test_filters(client, erin, post, query, found):
    post(SPIKE_HOUR, text="Delayed again")
    post(SPIKE_HOUR, text="Lovely crew", sentiment="positive", platform="mastodon")
    post(SPIKE_HOUR, text="Nobody has judged this", sentiment="")
    assert shown(get(client, erin, MENTIONS, **query)) == found


def test_brands_are_kept_apart(client, erin, post):
    heron = BrandFactory(name="Heron Rail", slug="heron-rail")
    post(SPIKE_HOUR, text="about the kestrel")
    post(SPIKE_HOUR, text="about the heron", brand=heron)
    assert shown(get(client, erin, MENTIONS, brand=heron.pk)) == ["about the heron"]


@pytest.mark.parametrize(
    "query",
    [
        {"brand": "x"},
        {"since": "yesterday"},
        {"period": "for ever"},
        {"page": "99999"},
        {"page": "x"},
        {"q": "\0"},
        {"since": "2026-03-09", "until": "2026-03-01"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
    ],
)
def test_odd_filters_show_a_page(client, erin, post, query):
    post(SPIKE_HOUR)
    assert get(client, erin, MENTIONS, **query).status_code == 200


def test_posts_are_text_and_never_markup(client, erin, post):
    post(SPIKE_HOUR, text="<script>alert(1)</script>", author="<b>x</b>", url="https://example.com/?a=1&b=2")
    page = get(client, erin, MENTIONS).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<b>x</b>" not in page


def test_spikes_are_marked_on_the_curve(client, erin, raised):
    response = get(client, erin, MENTIONS)
    assert len(response.context["chart"].marks) == len(raised.evidence["unusual_hours"])
    assert response.context["signals"] == [raised]
    assert raised.get_absolute_url() in response.content.decode()


def test_a_brand_without_baseline_is_said_to_have_none(client, erin, brand, post):
    post(SPIKE_HOUR, 50)
    assert b"No baseline for" in get(client, erin, MENTIONS, brand=brand.pk).content


def test_a_fixed_number_of_queries(client, erin, post):
    client.force_login(erin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(MENTIONS, {"period": "all"}).status_code == 200
        return len(made)

    for n in range(10):
        post(SPIKE_HOUR - timedelta(hours=n))
    at_ten = queries()
    post(SPIKE_HOUR, 990, brand=BrandFactory(name="Heron Rail", slug="heron-rail"))
    assert queries() == at_ten <= 16


def test_a_fixed_number_of_queries_for_signals(client, erin, brand, raised):
    path = reverse("monitoring:signals")
    client.force_login(erin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(path).status_code == 200
        return len(made)

    at_one = queries()
    Signal.objects.bulk_create(
        Signal(
            brand=brand,
            kind="volume",
            began_at=at - timedelta(hours=1),
            heard_at=at,
            last_at=at,
            peak=9,
            evidence=raised.evidence,
        )
        for at in (SPIKE_HOUR + timedelta(days=n) for n in range(1, 1000))
    )
    assert queries() == at_one <= 12


# Signals --------------------------------------------------------------------------------------------------------------


def test_the_signal_explains_itself_in_plain_words(client, erin, raised):
    page = get(client, erin, raised.get_absolute_url()).content.decode()
    text = " ".join(page.split())
    assert "12 people spoke of Kestrel Air within an hour</h2>" in text
    assert "12 in the last hour, usually 3." in text
    assert "the limit, from this brand&#x27;s own strongest days, is" in text
    assert "Nobody answers, number" in text
    assert "8 Mar, 13:00: 12 people, usually 3" in text


def test_readers_look_and_communicators_decide(client, erin, alice, raised):
    for name in ("dismiss", "open"):
        path = reverse(f"monitoring:{name}", args=[raised.pk])
        assert path not in get(client, erin, raised.get_absolute_url()).content.decode()
        assert get(client, erin, path).status_code == 403
        assert client.post(path, {"reason": "x", "title": "xyz"}).status_code == 403
        assert path in get(client, alice, raised.get_absolute_url()).content.decode()
    raised.refresh_from_db()
    assert raised.state == "new"


def test_dismissing_through_the_page(client, alice, raised):
    path = reverse("monitoring:dismiss", args=[raised.pk])
    client.force_login(alice)
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "A joke", "dismissal": "joke"}).status_code == 302
    assert b"A joke" in client.get(raised.get_absolute_url()).content
    late = client.post(path, {"reason": "Once more", "dismissal": "other"})
    assert late.status_code == 409
    assert b"Once more" in late.content  # what was typed is kept


def test_opening_through_the_page_leads_into_the_room(client, alice, raised):
    client.force_login(alice)
    path = reverse("monitoring:open", args=[raised.pk])
    response = client.post(path, {"title": "Stranded passengers", "category": "service_outage"})
    incident = Incident.objects.get()
    assert response["Location"] == incident.get_absolute_url()
    room = client.get(incident.get_absolute_url())
    assert room.status_code == 200
    assert b"12 attached" in room.content
    assert incident.reference in client.get(raised.get_absolute_url()).content.decode()


def test_a_confidential_incident_does_not_show_on_monitoring_pages(client, alice, erin, raised):
    incident = actions.open_incident(signal=raised, actor=alice, title="Board affair", confidential=True)
    for path in (raised.get_absolute_url(), reverse("monitoring:signals"), MENTIONS):
        page = get(client, erin, path).content.decode()
        assert "Board affair" not in page
        assert incident.reference not in page
        assert incident.get_absolute_url() not in page
    assert incident.reference in get(client, alice, raised.get_absolute_url()).content.decode()


def test_an_unknown_signal_is_not_found(client, alice):
    for name in ("signal", "dismiss", "open"):
        assert get(client, alice, reverse(f"monitoring:{name}", args=[404])).status_code == 404


# Imports --------------------------------------------------------------------------------------------------------------


def post_file(client, user, data: bytes, **fields):
    client.force_login(user)
    file = SimpleUploadedFile("my posts.csv", data)
    return client.post(reverse("monitoring:imports"), {"file": file, **fields})


def answer(client, run, do: str, **changes):
    """What the browser sends of the preview's form, with some of it changed."""
    form = client.get(run.get_absolute_url()).context["form"]
    shown = {field.html_name: field.value() for field in form}
    data = {name: value for name, value in {**shown, **changes}.items() if value is not None}
    return client.post(reverse("monitoring:preview", args=[run.pk]), {**data, "do": do})


def test_uploading_looking_importing_and_fetching_what_was_rejected(client, alice, brand):
    response = post_file(client, alice, as_csv([row(1), row(2, text="")]))
    run = ImportRun.objects.get()
    assert response["Location"] == run.get_absolute_url()
    waiting = client.get(run.get_absolute_url())
    assert b"hx-trigger" in waiting.content
    assert b"my posts.csv" in waiting.content
    assert (
        client.post(reverse("monitoring:preview", args=[run.pk])).status_code == 404
    )  # nothing to decide yet
    carry_on(run.pk)
    looked = client.get(run.get_absolute_url(), headers={"HX-Request": "true"})
    assert looked["HX-Refresh"] == "true"
    preview = client.get(run.get_absolute_url()).content.decode()
    assert "Post number 1" in preview
    assert "1 row will be rejected" in preview
    assert answer(client, run, "import")["Location"] == run.get_absolute_url()
    run.refresh_from_db()
    assert run.state == "accepted"
    carry_on(run.pk)
    partial = client.get(run.get_absolute_url(), headers={"HX-Request": "true"}).content
    assert b"<html" not in partial
    assert b"hx-trigger" not in partial
    rejected = client.get(reverse("monitoring:rejected", args=[run.pk]))
    assert "attachment" in rejected["Content-Disposition"]
    assert b"no text" in b"".join(rejected.streaming_content)
    assert client.get(reverse("monitoring:repaired", args=[run.pk])).status_code == 404  # there are none
    assert shown(client.get(run.mentions_url)) == ["Post number 1"]


def test_the_preview_shows_why_and_has_no_import_before_all_is_decided(client, alice, brand):
    rows = [{**row(n, brand="Heron Rail" if n % 2 else "Kestrel Air"), "remark": ""} for n in range(8)]
    post_file(client, alice, as_csv(rows))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "What the person wrote." in page  # the field's explanation
    assert "The name says so and 100 % of its cells are texts." in page
    assert "The first rows have nothing in it." in page  # why a column is not used
    assert "not known here: Heron Rail" in page
    assert 'value="import"' not in page
    names = client.get(run.get_absolute_url()).context["form"].named
    answer(client, run, "look", **{f"brand_{names.index('Heron Rail')}": "Kestrel Air"})
    carry_on(run.pk)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "was read again with your answers" in page
    assert 'value="import"' in page
    answer(client, run, "import")
    carry_on(run.pk)
    assert set(run.mentions.values_list("brand__name", flat=True)) == {"Kestrel Air"}


@pytest.mark.parametrize(("names", "is_offered"), [("ABCD", True), ("ABC", False)])
def test_many_new_brands_are_added_with_one_tick_but_for_what_is_chosen(
    client, alice, brand, names, is_offered
):
    rows = [row(n, brand=f"Heron {name}") for n, name in enumerate(names)]
    post_file(client, alice, as_csv([*rows, row(9)]))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    form = client.get(run.get_absolute_url()).context["form"]
    assert ("brand_all_new" in form.fields) == is_offered
    leave = {f"brand_{form.named.index('Heron A')}": "-"}
    answer(client, run, "look", brand_all_new="on", **leave)
    carry_on(run.pk)
    run.refresh_from_db()
    assert run.preview["new_brands"] == [f"Heron {name}" for name in names[1:]]
    assert any(one["about"] == "new_brands" for one in run.preview["questions"]) == (not is_offered)


def test_leaving_out_the_rows_of_a_brand(client, alice, brand):
    post_file(client, alice, as_csv([row(1, brand="Heron Rail"), row(2)]))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    names = client.get(run.get_absolute_url()).context["form"].named
    answer(client, run, "look", **{f"brand_{names.index('Heron Rail')}": "-"})
    carry_on(run.pk)
    answer(client, run, "import")
    carry_on(run.pk)
    run.refresh_from_db()
    assert (run.rows_stored, run.rows_rejected) == (1, 1)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "Row 2: The brand “Heron Rail” is not one that this import stores." in page


@pytest.mark.parametrize(
    ("percent", "left"), [(50, ["rows a second.", "seconds left."]), (1, ["rows a second.", "minutes left."])]
)
def test_progress_says_how_fast_it_goes_and_how_long_it_takes(client, alice, brand, percent, left):
    started = timezone.now() - timedelta(seconds=10)
    run = ImportRun.objects.create(
        file_name="f.csv", path="f", by=alice, brand=brand, state="running", started_at=started
    )
    ImportRun.objects.update(rows_read=10_000, rows_stored=10_000, percent_done=percent)
    page = get(client, alice, run.get_absolute_url()).content.decode()
    for words in left:
        assert words in page
    assert ("minute" in page) == (percent == 1)


def test_rejected_rows_are_listed_with_reason_and_content(client, alice, erin, brand):
    post_file(client, alice, as_csv([row(n, text="" if n else "fine", author=f"=me{n}") for n in range(13)]))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    answer(client, run, "import")
    carry_on(run.pk)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "Row 3: There is no text." in page
    assert "=me1" in page  # as it was, without the sign against formulas
    assert page.count("There is no text.") == 10
    assert "There is no text." not in get(client, erin, run.get_absolute_url()).content.decode()


def test_what_is_undecided_is_asked_again(client, alice, brand):
    rows = [{name: cell for name, cell in row(n).items() if name != "brand"} for n in range(9)]
    post_file(client, alice, as_csv(rows))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    refused = answer(client, run, "import")
    assert refused.status_code == 409
    assert b"Choose the brand" in refused.content
    # An answer is looked at before it counts.
    assert answer(client, run, "import", whose=brand.pk).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.brand) == ("queued", brand)
    carry_on(run.pk)
    assert client.get(run.get_absolute_url()).context["form"]["whose"].value() == brand.pk
    answer(client, run, "import")
    run.refresh_from_db()
    assert run.state == "accepted"


def test_a_slow_click_imports_nothing_that_was_not_seen(client, alice, bob, brand):
    """Bob answers while Alice looks at the first preview: her click is an answer to what is now shown."""
    post_file(client, alice, as_csv([row(n, created_at=f"2026-03-0{n % 9 + 1} 10:00") for n in range(20)]))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    form = client.get(run.get_absolute_url()).context["form"]
    seen = {field.html_name: field.value() for field in form if field.value() is not None}
    path = reverse("monitoring:preview", args=[run.pk])
    client.force_login(bob)
    client.post(path, {**seen, "zone": "Asia/Tokyo", "do": "look"})
    client.force_login(alice)
    assert client.post(path, {**seen, "do": "import"}).status_code == 409  # nobody has looked yet
    carry_on(run.pk)
    client.post(path, {**seen, "do": "import"})
    run.refresh_from_db()
    assert (run.state, run.rows_read) == ("queued", 0)


def test_a_second_click_leads_where_the_first_one_led(client, alice, brand):
    post_file(client, alice, as_csv([row(1)]))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    page = client.get(run.get_absolute_url())
    seen = {field.html_name: field.value() for field in page.context["form"] if field.value() is not None}
    seen |= {"do": "import", "csrfmiddlewaretoken": "of this page"}
    path = reverse("monitoring:preview", args=[run.pk])
    assert client.post(path, seen)["Location"] == run.get_absolute_url()
    carry_on(run.pk)
    assert client.post(path, seen)["Location"] == run.get_absolute_url()
    late = client.post(path, seen | {"csrfmiddlewaretoken": "of a page from before"})
    assert late.status_code == 409
    run.refresh_from_db()
    assert (run.state, run.rows_stored) == ("finished", 1)


def test_a_column_can_be_chosen_and_another_table(client, alice, brand):
    rows = [{**row(n), "note": f"Internal words, number {n}, about nothing"} for n in range(9)]
    post_file(client, alice, as_csv(rows))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    answer(client, run, "look", column_text="7")
    carry_on(run.pk)
    page = client.get(run.get_absolute_url())
    assert page.context["form"]["column_text"].value() == "7"
    assert b"Internal words, number 0" in page.content


def test_undoing_and_moving_through_the_pages(client, alice, brand):
    post_file(client, alice, as_csv([row(1), row(2)]))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    answer(client, run, "import")
    carry_on(run.pk)
    heron = BrandFactory(name="Heron Rail", slug="heron-rail")
    assert client.post(reverse("monitoring:move", args=[run.pk]), {"brand": heron.pk}).status_code == 302
    assert set(run.mentions.values_list("brand__name", flat=True)) == {"Heron Rail"}
    undo = reverse("monitoring:undo", args=[run.pk])
    assert b"2 mentions are removed." in client.get(undo).content
    assert client.post(undo).status_code == 302
    carry_on(run.pk)
    assert not run.mentions.exists()
    assert client.post(undo).status_code == 409


def test_stopping_asks_what_becomes_of_the_rows(client, alice, brand):
    post_file(client, alice, as_csv([row(1)]))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    path = reverse("monitoring:cancel", args=[run.pk])
    asked = client.get(path)
    assert "keep" not in asked.context["form"].fields  # nothing is stored yet
    assert b"Back to the preview" in asked.content  # "Cancel" would be the import's end or the question's
    assert client.post(path).status_code == 302
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert b"Nothing was stored." in client.get(run.get_absolute_url()).content
    assert client.post(path).status_code == 409


def test_a_refused_file_is_explained_beside_its_name(client, alice):
    post_file(client, alice, b"<html>")
    run = ImportRun.objects.get()
    carry_on(run.pk)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "web page" in page
    assert "Nothing was stored." in page
    assert reverse("monitoring:retry", args=[run.pk]) not in page  # the same file would fail again


def test_readers_watch_and_do_nothing_else(client, alice, erin, brand):
    post_file(client, alice, as_csv([row(1, text=""), row(2)]))
    run = ImportRun.objects.get()
    carry_on(run.pk)
    preview = get(client, erin, run.get_absolute_url())
    assert b"Post number 2" in preview.content
    assert preview.context["form"] is None
    page = get(client, erin, reverse("monitoring:imports"))
    assert b'type="file"' not in page.content
    assert post_file(client, erin, as_csv([row()])).status_code == 403
    for name in ("preview", "cancel", "undo", "move", "retry"):
        path = reverse(f"monitoring:{name}", args=[run.pk])
        assert client.post(path, {"brand": brand.pk, "do": "import"}).status_code == 403
    for name in ("rejected", "repaired", "cancel", "undo", "move"):
        assert client.get(reverse(f"monitoring:{name}", args=[run.pk])).status_code == 403
    run.refresh_from_db()
    assert (run.state, ImportRun.objects.count()) == ("preview", 1)


def test_import_page_opens_without_faults(client, alice):
    assert not get(client, alice, reverse("monitoring:imports")).context["form"].errors


def test_an_empty_or_missing_file_is_refused_on_the_form(client, alice):
    assert post_file(client, alice, b"").status_code == 422
    client.force_login(alice)
    assert client.post(reverse("monitoring:imports"), {}).status_code == 422
    assert ImportRun.objects.count() == 0


def test_a_fixed_number_of_queries_for_imports(client, alice, brand):
    path = reverse("monitoring:imports")
    client.force_login(alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(path).status_code == 200
        return len(made)

    def runs(count: int) -> None:
        ImportRun.objects.bulk_create(
            ImportRun(
                file_name="f.csv",
                path="f",
                by=alice,
                brand=brand,
                state="finished",
                finished_at=timezone.now(),
            )
            for _n in range(count)
        )

    runs(10)
    at_ten = queries()
    runs(990)
    assert queries() == at_ten <= 12


# API ------------------------------------------------------------------------------------------------------------------


def test_the_api_follows_the_same_rules(client, alice, erin, raised):
    client.force_login(erin)
    base = "/api/v1"
    assert client.get(f"{base}/mentions?sentiment=negative&limit=3").json()["count"] > 3
    assert client.get(f"{base}/signals/{raised.pk}").json()["peak"] == 12
    body = {"title": "Stranded passengers"}
    refused = client.post(f"{base}/signals/{raised.pk}/open", body, content_type="application/json")
    assert refused.status_code == 403
    client.force_login(alice)
    opened = client.post(f"{base}/signals/{raised.pk}/open", body, content_type="application/json")
    assert opened.status_code == 201
    again = client.post(
        f"{base}/signals/{raised.pk}/dismiss", {"reason": "x"}, content_type="application/json"
    )
    assert again.status_code == 409
    assert "Alice Kaya" in again.json()["detail"]


@pytest.mark.parametrize(("until", "is_refused"), [("2026-03-01", True), ("2026-03-09", False)])
def test_a_period_that_ends_before_it_begins_is_refused(client, erin, post, until, is_refused):
    post(SPIKE_HOUR)
    page = get(client, erin, MENTIONS, since="2026-03-09", until=until).content.decode()
    assert ("“From” is after “To”. Choose an earlier day." in page) == is_refused
    assert "Take a wider period" not in page or not is_refused
