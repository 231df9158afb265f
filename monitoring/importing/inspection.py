"""One look at the whole file before anything is stored: what is wrong with it as a whole must show now."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from monitoring.importing import columns
from monitoring.importing.csv_file import CsvFile
from monitoring.importing.faults import FileFault
from monitoring.importing.records import Record
from monitoring.models import ImportRun
from people.models import Brand

# A brand column that names hundreds of new brands is some other column.
MAX_NEW_BRANDS = 50
MAX_BRAND_CHARS = 120


def inspect(run: ImportRun) -> list[str]:
    """The names of the brands that the file names and that are new; none unless the import may add them.

    Raises FileFault for a file that cannot be imported.
    """
    with CsvFile(run.file_path, max_bytes=settings.IMPORT_MAX_BYTES) as file:
        position = columns.find(file.header).get("brand")
        if position is None and run.brand_id is None:
            raise FileFault(_("The file has no column “brand”. Choose the brand that its posts are about."))
        count, new = _read_through(file.records(), position)
    if not count:
        raise FileFault(_("The file names its columns and holds no rows. Export it again."))
    if not run.create_brands:
        return []
    if position is not None and len(new) > MAX_NEW_BRANDS:
        raise FileFault(
            _(
                "The column “%(column)s” names more than %(n)d new brands, so it is probably not the brand. Rename it."
            )
            % {"column": file.header[position], "n": MAX_NEW_BRANDS}
        )
    return [name for name in new if len(name) <= MAX_BRAND_CHARS]


def _read_through(records: Iterable[Record], brand: int | None) -> tuple[int, list[str]]:
    """How many records there are, and which new brands the cells at position `brand` name (not many too many)."""
    known = {name.casefold() for name in Brand.objects.values_list("name", flat=True)}
    new: dict[str, str] = {}
    count = 0
    for record in records:
        count += 1
        if brand is None or record.fault or len(record.cells) <= brand or len(new) > MAX_NEW_BRANDS:
            continue
        name = record.cells[brand].strip()
        if name and "\0" not in name and name.casefold() not in known:
            new.setdefault(name.casefold(), name)
    return count, list(new.values())
