"""What a file is by its first bytes: much is called .csv and is none."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.importing.faults import FileFault

HEAD_BYTES = 4096
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK"
BOM = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# How a text begins, in small letters → what it is and what to do.
BEGINNINGS = {
    b"%pdf": gettext_lazy("This is a PDF. Export the data as CSV and try again."),
    b"<": gettext_lazy(
        "This is a web page, not a CSV file: perhaps the download asked for a login. "
        "Open it, sign in, download again."
    ),
    b"{": gettext_lazy("This is JSON. Export the data as CSV and try again."),
    b"[": gettext_lazy("This is JSON. Export the data as CSV and try again."),
}


def require_text(head: bytes) -> None:
    """Raises FileFault unless these first (unpacked) bytes can begin a CSV file in UTF-8."""
    text = head.removeprefix(BOM).lstrip().lower()
    if not text:
        raise FileFault(_("The file is empty. Export it again; the first line must name the columns."))
    if head.startswith(UTF16_MARKS) or b"\0" in head:
        raise FileFault(
            _(
                "This is not UTF-8 text: probably UTF-16 (“Unicode text”) or not a text file at all. "
                "Save it as “CSV UTF-8” and try again."
            )
        )
    if head.startswith(ZIP_MAGIC):
        raise FileFault(
            _("This is a spreadsheet or a ZIP archive. Save the sheet as “CSV UTF-8” and try again.")
        )
    for beginning, what_it_is in BEGINNINGS.items():
        if text.startswith(beginning):
            raise FileFault(what_it_is)
