"""A list as CSV and as a workbook: the same values, safe from formulas, the same bytes again."""

import csv
import io
import time
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Misuse
from ledger.listing.columns import Column, Kind, Table
from ledger.listing.notes import Notes
from ledger.sheets import book
from ledger.sheets.book import write_list
from ledger.sheets.csv_text import lines
from ledger.sheets.workbook import Plain
from ledger.tables.cells import text_of
from ledger.tables.columns import TEMPLATES
from ledger.tables.dialects.outcome import How
from ledger.tables.dialects.reading_cells import read_cell
from ledger.tables.mapping import Mapping
from ledger.tables.reading import Asked
from ledger.tables.reading.files import found_in

NOTES = Notes(
    role="operator", party="OP-1", position=7, filters={"mark": "JAS-A"}, policy="ab" * 32
)


def _table(*kinds: Kind) -> Table:
    columns = [
        Column(code=f"c{at}", kind=kind, heading=(f"Column {at}", f"列{at}"),
               meaning=("what", "何"), path=(f"c{at}",))
        for at, kind in enumerate(kinds)
    ]  # fmt: skip
    return Table("things", ("Things", "物"), tuple(columns))


ALL = _table("text", "count", "weight", "date", "moment", "bool", "list", "number")
ROW = [
    "a", -3, Decimal("1234.500"), date(2026, 4, 2), "2026-04-02T09:30:00.500000+09:00", True,
    ["x", "y"], 12_345,
]  # fmt: skip
HOSTILE = [
    "=cmd|' /C calc'!A0", "-5 °C", "＠x", "+1", "@x", "＝1", "＋1", "－1", "\tx", "\rx", "\nx",
    "'=1", "''=1", "''", '"', "a,b", "line\nbreak", "<r><t>x</t></r>", "_x0041_", "a\x00b", "\x0b",
    "𠮷", " x ", "",
]  # fmt: skip


def _csv(
    table: Table, rows: Sequence[Sequence[Any]], headings: str = "code", *, bom: bool = False
) -> bytes:
    return b"".join(lines([column.called(headings) for column in table], rows, bom=bom))


def _xlsx(table: Table, rows: Sequence[Sequence[Any]], headings: str = "code") -> bytes:
    out = io.BytesIO()
    write_list(out, table, iter(rows), NOTES, headings=headings, made=datetime(2026, 4, 2))  # noqa: DTZ001 -- as workbooks date
    return out.getvalue()


def _cells(data: bytes) -> dict[str, list[list[Any]]]:
    """The cells of a workbook by sheet, as a table that comes in is read."""
    found = found_in(Asked(data, Mapping(), []))
    return {sheet.name: [row.cells for row in sheet.rows] for sheet in found.sheets}


def test_csv_is_plain_text() -> None:
    """Numbers without separators, ISO dates, lists as JSON; nothing is empty."""
    assert _csv(ALL, [ROW, [None] * len(ROW)]).decode() == (
        "c0,c1,c2,c3,c4,c5,c6,c7\n"
        'a,-3,1234.500,2026-04-02,2026-04-02T09:30:00.500000+09:00,true,"[""x"",""y""]",12345\n'
        ",,,,,,,\n"
    )


def test_a_bom_comes_with_the_line_ends_that_go_with_it() -> None:
    """Spreadsheets in Japan take UTF-8 for CP932 without one."""
    assert _csv(_table("text"), [["東京"]], "ja", bom=True) == "\ufeff列0\r\n東京\r\n".encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula_and_none_is_changed(text: str) -> None:
    """A quote stands before what may run in CSV and not in a workbook; both are read as given."""
    one = _table("text", "count")

    (_, row) = csv.reader(io.StringIO(_csv(one, [[text, -3]]).decode(), newline=""))
    assert row[0] in (text, f"'{text}")
    assert not row[0].startswith(tuple("=+-@\t\r\n\0＝＋－＠"))
    assert row[1] == "-3"

    sheet = zipfile.ZipFile(io.BytesIO(_xlsx(one, [[text, -3]]))).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert sheet.count(b'<c r="A2"') == 1
    assert text_of(_cells(_xlsx(one, [[text, -3]]))["data"][1][0]) == text


TEXTS = st.text("=+-@'＝＋－＠ab,\"東", min_size=1, max_size=6)
ISSUED = TEMPLATES["SealsIssued"]
NOTE = next(column for column in ISSUED.columns if column.code == "note")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.integers(-(10**12), 10**12)), max_size=5))
def test_what_goes_out_comes_in(rows: list[tuple[str, int]]) -> None:
    """Texts out as CSV and in again are the same; so are they from a workbook."""
    one = _table("text", "number")

    for data in (_csv(one, rows), _xlsx(one, rows)):
        sheets = found_in(Asked(data, Mapping(), [])).sheets
        how = How(NOTE, ISSUED, of_text=data[:2] != b"PK")
        read = [read_cell(row.cells[0], how).value for row in sheets[0].rows[1:]]
        assert read == [text for text, _ in rows]


