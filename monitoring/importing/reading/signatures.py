"""What a file seems to be, by its first bytes: what is no table is refused with one sentence that helps."""

from __future__ import annotations

from django.utils.translation import gettext as _

from monitoring.importing.reading.tables import FileError

HEAD = 64 * 1024  # bytes that are looked at
WIDE_ENCODINGS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word, Excel and Outlook before 2007; also XLSX with a password
PACKED_OTHERWISE = (
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"\xfd7zXZ\x00",
    b"BZh",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
)
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00")
SOUNDS = (b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")


def is_archive(head: bytes) -> bool:
    """True where other files are packed in this one."""
    return head.startswith((GZIP, *ZIP, *PACKED_OTHERWISE)) or head[257:262] == b"ustar"


def refuse_what_is_no_table(head: bytes) -> None:
    """Raise FileError for kinds of files that hold no table that could be read; pass everything else."""
    if seems := _no_table(head):
        raise FileError(seems)


def _no_table(head: bytes) -> str:
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return _nothing(head)
    if head.startswith(OLE):
        return _old_office(head)
    return _pages_and_pictures(head) or _data_of_other_programs(head) or _unknown_bytes(head)


def _nothing(head: bytes) -> str:
    if b"\x00\x00\x00" in head:
        return _("This file holds nothing but zeros: its download or copy has failed. Export it again.")
    return _("This file is empty. Export it again, and look whether the export had any rows.")


def _old_office(head: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in head:
        return _("This workbook is protected with a password. Save it without one and choose it again.")
    return _(
        "This seems to be a file of an old Office program (.xls or .doc). "
        "Open it, save it as “Excel workbook (.xlsx)” or as CSV, and choose that file."
    )


def _pages_and_pictures(head: bytes) -> str:
    if head.startswith(b"%PDF"):
        return _("This seems to be a PDF document. Ask the tool for an export as CSV or XLSX.")
    if head.startswith(PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return _("This seems to be a picture, not a table. Export the posts as CSV or XLSX.")
    if head.startswith(SOUNDS) or head[4:8] == b"ftyp" or head[:4] == b"RIFF":
        return _("This seems to be a video or a sound, not a table. Export the posts as CSV or XLSX.")
    if head.startswith(b"{\\rtf"):
        return _("This seems to be a text document (RTF). Save its table as CSV or XLSX.")
    return ""


def _data_of_other_programs(head: bytes) -> str:
    if head.startswith(b"SQLite format 3"):
        return _("This seems to be an SQLite database. Export the table with the posts as CSV.")
    if head.startswith((b"PAR1", b"ARROW1", b"Obj\x01", b"\x89HDF", b"ORC")):
        return _("This seems to be a data file for programs (such as Parquet). Save it as CSV or JSON lines.")
    if head.startswith(PACKED_OTHERWISE) or head[257:262] == b"ustar":
        return _("This seems to be an archive of a kind that cannot be read. Unpack it, or pack it as ZIP.")
    if head.startswith((b"MZ\x90", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")):
        return _("This seems to be a program, not a table. Choose an export of posts.")
    return ""


def _unknown_bytes(head: bytes) -> str:
    """Text has hardly any control characters, unless two or four bytes are one character."""
    sample = head[:4096]
    controls = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in sample)
    if controls <= len(sample) // 20 or any(_is_text(sample, encoding) for encoding in WIDE_ENCODINGS):
        return ""
    return _("This file is neither text nor a workbook, or it is damaged. Export it again as CSV or XLSX.")


def _is_text(sample: bytes, encoding: str) -> bool:
    text = sample.decode(encoding, "replace")
    return sum(char != "\ufffd" and (char.isprintable() or char.isspace()) for char in text) > 0.97 * len(
        text
    )
