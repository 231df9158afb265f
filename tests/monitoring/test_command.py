"""`manage.py import_mentions`: what it prints, what it asks, how it ends."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from monitoring.models import ColumnMemory, ImportRun, Mention
from people.models import Brand
from tests.monitoring.conftest import as_csv, row

pytestmark = pytest.mark.django_db

UNDECIDED = 2


@pytest.fixture
def file(tmp_path: Path):
    def write(rows: list[dict[str, str]] | bytes) -> str:
        path = tmp_path / "mentions.csv"
        path.write_bytes(rows if isinstance(rows, bytes) else as_csv(rows))
        return str(path)

    return write


def command(*arguments: str) -> tuple[int, str]:
    """The exit code and everything that is printed. Raises CommandError, with which the shell sees 1."""
    out = StringIO()
    try:
        call_command("import_mentions", *arguments, stdout=out, stderr=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def unclear(count: int = 20, **cells: str) -> list[dict[str, str]]:
    return [row(n, created_at=f"0{n % 9 + 1}/04/2025 10:00", **cells) for n in range(count)]


def nothing_is_left() -> bool:
    return not (ImportRun.objects.exists() or Mention.objects.exists())


def test_it_prints_progress_and_where_the_lists_are(file, brand):
    code, said = command(file([row(1), row(2, text="")]), "--brand=Kestrel Air")
    assert code == 0
    assert "100 %  2 read, 1 stored, 0 already there, 1 rejected" in said
    assert str(ImportRun.objects.get().rejects_path) in said


def test_it_says_how_the_file_is_read(file, brand):
    _code, said = command(file([row(n) for n in range(9)]), "--dry-run")
    assert "CSV, UTF-8: 9 rows, 7 columns" in said
    assert "  posted_at: created_at" in said
    assert "2026-03-01T10:00:00+00:00  person-0: Post number 0" in said
    assert nothing_is_left()


def test_what_is_undecided_ends_with_2_and_stores_nothing(file, brand):
    code, said = command(file(unclear(brand="Heron Rail")), "--brand=Grebe Bank")
    assert code == UNDECIDED
    assert "the day or the month" in said.partition("Undecided:")[2]
    assert nothing_is_left()
    assert list(Brand.objects.all()) == [brand]


def test_a_brand_of_which_nothing_can_be_stored_is_not_added(file):
    rows = [row(n, created_at="2099-01-01T10:00:00Z") for n in range(9)]
    without_brand = [{name: cell for name, cell in one.items() if name != "brand"} for one in rows]
    code, said = command(file(without_brand), "--brand=Grebe Bank", "--accept")
    assert code == UNDECIDED
    assert "None of the rows" in said
    assert nothing_is_left()
    assert not Brand.objects.exists()


def test_accepting_takes_what_is_proposed_and_guesses_nothing(file, brand):
    rows = [row(1, brand="Heron Rail"), row(2)]
    assert command(file(rows))[0] == UNDECIDED
    assert command(file(rows), "--accept")[0] == 0
    assert Brand.objects.filter(name="Heron Rail").exists()
    assert command(file(unclear()), "--accept")[0] == UNDECIDED


@pytest.mark.parametrize(("order", "first"), [("--day-first", "2025-04-01"), ("--month-first", "2025-01-04")])
def test_the_order_of_dates(file, brand, order, first):
    assert command(file(unclear()), order)[0] == 0
    assert f"{ImportRun.objects.get().first_posted_at:%Y-%m-%d}" == first


def test_columns_zone_and_scale_are_answered(file, brand):
    rows = [
        {
            "when": f"2026-03-01 10:{n:02}",
            "a": "x" * n,
            "b": f"Words of number {n}, in a row",
            "c": str(n % 2),
        }
        for n in range(1, 20)
    ]
    arguments = ["--brand=Kestrel Air", "--map=text=B", "--map=posted_at=when", "--map=sentiment=c"]
    code, _said = command(
        file(rows), *arguments, "--zone=Asia/Tokyo", "--scale=0=negative", "--scale=1=positive"
    )
    assert code == 0
    assert Mention.objects.filter(sentiment="negative").count() == 9
    assert f"{ImportRun.objects.get().first_posted_at:%H:%M}" == "01:01"


def test_columns_can_be_joined_or_left_out(file, brand):
    rows = [{**row(n), "headline": f"News {n}"} for n in range(9)]
    assert command(file(rows), "--map=text=headline+text", "--map=sentiment=")[0] == 0
    mention = Mention.objects.get(post__author="person-3")
    assert (mention.post.text, mention.sentiment) == ("News 3\n\nPost number 3", "")


def test_the_brand_column_is_named_or_a_new_brand_added(file):
    rows = [{name: cell for name, cell in row(n).items() if name != "brand"} for n in range(9)]
    assert command(file(rows))[0] == UNDECIDED
    assert command(file(rows), "--brand=Heron Rail")[0] == 0
    assert Mention.objects.filter(brand__name="Heron Rail").count() == 9
    about = [{**one, "topic": "Grebe Bank"} for one in rows]
    assert command(file(about), "--brand-column=topic", "--accept")[0] == 0
    assert Mention.objects.filter(brand__name="Grebe Bank").count() == 9


def test_repeating_it_stores_nothing_twice(file, brand):
    path = file([row(n) for n in range(9)])
    assert command(path)[0] == 0
    assert "9 read, 0 stored, 9 already there, 0 rejected" in command(path)[1]
    assert not ColumnMemory.objects.exists()  # its options are its memory


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.csv"], "There is no file"),
        (["{file}", "--zone=Mars/Olympus"], "There is no time zone"),
        (["{file}", "--map=words=text"], "There is no field words"),
        (["{file}", f"--brand={'x' * 121}"], "more than 120 characters"),
        (["{file}", "--map=text=words"], "There is no column words"),
        (["{file}", "--scale=5=great"], "great is no sentiment"),
        (["{file}", "--day-first", "--month-first"], "not allowed with"),
    ],
)
def test_it_says_what_is_wrong_and_leaves_nothing(file, arguments, says):
    path = file([row()])
    with pytest.raises(CommandError, match=says):
        command(*(argument.format(file=path) for argument in arguments))
    assert nothing_is_left()


@pytest.mark.parametrize("more", [[], ["--map=text=words"]])
def test_it_ends_with_the_fault_of_the_file(file, more):
    with pytest.raises(CommandError, match="web page"):
        command(file(b"<html>"), *more)
    assert not Mention.objects.exists()