def test_a_workbook_is_typed_and_tells_what_it_is() -> None:
    """Counts, weights, days and moments are numbers with a format; the offset stands beside."""
    data = _xlsx(ALL, [ROW], "ja")
    sheets = _cells(data)

    head, row = sheets["data"]
    assert head == [
        "列0",
        "列1",
        "列2",
        "列3",
        "列4",
        "列4 (時差)",
        *(f"列{at}" for at in (5, 6, 7)),
    ]
    assert [text_of(cell) for cell in row] == [
        "a", "-3", "1234.5", "2026-04-02", "2026-04-02T09:30:00", "+09:00", "TRUE", "x; y", "12345",
    ]  # fmt: skip
    notes = {line[0]: line[1] for line in sheets["notes"] if len(line) > 1}
    assert notes["内容"] == "物"
    assert notes["行（CSV）のハッシュ値"] == sha256(_csv(ALL, [ROW])).hexdigest()
    assert notes["絞り込み"] == "mark=JAS-A"
    assert notes["監査方針のハッシュ値"] == NOTES.policy
    assert ["列1", "c1", "何"] in sheets["notes"]
    assert b"2026-04-02T00:00:00Z" in zipfile.ZipFile(io.BytesIO(data)).read("docProps/core.xml")


def test_cells_are_written_as_the_library_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ordinary ones are written by hand, for speed: each byte is the library's."""
    rows: list[list[Any]] = [ROW, [None] * len(ROW)]
    rows += [[text, n, Decimal(n) / 8, None, None, None, None, 0] for n, text in enumerate(HOSTILE)]
    ours = _xlsx(ALL, rows)
    monkeypatch.delattr(Plain, "_write_cell")
    theirs = _xlsx(ALL, rows)

    assert ours == theirs


def test_the_same_rows_make_the_same_bytes() -> None:
    """A workbook depends on its rows and its date alone, not on when or where it is made."""
    first = _xlsx(ALL, [ROW] * 3)
    time.sleep(2.1)  # dates in an archive count every second second

    assert _xlsx(ALL, [ROW] * 3) == first


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """`data 2` follows; beyond what workbooks are for there is none at all."""
    monkeypatch.setattr(book, "sheet_rows_max", 2)
    monkeypatch.setattr(book, "rows_max", 5)
    one = _table("number")

    sheets = _cells(_xlsx(one, [[number] for number in range(5)]))
    assert [*sheets] == ["data", "data 2", "data 3", "notes"]
    assert [[text_of(row[0]) for row in sheets[name]] for name in [*sheets][:3]] == [
        ["c0", "0", "1"], ["c0", "2", "3"], ["c0", "4"],
    ]  # fmt: skip
    assert ["Rows", "5"] in [[*map(text_of, line[:2])] for line in sheets["notes"]]
    with pytest.raises(Misuse, match="use CSV or Parquet"):
        _xlsx(one, [[number] for number in range(6)])
    assert [*_cells(_xlsx(one, [[1], [2]]))] == ["data", "notes"]
    assert [*_cells(_xlsx(one, []))] == ["data", "notes"]


def test_what_no_cell_holds_is_said() -> None:
    """A text that is too long for a cell is not cut in silence; a year before 1900 is a text."""
    one = _table("text", "date", "moment")
    rows = [["x" * 40_000, date(1899, 12, 31), "1899-12-31T00:00:00.000000+00:00"]]

    row = _cells(_xlsx(one, rows))["data"][1]

    assert row[0].startswith("40000 characters, too long")
    assert row[1:] == ["1899-12-31", "1899-12-31T00:00:00", "+00:00"]


def test_a_long_list_takes_no_more_memory_than_a_short_one() -> None:
    """Rows are taken as they come and let go: CSV and workbooks of whatever length."""
    one = _table("text", "count")

    def most(count: int) -> int:
        rows = ((f"lot {number}", number) for number in range(count))
        tracemalloc.start()
        try:
            for _ in lines(["c0", "c1"], (row for row in rows)):
                pass
            with TemporaryFile() as out:
                write_list(out, one, ((f"lot {n}", n) for n in range(count)), NOTES)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most(100)
    assert most(10_000) < most(1_000) + 256 * 1024
