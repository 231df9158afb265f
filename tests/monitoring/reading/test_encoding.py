"""Which encoding a file has: by its mark, by its pattern, and by the words in it."""

from __future__ import annotations

import pytest

from monitoring.importing.reading.delimited.encoding import detect

TEXTS = {
    "cp1254": "Yazar;Yorum\nIşıl;Kargo şubede üç gündür bekliyor, hiç kimse ilgilenmiyor.\n",
    "cp1250": "Autor;Treść\nŁukasz;Proszę o zwrot pieniędzy za źle wysłaną książkę\n",
    "cp1252": "Auteur;Texte\nRené;Le service est très décevant, ça ne marche pas à l’heure\n",
    "gb18030": "作者,内容\n小张,瓶装水喝起来有塑料味\n",
    "cp932": "投稿者,コメント\n田中,電池がすぐ切れます\n",
    "koi8-r": "Автор;Текст\nИван;Не работает приложение банка\n",
    "cp1251": "Автор;Текст\nИван;Не работает приложение банка\n",
    "cp950": "作者,內容\n小張,瓶裝水喝起來有塑膠味\n",
    "cp949": "작성자,내용\n김,배송이 너무 늦어요\n",
}


@pytest.mark.parametrize("codec", TEXTS)
def test_one_row_tells_the_encoding(codec: str) -> None:
    assert TEXTS[codec].encode(codec).decode(detect(TEXTS[codec].encode(codec)).codec) == TEXTS[codec]


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        ("ağır şey", "cp1254"),
        ("Işıl", "cp1254"),
        ("Şule geç kaldı", "cp1254"),
        ("Łódź wysłała", "cp1250"),
        ("café", "cp1252"),
        ("Müller schön", "cp1252"),
        ("don’t", "cp1252"),
        ("не то", "koi8-r"),
        ("не то", "cp1251"),
    ],
)
def test_a_word_or_two_tell_it_as_well(words: str, codec: str) -> None:
    data = f"id;text\n1;{words}\n".encode(codec)
    assert words in data.decode(detect(data).codec)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_decides_and_is_not_text(codec: str) -> None:
    data = "a;b\nş;не\n".encode(codec)
    found = detect(data)
    assert data[found.mark_bytes :].decode(found.codec) == "a;b\nş;не\n"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("words", ["plain words", "şikâyet", "不好, 很不好"])
def test_utf_16_without_mark_shows_in_its_nuls(codec: str, words: str) -> None:
    assert detect(f"id;text\n1;{words}\n2;{words}\n".encode(codec)).codec == codec


def test_utf_8_with_a_damaged_character_stays_utf_8() -> None:
    data = b"a;b\n1;bad \xf0\x9f\x94\n" + "2;good 🔥\n3;good 🔥\n4;ağır\n".encode()
    assert detect(data).codec == "utf-8"


def test_a_file_that_is_ascii_at_first_is_judged_by_what_follows() -> None:
    assert detect(b"id;text\n" * 1000, "ağır şey, Işıl".encode("cp1254")).codec == "cp1254"
