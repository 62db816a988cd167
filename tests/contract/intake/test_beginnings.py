"""Files that hold no events are told by their first bytes, whatever they hold besides."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from ledger.errors import Misuse
from ledger.intake import Accepted, read_file
from ledger.intake.beginnings import EXPECTED, foreign
from ledger.intake.files import check_beginning
from tests.contract.intake.samples import numbered, text

EVENT = text(numbered(1))
SHEET = "tables are read by `ledger import-table`"


def zipped(*names: str) -> bytes:
    """A zip archive of files with these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<x/>" * 50)
    return out.getvalue()


def tarred(content: bytes) -> bytes:
    """A tar archive of one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("scans.ndjson")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


FOREIGN: list[tuple[str, bytes, str]] = [
    # what, content, words of the sentence
    ("xlsx", zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), SHEET),
    ("ods", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
     SHEET),
    ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), SHEET),
    ("csv", b"mark,quantity,day\nJAS-A,20,2026-04-02\n", SHEET),
    ("csv with a byte order mark", b"\xef\xbb\xbfmark;quantity;day\n", SHEET),
    ("tsv", b"mark\tquantity\tday\nJAS-A\t20\t2026-04-02\n", SHEET),
    ("zip", zipped("scans.ndjson"), "a zip archive"),
    ("docx", zipped("[Content_Types].xml", "word/document.xml"), "a zip archive"),
    ("ELF", b"\x7fELF\x02\x01\x01" + bytes(57), "a program"),
    ("passwd", b"root:x:0:0:root:/root:/bin/bash\n" * 30, "text that is no JSON"),
    ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
    ("PNG", b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG picture"),
    ("JPEG", b"\xff\xd8\xff\xe0" + bytes(20), "a JPEG picture"),
    ("UTF-16", '{"type":"LotHeld"}'.encode("utf-16"), "UTF-16 text"),
    ("UTF-16, big end first", b"\xfe\xff" + '{"type":"x"}'.encode("utf-16-be"), "UTF-16 text"),
    ("UTF-16, no mark", '{"type":"LotHeld"}'.encode("utf-16-le"), "UTF-16 text"),
    ("UTF-32", b"\0\0\xfe\xff" + '{"type":"x"}'.encode("utf-32-be"), "no text"),
    ("HTML", b"<!DOCTYPE html><html>", "XML or HTML"),
    ("XML", b"\n <?xml version='1.0'?><a/>", "XML or HTML"),
    ("settings", b"[Unit]\nDescription=x\n", "text that is no JSON"),
    ("rich text", b"{\\rtf1\\ansi hello}", "rich text"),
    ("a program's text", b"#!/bin/sh\nexit 0\n", "text that is no JSON"),
    ("a scalar", b"17\n" + EVENT, "text that is no JSON"),
    ("zeros", bytes(9_000), "no text"),
    ("bzip2", bz2.compress(EVENT), "bzip2"),
    ("xz", lzma.compress(EVENT), "xz"),
    ("a gzipped tar", gzip.compress(tarred(EVENT)), "holds no events"),
    ("a gzipped PDF", gzip.compress(b"%PDF-1.7\n"), "a PDF document"),
    ("gzip in gzip", gzip.compress(gzip.compress(EVENT)), "gzip within gzip"),
    ("blank lines before it", b"\n\n  \nname: value\n", "text that is no JSON"),
    ("long before a line ends", b"x" * 3_000_000, "text that is no JSON"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"), [each[1:] for each in FOREIGN], ids=[each[0] for each in FOREIGN]
)
def test_what_holds_no_events(tmp_path: Path, content: bytes, words: str) -> None:
    """One sentence before anything is judged, which names the file and what it is."""
    path = tmp_path / "given"
    path.write_bytes(content)

    for judge in (check_beginning, lambda named: next(read_file(named), None)):
        with pytest.raises(Misuse) as told:
            judge(path)
        sentence = str(told.value)
        assert sentence.startswith(f"{path} holds no events: it is ")
        assert words in sentence
        assert SHEET in sentence or EXPECTED in sentence
        assert "\n" not in sentence
    with pytest.raises(Misuse, match="holds no events"):
        list(read_file(BytesIO(content)))


OURS = [
    EVENT, b"[" + EVENT + b"]", b"\xef\xbb\xbf" + EVENT, b"\n\n " + EVENT,
    gzip.compress(EVENT, mtime=0), b"[\n\n\t" + EVENT + b"]", b'{ "type":"LotHeld"}',
    b"{", b"[", b"{}", b"[]", b"[7]", b"[-1]", b"[null]", b'["a"]',
    b"{" + b" " * 100_000 + EVENT[1:],
]  # fmt: skip


@pytest.mark.parametrize("content", OURS, ids=lambda content: str(content)[:24])
def test_what_may_hold_events(tmp_path: Path, content: bytes) -> None:
    """What begins as JSON does is judged event by event, however it goes on."""
    path = tmp_path / "given"
    path.write_bytes(content)

    check_beginning(path)
    verdicts = [verdict for batch in read_file(path) for verdict in batch]

    assert EVENT not in content or [type(one) for one in verdicts] == [Accepted]


def test_avro_is_ours() -> None:
    """Containers and single messages begin with marks of their own."""
    assert foreign(b"Obj\x01") is None
    assert foreign(b"\xc3\x01abcdefgh") is None
    assert foreign(b"\x00\x00\x00\x00\x11abc") is not None
