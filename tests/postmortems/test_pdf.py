from __future__ import annotations

import io

import pytest
from django.urls import reverse
from django.utils import translation

from incidents.models import Incident
from postmortems import actions, pdf
from postmortems.figures import compute
from postmortems.record import gather, timeline
from postmortems.report import build

pypdf = pytest.importorskip("pypdf")
pytestmark = [pytest.mark.calendar, pytest.mark.django_db]

TURKISH = "İğneli şikâyet, çağrı merkezi ulaşılamaz"
POLISH = "Zażółć gęślą jaźń"
CHINESE = "初步声明已经发布"
needs_chinese_font = pytest.mark.skipif(
    pdf.chinese_font(pdf.fonts().families()) is None,
    reason="no font here has Chinese characters (fonts-noto-cjk)",
)


def write(post_mortem, actor, text):
    actions.write(
        post_mortem=post_mortem,
        actor=actor,
        section="summary",
        before={"summary": ""},
        after={"summary": text},
    )
    post_mortem.refresh_from_db()


def text_of(post_mortem):
    report = build(post_mortem, compute(gather(post_mortem.incident)), timeline(post_mortem.incident))
    return plain(pdf.typeset(report))


def plain(document):
    pages = pypdf.PdfReader(io.BytesIO(document)).pages
    return " ".join("".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("words", [TURKISH, POLISH, pytest.param(CHINESE, marks=needs_chinese_font)])
def test_what_people_wrote_stands_in_the_pdf(post_mortem, alice, words):
    write(post_mortem, alice, words)
    assert words in text_of(post_mortem)


@needs_chinese_font
def test_chinese_characters_are_embedded_glyphs_not_boxes(post_mortem, alice):
    write(post_mortem, alice, CHINESE)
    report = build(post_mortem, [], [])
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in pypdf.PdfReader(io.BytesIO(pdf.typeset(report))).pages
        for font in page["/Resources"]["/Font"].values()
    }
    chosen = pdf.chinese_font(pdf.fonts().families()).replace(" ", "")
    assert any(chosen.removesuffix("SC").lower() in font.lower() for font in fonts), fonts


def test_without_a_chinese_font_the_pdf_says_what_to_install(post_mortem, alice, monkeypatch):
    monkeypatch.setattr(pdf, "CHINESE_FONTS", ())
    write(post_mortem, alice, CHINESE)
    assert "Chinese characters are missing" in text_of(post_mortem)


def test_without_chinese_text_nothing_is_said_about_fonts(post_mortem, alice, monkeypatch):
    monkeypatch.setattr(pdf, "CHINESE_FONTS", ())
    write(post_mortem, alice, POLISH)
    assert "Chinese characters are missing" not in text_of(post_mortem)


@pytest.mark.parametrize(
    "attack",
    [
        '#read("/etc/passwd")',
        "#panic()",
        "$ x^2 $ and *bold* and _soft_",
        "= A heading",
        '"; #let x = 1',
        "<label> @reference",
        "\\ \\u{41} #[ ] {",
        "`raw` ```rust fn```",
    ],
)
def test_what_people_wrote_is_never_typst_code(post_mortem, alice, attack):
    write(post_mortem, alice, f"Before {attack} after")
    text = text_of(post_mortem)
    assert f"Before {' '.join(attack.split())} after" in text
    assert "root:" not in text


def test_a_long_address_breaks_instead_of_leaving_the_page(post_mortem, alice):
    address = "https://example.com/" + "a" * 400
    write(post_mortem, alice, address)
    assert address in text_of(post_mortem).replace(" ", "").replace("\u200b", "")


def test_a_draft_says_that_it_is_one(post_mortem):
    assert "Not approved yet" in text_of(post_mortem)


def test_an_approved_one_names_its_approver(approved):
    text = text_of(approved)
    assert "Not approved yet" not in text
    assert "Carol Li" in text


def test_the_words_around_follow_the_readers_language(post_mortem):
    with translation.override("tr"):
        assert build(post_mortem, [], [])["language"] == "tr"


def test_the_pdf_is_a_download_for_those_who_see_the_incident(client, post_mortem, erin):
    client.force_login(erin)
    answer = client.get(reverse("postmortems:pdf", args=[post_mortem.pk]))
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Type"] == "application/pdf"
    assert f'filename="pm-{post_mortem.incident_id}-videos' in answer["Content-Disposition"]
    Incident.objects.filter(pk=post_mortem.incident_id).update(confidential=True)
    assert client.get(reverse("postmortems:pdf", args=[post_mortem.pk])).status_code == 404


def test_the_printable_page_has_no_chrome(client, approved, erin):
    client.force_login(erin)
    page = client.get(reverse("postmortems:print", args=[approved.pk])).content.decode()
    assert "About summary." in page
    assert 'class="rail"' not in page
    assert "<script" not in page
