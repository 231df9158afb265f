"""Which encoding a text file has: by its mark, by its pattern, and by what the languages of people look like in it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import chardet

SAMPLE_BYTES = 64 * 1024
# A mark of four bytes begins like one of two: the longer first.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
# Encodings that exports really have, as chardet writes them → the codec that reads a superset, and its name.
KNOWN = {
    "windows-1250": ("cp1250", "Windows-1250"),
    "windows-1251": ("cp1251", "Windows-1251"),
    "windows-1252": ("cp1252", "Windows-1252"),
    "windows-1253": ("cp1253", "Windows-1253"),
    "windows-1254": ("cp1254", "Windows-1254"),
    "windows-1255": ("cp1255", "Windows-1255"),
    "windows-1256": ("cp1256", "Windows-1256"),
    "windows-1257": ("cp1257", "Windows-1257"),
    "windows-1258": ("cp1258", "Windows-1258"),
    "iso-8859-1": ("cp1252", "Windows-1252"),
    "iso-8859-15": ("iso8859-15", "ISO-8859-15"),
    "iso-8859-2": ("iso8859-2", "ISO-8859-2"),
    "iso-8859-5": ("iso8859-5", "ISO-8859-5"),
    "iso-8859-7": ("iso8859-7", "ISO-8859-7"),
    "iso-8859-9": ("cp1254", "Windows-1254"),
    "koi8-r": ("koi8-r", "KOI8-R"),
    "koi8-u": ("koi8-u", "KOI8-U"),
    "gb18030": ("gb18030", "GB18030"),
    "gb2312": ("gb18030", "GB18030"),
    "big5": ("cp950", "Big5"),
    "shift_jis": ("cp932", "Shift-JIS"),
    "cp932": ("cp932", "Shift-JIS"),
    "euc-jp": ("euc-jp", "EUC-JP"),
    "cp949": ("cp949", "EUC-KR"),
    "euc-kr": ("cp949", "EUC-KR"),
    "tis-620": ("cp874", "Windows-874"),
    "cp874": ("cp874", "Windows-874"),
    "macroman": ("mac-roman", "Mac Roman"),
}
ALMOST_AS_SURE = 0.3  # of the first answer's confidence: then the text's look decides
WESTERN = frozenset({"cp1252", "iso8859-15", "cp1257", "mac-roman"})
TURKISH_ONLY = frozenset(
    b"\xd0\xdd\xde\xf0\xfd\xfe"
)  # Ğ İ Ş ğ ı ş in Windows-1254; Ð Ý Þ ð ý þ in Windows-1252
NEVER_TURKISH = frozenset(b"\xe1\xe9\xed\xf3\xfa\xe6\xf8\xe5")  # á é í ó ú æ ø å, which go with ð, ý and þ
LONE_GOOD_PER_BAD = 3  # well-formed characters for each damaged one that leave UTF-8 believable
# Signs within a word, and capitals behind small letters: what a wrong encoding makes of words.
ODD = re.compile(
    r"[^\W\d_][^\w\s\x00-\x7f’‘“”«»…–—·][^\W\d_]|[^\W\d_A-Z][A-Z\u00c0-\u00de\u0410-\u042f][a-z]"
)


@dataclass(frozen=True)
class Encoding:
    """How to read the bytes, from behind the mark on, as text."""

    codec: str
    name: str  # for the person
    mark_bytes: int = 0


UTF8 = Encoding("utf-8", "UTF-8")


def detect(head: bytes, telling: bytes = b"") -> Encoding:
    """The encoding of a file that begins so. `telling` is a part with more than ASCII, where the head has none."""
    for mark, codec, name in MARKS:
        if head.startswith(mark):
            return Encoding(codec, name, len(mark))
    sample = (telling if head.isascii() and telling else head)[:SAMPLE_BYTES]
    return _without_mark(head) or (UTF8 if _is_utf8(sample) else _legacy(sample))


def _without_mark(head: bytes) -> Encoding | None:
    """UTF-16 shows in NULs that stand on one side of each pair of bytes only."""
    head = head[: len(head) // 2 * 2]
    left, right = head[::2].count(0), head[1::2].count(0)
    if max(left, right) * 40 < len(head) or min(left, right) * 10 > max(left, right):
        return None
    codec = "utf-16-be" if left > right else "utf-16-le"
    text = head.decode(codec, errors="replace")
    return Encoding(codec, "UTF-16") if text.count("\ufffd") * 20 <= len(text) else None


def _is_utf8(sample: bytes) -> bool:
    """Also where single characters are damaged, as a cut emoji is: in other encodings little is well-formed."""
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(sample)
    bad = text.count("\ufffd")
    good = sum(character > "\x7f" for character in text) - bad
    return good >= LONE_GOOD_PER_BAD * bad


def _legacy(sample: bytes) -> Encoding:
    """chardet's answer, or one that it holds for nearly as likely and that makes better words."""
    found = chardet.detect_all(sample, ignore_threshold=True, include_encodings=KNOWN)
    answers = [
        (KNOWN[str(each["encoding"]).lower()], each["confidence"]) for each in found if _is_known(each)
    ]
    if not answers:
        return Encoding(*KNOWN["windows-1252"])
    least = answers[0][1] * ALMOST_AS_SURE
    near = [answer for answer, confidence in answers if confidence >= least]
    codec, name = min(near, key=lambda answer: _oddity(sample, answer[0]))
    if codec in WESTERN and _is_turkish(sample):
        return Encoding(*KNOWN["windows-1254"])
    return Encoding(codec, name)


def _is_known(answer: chardet.DetectionDict) -> bool:
    return str(answer["encoding"]).lower() in KNOWN


def _oddity(sample: bytes, codec: str) -> int:
    text = codecs.getincrementaldecoder(codec)(errors="replace").decode(sample)
    controls = sum("\x7f" <= character <= "\x9f" or character == "\ufffd" for character in text)
    return controls * 3 + len(ODD.findall(text))


def _is_turkish(sample: bytes) -> bool:
    turkish = sum(byte in TURKISH_ONLY for byte in sample)
    return turkish > sum(byte in NEVER_TURKISH for byte in sample)
