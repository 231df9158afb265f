"""The check that reads docs/glossary.md: it finds a planted word in each kind of place and accepts the right ones."""

import subprocess
from pathlib import Path

import pytest

from docs.check_glossary import GLOSSARY, ROOT, Glossary, problems

RULED = """
| term | meaning | not | in code |
|---|---|---|---|
| deadline | when something must have happened | `clock`; timer | `Deadline` |
| acknowledge | to say that one is on it | `I have it`; `taken_by` as a name | |
| countdown | the time left | `clock` | |
| alert context | what has happened since | `news` as a name; `needs` as a file | |
| lease | a row belongs to one worker | `claim` in `notifications`, `escalations` | |

| word | may stand | because |
|---|---|---|
| `clock` | in “database's clock”, “database clock”, “CLOCK_MONOTONIC”, `engine/jumps.py` | a clock on the wall |
"""


def words_found(path: str, text: str = "") -> list[tuple[int, str]]:
    return [(found.line, found.word) for found in Glossary(RULED).check(path, text)]


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("app/views.py", "def stop_clocks(): ...", "clocks"),
        ("app/views.py", "class ClockView: ...", "Clock"),
        ("app/views.py", "APPROVAL_CLOCK = 1", "CLOCK"),
        ("app/views.py", '_("The clock runs")', "clock"),
        ("app/views.py", "# every clock", "clock"),
        ("app/views.py", "row.taken_by", "taken_by"),
        ("app/kinds.py", '"news.level": 1', "news"),
        ("templates/app/page.html", "{% if row.taken_by %}", "taken_by"),
        ("templates/app/page.html", '<b class="news">', "news"),
        ("templates/app/page.html", "{% translate 'I have it' %}", "I have it"),
        ("static/css/desk.css", ".clock { color: red }", "clock"),
        ("static/css/desk.css", ".news-row { color: red }", "news"),
        ("docs/reliability.md", "Every clock of the incident", "clock"),
        ("notifications/sending.py", "def claim_rows(): ...", "claim"),
        ("tests/notifications/test_sending.py", "claimed = 1", "claimed"),
    ],
)
def test_a_ruled_out_word_is_found(path: str, text: str, word: str) -> None:
    assert words_found(path, f"\n{text}\n") == [(2, word)]


@pytest.mark.parametrize(
    "path", ["desk/clock.py", "app/clocks/rows.py", "templates/app/_clock.html", "desk/needs.py"]
)
def test_a_ruled_out_file_name_is_found(path: str) -> None:
    assert [line for line, _word in words_found(path)] == [0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/views.py", "limit = time.CLOCK_MONOTONIC"),
        ("app/views.py", "# due by the database's\n# clock, not by this machine's"),
        ("engine/jumps.py", "class Clock: ..."),
        ("app/database_clock.py", "shown = 1"),
        ("app/views.py", "class DatabaseClock: ..."),
        ("app/views.py", "def clockwise(): ..."),
        ("app/views.py", 'text = "There is news, and nobody needs it"'),
        ("templates/app/page.html", "<p>What is news here?</p>"),
        ("docs/architecture.md", "Good news for everybody"),
        ("responses/claims.py", "class Claim: ..."),
        ("app/views.py", "needs = 1"),
        ("docs/architecture.md", "| timer |"),  # advice to the writer only
    ],
)
def test_a_word_where_it_is_right_is_accepted(path: str, text: str) -> None:
    assert words_found(path, text) == []


def test_a_sentence_names_the_place_and_the_term() -> None:
    found = next(Glossary(RULED).check("app/rows.py", "\nclock = 1"))
    assert str(found) == "app/rows.py:2: “clock” is ruled out, the glossary says “deadline” or “countdown”"


def test_the_whole_tree_is_searched_and_code_is_looked_up(tmp_path: Path) -> None:
    files = {GLOSSARY: RULED, "app/rows.py": "clock = 1\n", "locale/tr/django.po": 'msgid "clock"\n'}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert problems(tmp_path) == [
        "app/rows.py:1: “clock” is ruled out, the glossary says “deadline” or “countdown”",
        "docs/glossary.md: no code is called “Deadline”",
    ]


def test_the_glossary_itself_rules_words_out_and_excepts_some() -> None:
    glossary = Glossary((ROOT / GLOSSARY).read_text())
    ruled_out = {ruling.word for ruling in glossary.rulings}
    assert {"clock", "alarm", "claim", "channel", "I have it", "news", "standing"} <= ruled_out
    assert {one.word for one in glossary.exemptions} <= ruled_out
    assert all(one.phrase or one.path for one in glossary.exemptions)
