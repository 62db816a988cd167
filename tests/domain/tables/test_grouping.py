"""Which rows are one event and under which id; odd files that are read all the same."""

from uuid import UUID

import pytest

from ledger.facts.seals import SealsIssued
from ledger.tables.ids import NO_ID, by_key, by_ref, by_row, gone, made
from tests.tabling import NAMESPACE, SOURCE, csv_of, read
from tests.workbooks import DATE, Number, Page, Value, one_sheet, workbook

HEAD = (
    "Date,Shipment,Importer,Site,Lot,Packs,Net weight (kg),Seals on goods,Condition,"
    "Certificate seen,Report seen,Originals seen"
)
LINE = "2026-04-02,{},I,W,{},10,5,10,ok,1,1,1"
ISSUED = "Ref no.,Date,Mark,Holder,Site,Seals"


def test_the_ids_are_those_of_the_contract() -> None:
    """Numbers, keys, rows without either, and what is gone: ids that never change."""
    fact = SealsIssued(
        id=NO_ID, time="2026-04-02T12:00:00.000000+09:00", source="SRC-1", mark="JAS-A",
        holder="IMP-1", site="TOKYO", count=2000,
    )  # fmt: skip
    names = {
        by_ref("SRC-1", "SealsIssued", "D-26-014", 0): "bf3fbbe5-803f-5907-889f-74854e2a8e30",
        by_ref("SRC-1", "SealsIssued", "D-26-014", 1): "bea97132-9b28-503b-a675-565519de4cfb",
        by_row(fact, 1): "35538ed3-efcf-5141-8f58-ba47fc9a7713",
        by_row(fact, 2): "1261a001-f013-587b-9311-42913d8c2310",
        gone("1261a001-f013-587b-9311-42913d8c2310"): "36366a3a-a6cd-56fe-97ee-157dbe560b71",
    }
    key = by_key("SRC-1", "SealReportFiled", ["R-26-014", "1"], 0)

    assert {name: made(NAMESPACE, name) for name in names} == names
    assert made(NAMESPACE, key) == "559cb864-871a-5d74-b05f-bc37efdf40c5"


def test_rows_of_two_events_may_alternate() -> None:
    """Lines of an event stand in the order of its rows, wherever those are."""
    rows = [LINE.format(*each) for each in (("S1", "A"), ("S2", "B"), ("S1", "C"), ("S2", "D"))]

    facts = read(csv_of(HEAD, *rows), "ShipmentReceived").facts

    assert [[line["lot"] for line in fact["lines"]] for fact in facts] == [["A", "C"], ["B", "D"]]


def test_what_is_written_once_holds_below() -> None:
    """Until another event begins, and not beyond the sheet."""
    rows = [
        LINE.format("S1", "A"),
        ",,,,B,10,5,10,,,,",
        LINE.format("S2", "C"),
        ",S2,,,D,10,5,10,,,,",
    ]
    told = read(csv_of(HEAD, *rows), "ShipmentReceived")
    block = [each.split(",") for each in (HEAD, *rows[:1])]
    below = [each.split(",") for each in (HEAD, rows[1])]
    sheets = read(
        workbook({"4月": Page(block), "5月": Page(below)}),
        "ShipmentReceived",
        sheets=["4月", "5月"],
    )

    assert [[line["lot"] for line in fact["lines"]] for fact in told.facts] == [
        ["A", "B"], ["C", "D"],
    ]  # fmt: skip
    assert sheets.rows[0] == "ok"
    assert set(sheets.rows[1].split()) == {"required"}


def test_rows_without_a_key_that_stand_together() -> None:
    """Goods that came back in two rows alike in all but their lines are one event."""
    head = "Date,Shipment,Importer,Returned from,Site,Lot,Packs,Seals on goods"
    rows = [f"2026-04-02,S1,I,SHIPPED,W,{lot},1,1" for lot in "AB"]
    other = "2026-04-03,S1,I,SHIPPED,W,C,1,1"

    facts = read(csv_of(head, *rows, other), "GoodsReturned").facts

    assert [len(fact["lines"]) for fact in facts] == [2, 1]


def test_papers_of_an_event() -> None:
    """One a row; a type without lines takes further ones from rows that say nothing else."""
    head = "Ref no.,Date,Lot,Cause,Document,SHA-256"
    rows = [f"A-1,2026-04-02,L,c,{name},{name * 64}" for name in "ab"]
    other = f"A-1,2026-04-02,L,other,c,{'c' * 64}"

    told = read(csv_of(head, *rows, other), "LotHeld")

    assert [[paper["name"] for paper in fact["documents"]] for fact in told.facts] == [
        ["a", "b"], ["c"],
    ]  # fmt: skip
    assert read(csv_of(head, "A-1,2026-04-02,L,c,a,"), "LotHeld").rows == ["required"]


def test_another_source_is_another_event() -> None:
    """Two offices number their papers alike."""
    data = csv_of(ISSUED, "A-1,2026-04-02,JAS-A,I,S,5")
    ids = {
        event.fact.id
        for source in (SOURCE, "SRC-2")
        for event in read(data, "SealsIssued", source=source).table.events
        if event.fact is not None
    }

    assert len(ids) == 2
    assert all(UUID(each).version == 5 for each in ids)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_text_with_a_mark_at_its_beginning(encoding: str) -> None:
    """What spreadsheet programs write as Unicode is read by its mark."""
    text = "年月日,ロット,原因\n2026-04-02,L-1,雨①\n"
    data = text.encode(encoding) if encoding != "utf-16-le" else b"\xff\xfe" + text.encode(encoding)

    assert read(data, "LotHeld").facts[0]["cause"] == "雨①"


def test_nothing_below_the_headings() -> None:
    """A table without rows is no fault; a file without anything is."""
    assert read(csv_of(ISSUED), "SealsIssued").messages == []
    assert read(b" \n", "SealsIssued").codes == ["empty-file"]


def test_days_of_a_spreadsheet() -> None:
    """Counted from 1900 or 1904, and never the 29 February that was none."""
    head = ["Date", "Lot", "Cause"]
    rows: list[list[Value]] = [[Number(n, DATE), "L", "c"] for n in ("60", "46114")]
    of_1904 = workbook({"a": Page([head, [Number("44652", DATE), "L", "c"]])}, of_1904=True)

    told = read(one_sheet(head, *rows), "LotHeld")

    assert told.rows == ["no-such-date", "ok"]
    assert told.facts[0]["time"] == read(of_1904, "LotHeld").facts[0]["time"]
    assert told.facts[0]["time"].startswith("2026-04-02T12:00")


def test_a_formula_is_a_formula_in_text_only_where_it_is_quoted() -> None:
    """One quote before what might run is taken away from text, and from nothing else."""
    rows = ["2026-04-02,L-1,'=1+1", "2026-04-02,L-2,'quoted", "2026-04-02,L-3,=1+1"]

    facts = read(csv_of("Date,Lot,Cause", *rows), "LotHeld").facts
    book = read(one_sheet(["Date", "Lot", "Cause"], ["2026-04-02", "L-1", "'=1+1"]), "LotHeld")

    assert [fact["cause"] for fact in facts] == ["=1+1", "'quoted", "=1+1"]
    assert book.facts[0]["cause"] == "'=1+1"
