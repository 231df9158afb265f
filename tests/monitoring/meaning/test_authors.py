"""Who is nobody, and which accounts may be the brand's own."""

from __future__ import annotations

import pytest

from monitoring.importing.meaning.authors import AuthorSurvey, clean_author, is_nobody, own_accounts

NOBODY = ["", "-", "A Google user", "An app customer", "[deleted]", "[removed]", "Anonymous", "Anonim", "匿名用户",
    "Гость", "Ein Google-Nutzer",
          "Bir Google Kullanıcısı", "Un utilisateur de Google", "Użytkownik Google", "Пользователь Google",
          "Facebook User", "Amazon Customer"]  # fmt: skip
SOMEBODY = [
    "@anonymous",
    "@user1",
    "Jane Doe",
    "u1",
    "A. Smith",
    "Guest1234",
    "云上客",
    "An Nguyen",
    "Bir Dost",
    "Staff Writer",
    "Customer Happy",
]


@pytest.mark.parametrize("name", NOBODY)
def test_placeholder_is_nobody(name):
    assert is_nobody(name)


@pytest.mark.parametrize("name", SOMEBODY)
def test_name_is_somebody(name):
    assert not is_nobody(name)


def test_author_is_stored_without_signs():
    cells = ["@x ", "u/kite", "u/[deleted]", "＠x", "Tom &amp; Co", "'123", "a  b", "D'Arcy", "and/or"]
    assert [clean_author(cell) for cell in cells] == [
        "x",
        "kite",
        "[deleted]",
        "x",
        "Tom & Co",
        "123",
        "a b",
        "D'Arcy",
        "and/or",
    ]


def survey(rows: list[tuple[str, str]]) -> AuthorSurvey:
    found = AuthorSurvey()
    for name, text in rows:
        found.add(name, text)
    return found


def test_generic_name_on_many_rows_with_different_texts_is_a_placeholder():
    rows = [("Shop customer" if row % 2 else f"p{row}", f"text {row}") for row in range(60)]
    assert survey(rows).placeholders == {"Shop customer"}


def test_prolific_account_is_no_placeholder():
    for name in ("@shopcustomer", "Daily Harbour", "shop_customer_77"):
        assert survey([(name, f"text {row}") for row in range(60)]).placeholders == set()


def test_repeated_text_is_no_proof():
    assert survey([("Shop customer", "the same")] * 60).placeholders == set()


def test_accounts_called_like_the_brand_are_proposed_the_busiest_first():
    names = {
        "Kestrel": 5,
        "kestrel_help": 8,
        "KestrelTR": 2,
        "kestrelfan": 9,
        "I hate Kestrel": 4,
        "kestrelsucks": 7,
        "kes": 1,
    }
    assert own_accounts(names, ["Kestrel"]) == ["kestrel_help", "Kestrel", "KestrelTR"]
    assert own_accounts({"青禾官方微博": 2, "青禾乐队": 1}, ["青禾"]) == ["青禾官方微博"]
    assert own_accounts({"salt_and_sea": 1, "SaltSea": 2}, ["Salt & Sea"]) == ["SaltSea", "salt_and_sea"]
    assert own_accounts({"ab": 1, "": 3}, ["ab", ""]) == []
