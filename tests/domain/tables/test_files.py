"""Files as offices have them, built cell by cell: what each cell is read as, or why it is not."""

import zipfile
from io import BytesIO

import pytest

from tests.tabling import csv_of, read
from tests.workbooks import DATE, ZEROS, Error, Formula, Furigana, Number, Value, one_sheet

ISSUED = "Ref no.,Date,Mark,Holder,Site,Seals"
ISSUED_ROW = "{},{},JAS-A,IMP-1,TOKYO,{}"
REPORT = (
    "Ref no.", "Date", "Report", "Version", "Contract", "Shipment", "Exporter", "Importer",
    "Certifying body", "Exporter's certifier", "Grader", "Product", "Label", "Lot", "Graded on",
    "Pack weight (kg)", "Packs", "Net weight (kg)", "Mark", "Used", "Received", "Discarded",
    "Remaining",
)  # fmt: skip
REPORT_HEAD = ("R-1", "1", "CT-1", "SH-1", "EXP-1", "IMP-1", "RCB-1", "AGT-1", "P-4")


def report_line(lot: str, packs: int) -> tuple[str | int | Number, ...]:
    """The cells of a line of a report."""
    date = Number("46114", DATE)
    return ("PR-1", "LB-1", lot, date, "0.5", packs, str(packs / 2), "JAS-A", packs, 0, 0, 0)


def lots(*cells: str, **said: object) -> list[str]:
    """What becomes of ids of lots in a text."""
    rows = [f"2026-04-02,{cell},c" for cell in cells]
    return read(csv_of("Date,Lot,Cause", *rows), "LotHeld", **said).rows


def test_1_japanese_text_of_a_spreadsheet_program() -> None:
    """File 1: CP932, an era, full-width figures; a date alone is noon."""
    told = read(
        csv_of(
            "伝票番号,年月日,マーク,保有者,場所,枚数",
            'A-1,令和8年4月2日,JAS-A,IMP-1,TOKYO,"２，０００"',
            encoding="cp932",
        ),
        "SealsIssued",
    )

    [fact] = told.facts
    assert (fact["count"], fact["time"]) == (2000, "2026-04-02T12:00:00.000000+09:00")
    assert told.codes == ["encoding-taken", "folded"]


def test_2_two_rows_of_headings_and_a_merged_report() -> None:
    """File 2: a title, headings of groups, a report written once for its three lines."""
    width = len(REPORT)
    groups = ["出荷情報", *[None] * 3, "シール", *[None] * (width - 5)]
    first = ["R-1", Number("46121", DATE), *REPORT_HEAD, *report_line("L-7", 240)]
    others: list[list[Value]] = [
        [None, *[None] * 10, *report_line("L-8", 60)], [None, *[None] * 10, *report_line("L-9", 40)]
    ]  # fmt: skip
    data = one_sheet(
        ["月報", *[None] * 11], [None], groups, list(REPORT), first, *others,
        merged=["A1:L1", "A3:D3", "E3:W3", "A5:A7"],
    )  # fmt: skip

    told = read(data, "SealReportFiled", header_rows=[3, 4])

    [fact] = told.facts
    assert [line["lot"] for line in fact["lines"]] == ["L-7", "L-8", "L-9"]
    assert told.codes.count("merged-value") == 1
    assert told.rows == ["ok", "ok", "ok"]


def test_3_ids_that_look_like_numbers() -> None:
    """File 3: what a spreadsheet may have shortened is no id, unless it is said to be."""
    cells = ("1.2E+05", "L-2", "1E5")

    assert lots(*cells) == ["id-shortened", "ok", "id-shortened"]
    assert lots(*cells, ids_like_numbers=True) == ["ok", "ok", "ok"]


def test_4_ids_in_cells_of_numbers() -> None:
    """File 4: digits as they are shown, never as a spreadsheet holds them."""
    cells: list[Value] = [
        123,
        Number("123", ZEROS),
        Number("12345678901234567"),
        "00123",
        Number("46114", DATE),
    ]
    rows: list[list[Value]] = [[Number("46114", DATE), cell, "c"] for cell in cells]

    told = read(one_sheet(["Date", "Lot", "Cause"], *rows), "LotHeld")

    assert told.rows == ["ok", "ok", "id-shortened", "ok", "id-is-date"]
    assert [fact["lot"] for fact in told.facts] == ["123", "00123", "00123"]
    assert told.codes.count("was-number") == 2


