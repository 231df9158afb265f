"""Atom, RSS and RDF feeds that were saved as files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from monitoring.importing.reading.tables import FileError, Limits, Table
from tests.monitoring.reading.archives import columns_of, faults_of, opened

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Alert: Ostria</title><subtitle/><link href="https://a.example/"/>
{entries}</feed>"""
ATOM_ENTRY = """<entry><id>tag:a.example,2025:{n}</id><title type="html">&lt;b&gt;Ostria&lt;/b&gt; {n}</title>
<link rel="self" href="https://a.example/self/{n}"/>
<link href="https://a.example/url?q=https://paper.example/{n}&amp;ct=ga"/>
<published>2025-02-01T06:00:00Z</published><updated>2025-02-02T06:00:00Z</updated>
<content type="html">Late &lt;i&gt;again&lt;/i&gt; &lt;script&gt;x&lt;/script&gt;</content>
<author><name>Ayşe</name></author></entry>"""
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title><![CDATA[News > all]]></title><language>tr</language>
{entries}</channel></rss>"""
RSS_ENTRY = """<item><title>Title {n}</title><link>https://paper.example/{n}</link><guid isPermaLink="false">g{n}</guid>
<description>Short</description>
<content:encoded><![CDATA[<p>Longer text</p>]]></content:encoded>
<dc:creator>Ece</dc:creator>
<pubDate>Sat, 01 Feb 2025 06:00:00 GMT</pubDate>
<source url="https://paper.example">The Paper</source><category>a</category></item>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example"><title>Old</title></channel>
{entries}</rdf:RDF>"""
RDF_ENTRY = """<item rdf:about="https://a.example/{n}"><title>Old {n}</title><link>https://a.example/{n}</link>
<description>Words</description><dc:date>2025-02-01T06:00:00+01:00</dc:date></item>"""


def feed(around: str, entry: str, count: int = 3) -> str:
    return around.replace("{entries}", "\n".join(entry.replace("{n}", str(n)) for n in range(count)))


def one(folder: Path, content: bytes | str, limits: Limits | None = None) -> Table:
    (table,) = opened(folder, content, limits)
    return table


def test_atom(tmp_path: Path) -> None:
    table = one(tmp_path, feed(ATOM, ATOM_ENTRY, count=120))
    rows = columns_of(table)
    assert (len(rows), table.progress, list(table.preamble)) == (120, 1, ["Alert: Ostria"])
    assert rows[119] == {
        "id": "tag:a.example,2025:119",
        "title": "<b>Ostria</b> 119",
        "text": "Late <i>again</i> <script>x</script>",
        "url": "https://a.example/url?q=https://paper.example/119&ct=ga",
        "author": "Ayşe",
        "published": "2025-02-01T06:00:00Z",
        "updated": "2025-02-02T06:00:00Z",
    }


def test_rss(tmp_path: Path) -> None:
    table = one(tmp_path, feed(RSS, RSS_ENTRY))
    assert list(table.preamble) == ["News > all", "tr"]
    assert columns_of(table)[2] == {
        "id": "g2",
        "title": "Title 2",
        "text": "<p>Longer text</p>",
        "url": "https://paper.example/2",
        "author": "Ece",
        "published": "Sat, 01 Feb 2025 06:00:00 GMT",
        "source": "The Paper",
        "tags": "a",
    }


def test_rdf(tmp_path: Path) -> None:
    row = columns_of(one(tmp_path, feed(RDF, RDF_ENTRY)))[1]
    assert (row["title"], row["url"], row["text"]) == ("Old 1", "https://a.example/1", "Words")
    assert "2025-02-01T06:00:00+01:00" in row.values()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = feed(ATOM, ATOM_ENTRY).replace('"utf-8"', f'"{encoding.removesuffix("-sig")}"')
    assert columns_of(one(tmp_path, text.encode(encoding)))[0]["author"] == "Ayşe"


def test_the_encoding_that_a_feed_declares(tmp_path: Path) -> None:
    text = feed(ATOM, ATOM_ENTRY).replace('"utf-8"', '"iso-8859-9"')
    assert columns_of(one(tmp_path, gzip.compress(text.encode("iso-8859-9"))))[0]["author"] == "Ayşe"


def test_a_cut_feed_keeps_what_stands_before(tmp_path: Path) -> None:
    table = one(tmp_path, feed(ATOM, ATOM_ENTRY)[:-200])
    assert [record.line for record in faults_of(table)] == [3]
    assert len(list(table.records())) == 3


def test_one_damaged_entry_spoils_no_other(tmp_path: Path) -> None:
    text = feed(RSS, RSS_ENTRY, count=5).replace("Title 2", "Fish & chips < 5 <b>")
    records = list(one(tmp_path, text).records())
    assert [record.cells[1] for record in records[:2] + records[3:]] == [
        "Title 0",
        "Title 1",
        "Title 3",
        "Title 4",
    ]


def test_entities_are_refused(tmp_path: Path) -> None:
    text = feed(RSS, RSS_ENTRY).replace(
        "<rss", '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss'
    )
    with pytest.raises(FileError, match="DTD"):
        opened(tmp_path, text)


def test_a_feed_without_entries_has_no_rows(tmp_path: Path) -> None:
    assert list(one(tmp_path, feed(ATOM, ATOM_ENTRY, count=0)).records()) == []


def test_an_entry_that_never_ends(tmp_path: Path) -> None:
    table = one(
        tmp_path, feed(RSS, RSS_ENTRY, count=2) + "<item>" + "x" * 900_000, Limits(line_chars=100_000)
    )
    assert [bool(record.fault) for record in table.records()] == [False, False, True]
