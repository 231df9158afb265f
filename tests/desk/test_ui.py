"""The parts that every page shares: what they say, and that nothing typed by people gets out as markup."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.conf import settings
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import Page, sync_playwright

from common.forms import KEPT, NOT_SAVED, Form
from common.prose import compare, render_markdown
from common.times import absolute, countdown_to, relative
from people.models import User

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def drawn(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class TestDifference:
    def test_words_that_changed_are_marked_on_both_sides(self) -> None:
        found = compare("We will report tomorrow.", "We will report at 16:00.")
        assert [piece.text for piece in found.old if piece.changed] == ["tomorrow"]
        assert [piece.text for piece in found.new if piece.changed] == ["at 16:00"]
        assert found.changes == 1

    def test_several_words_in_a_row_are_one_change(self) -> None:
        found = compare("We know that some are late", "We are sorry: 34 are late")
        assert found.changes == len([piece for piece in found.new if piece.changed]) == 1

    def test_turkish_suffix_stays_with_its_word(self) -> None:
        found = compare("İstanbul'da yolcular", "İstanbul'daki yolcular")
        assert [piece.text for piece in found.new if piece.changed] == ["İstanbul'daki"]

    def test_chinese_is_compared_by_character(self) -> None:
        found = compare("我们将在一小时内通报", "我们将在半小时内通报")
        assert [piece.text for piece in found.old if piece.changed] == ["一"]
        assert [piece.text for piece in found.new if piece.changed] == ["半"]

    @pytest.mark.parametrize("text", ["", "  two\n\n lines ", "a-b (c) 王!", "e\u0301 👩‍🚒"])
    def test_nothing_of_either_side_is_lost(self, text: str) -> None:
        other = "other " + text + " words"
        found = compare(text, other)
        assert "".join(piece.text for piece in found.old) == text
        assert "".join(piece.text for piece in found.new) == other
        assert compare(text, text).changes == 0

    def test_markup_in_a_statement_is_shown_not_obeyed(self) -> None:
        html = drawn("{% diff old new %}", old="<b>a</b>", new="<script>x</script>")
        assert "<script>" not in html
        assert "&lt;" in html


class TestMarkdown:
    def test_emphasis_lists_and_tables(self) -> None:
        html = render_markdown("# Known\n\n- **34** flights\n\n|a|b|\n|-|-|\n|1|2|")
        assert "<h3>Known</h3>" in html
        assert "<strong>34</strong>" in html
        assert "<td>2</td>" in html

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "![x](https://example.com/pixel.png)",
            '<p style="color:red" onclick="x()">a</p>',
            "|a|\n|:-:|\n|1|",
        ],
    )
    def test_nothing_that_runs_or_loads(self, text: str) -> None:
        html = render_markdown(text)
        for forbidden in ("<script", "<img", 'javascript:alert(1)"', "<p style=", "<td style="):
            assert forbidden not in html


class TestTimes:
    @pytest.mark.parametrize(
        ("left", "text", "urgency"),
        [
            (timedelta(days=3, hours=4), "3 d 4 h left", "calm"),
            (timedelta(hours=2, minutes=5), "2 h 05 min left", "calm"),
            (timedelta(minutes=15, seconds=1), "15:01 left", "calm"),
            (timedelta(minutes=15), "15:00 left", "soon"),
            (timedelta(minutes=5), "5:00 left", "now"),
            (timedelta(seconds=9), "0:09 left", "now"),
            (timedelta(0), "overdue by 0 s", "overdue"),
            (timedelta(minutes=-4, seconds=-59), "overdue by 4 min", "overdue"),
        ],
    )
    @pytest.mark.calendar
    def test_countdown(self, left: timedelta, text: str, urgency: str) -> None:
        found = countdown_to(NOON + left, NOON)
        assert (found.text, found.urgency) == (text, urgency)

    @pytest.mark.parametrize(
        ("language", "text"),
        [("en", "3 min. ago"), ("tr", "3 dk. önce"), ("pl", "3 min temu"), ("zh-hans", "3分钟前")],
    )
    @pytest.mark.calendar
    def test_relative_in_the_readers_language(self, language: str, text: str) -> None:
        with translation.override(language):
            assert relative(NOON - timedelta(minutes=3), NOON) == text

    @pytest.mark.calendar
    def test_absolute_names_the_readers_zone(self) -> None:
        with timezone.override("Europe/Istanbul"):
            assert absolute(NOON) == "20 Nov 2026, 15:00 Europe/Istanbul"

    @time_machine.travel(NOON, tick=False)
    @pytest.mark.calendar
    def test_countdown_is_right_without_javascript(self) -> None:
        html = drawn("{% countdown at 'Holding statement' %}", at=NOON + timedelta(minutes=4))
        assert "4:00 left" in html
        assert "20 Nov 2026, 12:04 UTC" in html
        assert "is-now" in html

    @pytest.mark.calendar
    def test_no_deadline_and_no_moment(self) -> None:
        assert "no deadline" in drawn("{% countdown None %}")
        assert "not yet" in drawn("{% moment None %}")


@pytest.mark.calendar
def test_what_lies_ahead_is_never_just_now():
    assert relative(NOON + timedelta(seconds=20), NOON) == "in a moment"
    assert relative(NOON, NOON) == relative(NOON - timedelta(seconds=20), NOON) == "just now"


class TestSigns:
    @pytest.mark.parametrize(
        ("level", "words"), [(1, "L1</b> crisis"), ("4", "L4</b> issue"), (None, "not triaged")]
    )
    def test_a_level_is_never_colour_alone(self, level: object, words: str) -> None:
        assert words in drawn("{% level_chip level %}", level=level)

    def test_a_name_is_escaped(self) -> None:
        html = drawn("{% person user %}", user=User(name="<i>Eve</i> Ö", email="eve@example.com"))
        assert "&lt;i&gt;Eve" in html
        assert "<i>" not in html

    def test_an_empty_figure_is_not_zero(self) -> None:
        assert "n/a" in drawn("{% figure None 'min' 'First response' %}")
        assert "n/a" not in drawn("{% figure 0 'min' 'First response' %}")


@pytest.mark.django_db
class TestFrame:
    def test_sign_in_page_stands_without_anybody_signed_in(self, client: Client) -> None:
        page = client.get("/accounts/login/")
        assert page.status_code == 200
        assert b"Sign in" in page.content

    def test_nothing_inline_that_the_policy_forbids(self, client: Client) -> None:
        for address in ("/style/?messages=1", "/accounts/login/", "/accounts/password/reset/"):
            html = client.get(address).content.decode()
            assert " style=" not in html
            assert "<style" not in html
            assert "<script>" not in html

    def test_a_frozen_engine_is_said_on_every_page(self, client: Client) -> None:
        client.force_login(User.objects.create_user("zoe@example.com", "crisis-demo", name="Zoe Zo"))
        page = client.get("/accounts/password/change/")
        assert b"escalation engine is not running" in page.content


def test_templates_hold_no_inline_script_or_style() -> None:
    """The policy would silently drop them; e-mails and printed documents are not pages."""
    for template in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        if "email" in template.name:
            continue
        text = template.read_text()
        assert " style=" not in text, template
        assert "<style" not in text, template
        assert "<script>" not in text, template
        assert " onclick=" not in text, template


def watch_for_errors(page: Page) -> list[str]:
    """What the console complains about from now on: scripts, and whatever the content policy refused."""
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_part_is_accessible_and_fits_a_phone(
    live_server: StaticLiveServerTestCase, chromium: str, theme: str
) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width in (390, 1440):
            page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=theme)
            refused = watch_for_errors(page)
            page.goto(f"{live_server}/style/?messages=1&silent=1")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            violations = Axe().run(page).response["violations"]
            assert [violation["id"] for violation in violations] == []
            assert refused == []
        browser.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.calendar
def test_script_adds_to_what_is_already_right(live_server: StaticLiveServerTestCase, chromium: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(color_scheme="dark")
        page.goto(f"{live_server}/style/?messages=1")

        # A ticking countdown says what the server would say, with the same limits.
        page.wait_for_timeout(1200)
        for shown in page.locator("time[data-countdown]").all():
            due_at = datetime.fromisoformat(shown.get_attribute("datetime") or "")
            page_says = shown.locator("[data-countdown-text]").inner_text()
            near = [countdown_to(due_at, timezone.now() + timedelta(seconds=off)) for off in (-2, -1, 0, 1)]
            assert page_says in [left.text for left in near]
            assert any(f"is-{left.urgency}" in (shown.get_attribute("class") or "") for left in near)

        # Characters are counted as people count them.
        page.fill("[data-count-limit]", "王👩‍🚒é")
        assert page.locator(".counter").inner_text() == "3 / 280"

        # An error stays until it is dismissed; a theme once chosen is remembered.
        page.locator("[data-toast=error] [data-toast-close]").click()
        assert page.locator("[data-toast=error]").count() == 0
        page.locator(".menu-button").click()
        page.locator("[data-theme=light]").click()
        page.goto(f"{live_server}/style/")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
        browser.close()


class Typed(Form):
    name = forms.CharField()
    file = forms.FileField()
    password = forms.CharField(widget=forms.PasswordInput)


@pytest.mark.parametrize(
    ("data", "title"),
    [({"name": "Alice"}, KEPT), ({}, NOT_SAVED), ({"password": "secret"}, NOT_SAVED)],
)
def test_summary_promises_to_keep_only_what_the_page_shows_again(data, title) -> None:
    assert f"{title}</p>" in drawn("{% form_errors form %}", form=Typed(data))


def test_summary_over_a_file_alone_promises_to_keep_nothing() -> None:
    form = Typed({}, {"file": SimpleUploadedFile("posts.csv", b"id")})
    assert f"{NOT_SAVED}</p>" in drawn("{% form_errors form %}", form=form)


class Boxes(Form):
    seal = forms.CharField(widget=forms.HiddenInput)
    tones = forms.MultipleChoiceField(choices=[("calm", "Calm")], widget=forms.CheckboxSelectMultiple)


def test_summary_leads_to_the_first_box_and_to_nothing_hidden() -> None:
    html = drawn("{% form_errors form %}", form=Boxes({}))
    assert re.findall(r'href="(.*?)"', html) == ["#id_tones_0"]
    assert html.count("This field is required.") == 2