def test_5_dates_in_an_order_that_nobody_said() -> None:
    """File 5: a date that puts the year last needs its order; one without a year needs that."""
    cells = ("03/04/2026", "13/04/2026", "2026/4/2", "4月2日", '"Apr 2, 2026"')
    data = csv_of(ISSUED, *(ISSUED_ROW.format(n, cell, 1) for n, cell in enumerate(cells)))

    told = read(data, "SealsIssued")

    assert told.rows == ["date-unclear", "date-unclear", "ok", "year-missing", "ok"]
    assert told.words("date-unclear") == (
        "B2: 03/04/2026 can be 3 April or 4 March. Say day_order (of 2 such cells of this column"
        " 1 fit month/day/year, 2 day/month/year)."
    )
    assert read(data, "SealsIssued", day_order="mdy").rows[1] == "no-such-date"
    assert read(data, "SealsIssued", day_order="dmy", year=2026).rows == ["ok"] * 5


def test_6_formulas_errors_and_fine_figures() -> None:
    """File 6: a formula is its value or nothing; a spreadsheet's own 15 digits are a figure."""
    date = Number("46114", DATE)
    counts: list[list[Value]] = [
        [date, "JAS-A", "I", "S", each]
        for each in (Formula("1+1", "480"), Formula("1+1"), Error("#REF!"))
    ]
    issued = read(one_sheet(["Date", "Mark", "Holder", "Site", "Seals"], *counts), "SealsIssued")
    head = [
        "Date",
        "Party",
        "Fiscal year",
        "Role",
        "Product",
        "Weight (kg)",
        "Filed on",
        "Certifying body",
    ]
    kilograms: list[list[Value]] = [
        [date, "P", 2025, "IMPORTER", "PR", Number(each), date, "R"]
        for each in ("12.350000000000001", "0.0005")
    ]
    filed = read(one_sheet(head, *kilograms), "AnnualReportFiled")

    assert issued.rows == ["ok", "formula-no-value", "cell-error"]
    assert (issued.facts[0]["count"], "formula-value" in issued.codes) == (480, True)
    assert filed.rows == ["ok", "too-fine"]
    assert filed.facts[0]["quantity"] == "12.350"


def test_7_yes_and_no() -> None:
    """File 7: signs of both countries; a letter is no sign."""
    signs = ("○", "×", "〇", "レ", "x", "△", "有", "")
    head = "Date,Lot,Result,Grader,Records complete,Linked to lot,Method conforms,Label conforms"
    data = csv_of(head, *(f"2026-04-02,L-{n},適合,P-4,{s},1,1,1" for n, s in enumerate(signs)))

    told = read(data, "LotGraded")

    assert told.rows == ["ok", "ok", "ok", "ok", "x-unclear", "not-yes-no", "ok", "required"]
    assert [fact["records_complete"] for fact in told.facts] == [True, False, True, True, True]
    assert read(data, "LotGraded", x_means=False).rows[4] == "ok"


@pytest.mark.parametrize(
    ("net", "expected", "said"), [(1000, "453.600", True), (990, "449.056", False)]
)
def test_8_pounds(net: int, expected: str, said: bool) -> None:  # noqa: FBT001  (a row of a table)
    """File 8: a line that agrees in pounds agrees in kilograms; one that does not stays so."""
    head = (
        "Date,Shipment,Exporter,Importer,Site,Sealing mode,Origin,Destination,Transport,Lot,"
        "Product,Packs,Pack weight (lb),Net weight (lb),Seals on goods"
    )
    row = f"2026-04-08,SH-1,E,I,W,CONSIGNED,USA,日本,sea,L-7,PR,40,25,{net},0"

    told = read(csv_of(head, row), "ShipmentDeparted")

    [line] = told.facts[0]["lines"]
    assert (line["pack_weight"], line["net_weight"]) == ("11.340", expected)
    assert ("net-from-packs" in told.codes) is said
    assert (told.facts[0]["origin"], told.facts[0]["destination"]) == ("US", "JP")


def test_9_eras() -> None:
    """File 9: a year beyond its era is no date, and the sentence says which may be meant."""
    cells = ("平成32年4月2日", "令和元年4月30日", "令和元年5月1日", "S64.1.8")
    told = read(
        csv_of(ISSUED, *(ISSUED_ROW.format(n, c, 1) for n, c in enumerate(cells))), "SealsIssued"
    )

    assert told.rows == ["era-over", "era-over", "ok", "era-over"]
    assert told.facts[0]["time"].startswith("2019-05-01")
    assert "令和2年?" in told.words("era-over")


def test_10_hidden_rows() -> None:
    """File 10: nobody reads what nobody saw, unless somebody says so."""
    rows: list[list[Value]] = [[f"A-{n}", "2026-04-02", "JAS-A", "I", "S", n] for n in range(2, 12)]
    data = one_sheet(ISSUED.split(","), *rows, hidden_rows=[5, 9])

    told = read(data, "SealsIssued")

    assert told.codes == ["hidden-rows"]
    assert told.words("hidden-rows") == (
        "出荷: There are 2 hidden rows, first 5. Say whether hidden rows are read or skipped."
    )
    assert [fact["count"] for fact in read(data, "SealsIssued", hidden="skip").facts] == [
        2, 3, 4, 6, 7, 8, 10, 11,
    ]  # fmt: skip
    assert len(read(data, "SealsIssued", hidden="read").facts) == 10


def test_11_totals_and_headings_once_more() -> None:
    """File 11: rows that are no events are skipped and told; empty lines are nothing."""
    told = read(
        csv_of(
            ISSUED, ISSUED_ROW.format("A-1", "2026-04-02", 10), "", ISSUED, "",
            ISSUED_ROW.format("A-2", "2026-04-03", 5), ",,合　計,,,15",
        ),
        "SealsIssued",
    )  # fmt: skip

    assert told.rows == ["ok", "ok"]
    assert [each.message.code for each in told.table.skipped] == ["repeated-header", "total-row"]


def test_12_a_decimal_comma() -> None:
    """File 12: a declared delimiter; a lone comma is unclear even beside one that is not."""
    head = "Date;Party;Fiscal year;Role;Product;Weight (kg);Filed on;Certifying body"
    rows = [
        f"2026-04-02;P;2025;IMPORTER;PR;{c};2026-06-30;R" for c in ("1.234,5", "1,234", "1.234")
    ]

    told = read(csv_of("sep=;", head, *rows), "AnnualReportFiled")

    assert told.rows == ["ok", "decimal-unclear", "decimal-unclear"]
    assert told.facts[0]["quantity"] == "1234.500"
    comma = read(csv_of("sep=;", head, *rows), "AnnualReportFiled", decimal="comma")
    assert [fact["quantity"] for fact in comma.facts] == ["1234.500", "1.234", "1234.000"]


def test_16_text_of_the_west() -> None:
    """File 16: bytes that several encodings can read are in none, until it is said."""
    head = "Date,Party,Name,Roles,Country"
    data = csv_of(head, "2026-04-02,P-1,Café,IMPORTER,FR", encoding="cp1252")

    assert read(data, "PartyRegistered").codes == ["encoding-unclear"]
    assert read(data, "PartyRegistered", encoding="cp1252").facts[0]["name"] == "Café"


def test_17_clocks_that_change() -> None:
    """File 17: an hour that comes twice, and one that never comes."""
    data = csv_of(
        "Date,Time of day,Lot,Cause", "2026-11-01,01:30,L-1,c", "2026-03-08,02:30,L-2,c",
        "2026-03-08 01:59,,L-3,c",
    )  # fmt: skip
    told = read(data, "LotHeld", zone="America/New_York")

    assert told.rows == ["clock-twice", "no-such-clock", "ok"]
    folds = [
        read(data, "LotHeld", zone="America/New_York", fold=fold).facts[0]["time"][-6:]
        for fold in ("first", "second")
    ]
    assert folds == ["-04:00", "-05:00"]
    assert read(data, "LotHeld", zone=None).rows == ["zone-missing"] * 3


def test_18_hostile_workbooks() -> None:
    """File 18: what grows, declares, is locked or holds programs is refused or passed over."""
    plain = one_sheet(["Date", "Lot", "Cause"], ["2026-04-02", "L-1", "c"])
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(bytes(1024 * 1024))
    declares = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    )
    macros = one_sheet(["Date", "Lot", "Cause"], ["2026-04-02", "L-1", "c"])
    with zipfile.ZipFile(held := BytesIO(macros), "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"program")

    assert read(plain, "LotHeld").rows == ["ok"]
    assert read(out.getvalue(), "LotHeld").codes == ["too-large"]
    assert read(_with(plain, "xl/theme.xml", declares), "LotHeld").codes == ["undecodable"]
    assert "password" in read(locked, "LotHeld").words("undecodable")
    assert "save as .xlsx" in read(locked[:520], "LotHeld").words("undecodable")
    assert read(held.getvalue(), "LotHeld").codes[0] == "macros-ignored"


def _with(data: bytes, name: str, content: bytes) -> bytes:
    held = BytesIO(data)
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr(name, content)
    return held.getvalue()


def test_19_how_a_text_is_read_aloud() -> None:
    """File 19: readings of characters are no part of a text."""
    told = read(
        one_sheet(["Date", "Lot", "Cause"], ["2026-04-02", "L-1", Furigana("東京", "トウキョウ")]),
        "LotHeld",
    )

    assert told.facts[0]["cause"] == "東京"
