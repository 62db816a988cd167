"""Every code there is, each reached by a file; and the limits of files."""

import io
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ledger.errors import Misuse
from ledger.rules.reading import TONGUES
from ledger.rules.templates import Unfit
from ledger.tables.columns import TEMPLATES
from ledger.tables.mapping import read_mapping
from ledger.tables.messages import CODES, LEVELS, Message, checked, sentence
from tests.tabling import Told, csv_of, read
from tests.web.test_words import REFUSED as REFUSED_WORDS
from tests.workbooks import DATE, Blank, Error, Formula, Number, Page, Value, one_sheet, workbook

ISSUED = "Ref no.,Date,Mark,Holder,Site,Seals"
HELD = "Date,Lot,Cause"
SHEET = ["Date", "Lot", "Cause"]
ROW = ["2026-04-02", "L-1", "c"]
LOT = "Date,Lot,Operator,Number,Product,Weight (kg),Status,Produced on"
LOT_ROW = "2026-04-01,L-7,E,26-7,PR,{},ORGANIC,{}"
SENT = (
    "Date,Shipment,Importer,Site,Lot,Packs,Net weight (kg),Seals on goods,Condition,"
    "Certificate seen,Report seen,Originals seen"
)


def held(cell: str, **said: object) -> Told:
    """A lot held, with a cell of its own as the lot."""
    return read(csv_of(HELD, f"2026-04-02,{cell},c"), "LotHeld", **said)


def issued(cell: str, date: str = "2026-04-02", **said: object) -> Told:
    """Seals issued, with cells of their own as count and date."""
    return read(csv_of(ISSUED, f"A-1,{date},JAS-A,I,S,{cell}"), "SealsIssued", **said)


def recorded(weight: str, made: str = "2026-03-31", head: str = LOT, **said: object) -> Told:
    """A lot, with cells of its own as weight and day of production."""
    return read(csv_of(head, LOT_ROW.format(weight, made)), "LotRecorded", **said)


def sheet(*rows: Sequence[Value], **said: object) -> Told:
    """Lots held in a workbook."""
    return read(one_sheet(SHEET, *rows, **said), "LotHeld")  # type: ignore[arg-type]  # as given


def sent(*rows: str, head: str = SENT) -> Told:
    """A shipment received."""
    return read(csv_of(head, *rows), "ShipmentReceived")


LINE = "2026-04-02,SH-1,I,{},{},10,5,10,{},1,1,1"
REACHED: dict[str, Callable[[], Told]] = {
    "encoding-unclear": lambda: read(
        csv_of(HELD, "2026-04-02,L,café", encoding="cp1252"), "LotHeld"
    ),
    "encoding-unclear/byte": lambda: read(
        csv_of(HELD, "2026-04-02,L,c").strip() + "東".encode()[:2], "LotHeld"
    ),
    "delimiter-unclear": lambda: read(csv_of("Date;Lot,Cause", "a;b,c"), "LotHeld"),
    "undecodable/legacy": lambda: read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)),
    "undecodable/locked": lambda: read(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    ),
    "undecodable/foreign": lambda: read(b"%PDF-1.7\n"),
    "undecodable/broken": lambda: read(b"PK\x03\x04" + bytes(99)),
    "undecodable/quote": lambda: read(csv_of(HELD, '2026-04-02,"L-1,c'), "LotHeld"),
    "undecodable/nul": lambda: read(csv_of(HELD, "2026-04-02,L\0,c"), "LotHeld"),
    "undecodable/dtd": lambda: read(
        _with("xl/a.xml", b"<!DOCTYPE a><a/>"), "LotHeld"
    ),
    "undecodable/parts": lambda: read(_with("../a.xml", b"<a/>"), "LotHeld"),
    "header-missing": lambda: read(csv_of("Date,Lots", "2026-04-02,L"), "LotHeld"),
    "heading-twice": lambda: read(csv_of("Date,Lot,Batch,Cause", "2026-04-02,L,L,c"), "LotHeld"),
    "heading-unclear": lambda: recorded(
        "1", head=LOT.replace("Lot,", "ロット番号,").replace("Number,", "番号,")
    ),
    "sheet-unclear": lambda: read(
        workbook({"a": Page([SHEET, ROW]), "b": Page([SHEET, ROW])}), "LotHeld"
    ),
    "sheet-unclear/none": lambda: read(one_sheet(SHEET, ROW), "LotHeld", sheets=["x"]),
    "hidden-rows": lambda: sheet(ROW, hidden_rows=[2]),
    "hidden-rows/columns": lambda: sheet(ROW, hidden_columns=[1]),
    "template-unclear": lambda: read(csv_of("a,b", "1,2")),
    "too-large": lambda: read(csv_of(HELD, "," * 300 + "x"), "LotHeld"),
    "empty-file": lambda: read(b"", "LotHeld"),
    "header-differs": lambda: sent(LINE.format("W1", "L-1", "ok"), LINE.format("W2", "L-2", "ok")),
    "column-missing": lambda: read(csv_of(HELD, ",".join(ROW)), "LotHeld", source=None),
    "column-missing/object": lambda: read(
        csv_of(LOT + ",Land", LOT_ROW.format(1, "2026-03-31") + ",NEW"), "LotRecorded"
    ),
    "too-many-lines": lambda: sent(*(LINE.format("W1", f"L-{n}", "ok") for n in range(1_001))),
    "id-character": lambda: held("Lー1"),
    "id-shortened": lambda: held("1E5"),
    "id-is-date": lambda: sheet(["2026-04-02", Number("46114", DATE), "c"]),
    "not-whole": lambda: issued("1.5"),
    "negative": lambda: issued("-5"),
    "number-shortened": lambda: issued("1.2E+05"),
    "decimal-unclear": lambda: recorded('"1,234"'),
    "too-fine": lambda: recorded("0.0005"),
    "unit-differs": lambda: recorded("5 lb"),
    "date-unclear": lambda: issued("1", "03/04/2026"),
    "date-unclear/one": lambda: issued("1", "13/04/2026"),
    "date-is-number": lambda: issued("1", "46114"),
    "date-has-time": lambda: recorded("1", "2026-03-31 9:30"),
    "no-such-date": lambda: issued("1", "2026-02-30"),
    "era-over": lambda: issued("1", "平成32年4月2日"),
    "era-over/before": lambda: issued("1", "令和元年4月30日"),
    "year-missing": lambda: issued("1", "4月2日"),
    "zone-missing": lambda: issued("1", zone=None),
    "no-such-clock": lambda: issued("1", "2026-03-08 2:30", zone="America/New_York"),
    "clock-twice": lambda: issued("1", "2026-11-01 1:30", zone="America/New_York"),
    "x-unclear": lambda: sent(LINE.format("W1", "L-1", "ok").replace(",1,1,1", ",x,1,1")),
    "not-yes-no": lambda: sent(LINE.format("W1", "L-1", "ok").replace(",1,1,1", ",△,1,1")),
    "unknown-word": lambda: read(
        csv_of(LOT, LOT_ROW.format(1, "2026-03-31").replace("ORGANIC", "bio")), "LotRecorded"
    ),
    "text-control": lambda: read(csv_of(HELD, "2026-04-02,L-1,a\x07b"), "LotHeld"),
    "too-long": lambda: read(csv_of(HELD, f"2026-04-02,L-1,{'c' * 501}"), "LotHeld"),
    "cell-error": lambda: sheet(["2026-04-02", "L-1", Error("#N/A")]),
    "formula-no-value": lambda: sheet(["2026-04-02", "L-1", Formula("A1")]),
    "merged-cell": lambda: sheet(ROW, [None, None, None], merged=["A2:B2"]),
    "required": lambda: read(csv_of(HELD, "2026-04-02,,c"), "LotHeld"),
    "invalid": lambda: read(
        csv_of(ISSUED + ",First no.,Last no.", "A-1,2026-04-02,JAS-A,I,S,5,1,9"), "SealsIssued"
    ),
    "invalid/more": lambda: read(csv_of(HELD, "2026-04-02,L-1,c,more"), "LotHeld"),
    "invalid/range": lambda: issued("2000000000"),
    "invalid/positive": lambda: recorded("0"),
    "invalid/digits": lambda: recorded("1234567890123456"),
    "invalid/table": lambda: read(csv_of(HELD, ",".join(ROW), ISSUED), "LotHeld"),
    "folded": lambda: held("Ｌ１"),
    "was-number": lambda: sheet(["2026-04-02", 123, "c"]),
    "padded": lambda: held("7", columns={"lot": {"heading": "Lot", "pad": 5}}),
    "converted": lambda: recorded("5", head=LOT.replace("(kg)", "(lb)")),
    "formula-value": lambda: sheet(["2026-04-02", "L-1", Formula("A1", "5")]),
    "merged-value": lambda: sheet(ROW, [None, "L-2", "c"], merged=["A2:A3"]),
    "line-break": lambda: read(csv_of(HELD, '2026-04-02,L-1,"a\nb"'), "LotHeld"),
    "rounded": lambda: recorded(
        "0.0015", columns={"quantity": {"heading": "Weight (kg)", "round": 3}}
    ),
    "total-row": lambda: read(csv_of(HELD, ",".join(ROW), "計,,"), "LotHeld"),
    "repeated-header": lambda: read(csv_of(HELD, HELD, ",".join(ROW)), "LotHeld"),
    "not-read": lambda: read(csv_of(HELD + ",Weather", ",".join(ROW) + ",fine"), "LotHeld"),
    "encoding-taken": lambda: read(
        csv_of("年月日,ロット,原因", "2026-04-02,L-1,雨", encoding="cp932"), "LotHeld"
    ),
    "macros-ignored": lambda: read(_with("xl/vbaProject.bin", b"x"), "LotHeld"),
    "no-number-of-its-own": lambda: held("L-1"),
}  # fmt: skip
"""By way of saying it, a file that is answered so."""
WITH_A_LOG = {
    "undecodable", "too-large/child", "replaced-already", "older-revision", "raise-version",
    "conflict", "conflict/corrections", "not-permitted/type", "not-permitted/source",
    "not-permitted/bound", "not-permitted/office", "net-from-packs", "unknown-id",
    "unknown-id/near",
}  # fmt: skip
"""What other tests reach: what only a log can say, and what is reached by the files of offices."""


def _with(name: str, content: bytes) -> bytes:
    out = io.BytesIO(one_sheet(SHEET, ROW))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("way", REACHED)
def test_a_code_is_reached(way: str) -> None:
    """A file is answered by the code, in words of both languages, at its place."""
    told = REACHED[way]()

    found = [message for message in told.messages if message.way == way]
    assert found, told.codes
    for tongue in TONGUES:
        words = sentence(found[0], tongue, told.table.template)
        assert words.endswith((".", "。", "?", "か。"))
        assert "{" not in words
        assert not [word for word in REFUSED_WORDS if word in words and tongue == "ja"]
        place = found[0].place if found[0].column is not None else found[0].sheet
        assert not place or words.startswith(place)


def test_every_code_is_reached() -> None:
    """No way of saying anything is left out."""
    ways = {way for of in CODES.values() for way in of}

    assert ways - REACHED.keys() - WITH_A_LOG == set()
    assert len(LEVELS) > 50


def test_words_that_do_not_fit_are_told() -> None:
    """A language without a code, with one too many, or with a blank that nothing fills."""
    path = Path(__file__).parents[3] / "ledger" / "tables" / "texts.en.toml"
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    del given["cell"]["negative"]
    given["note"]["folded"] = "{what}"
    given["file"]["odd"] = "x"

    with pytest.raises(Unfit) as error:
        checked(given)

    said = str(error.value)
    assert all(word in said for word in ("negative", "what is no value", "odd is unknown"))


def test_a_number_in_words() -> None:
    """One and several, with the thousands told apart."""
    rows = {n: sentence(Message("too-many-lines", (("count", n),)), "en") for n in (1_200, 12_000)}

    assert rows[12_000] == "The event has 12,000 lines, at most 1,000."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('zone = "Mars"', "no zone"),
        ('colour = "red"', "colour"),
        ('[columns]\nweather = "W"', "weather"),
        ('template = "X"', "no template"),
        ('encoding = "latin"', "encoding"),
        ("year = 2026\nfiscal_year = 2026", "year and fiscal_year"),
        ('template = "SealsReceived"\n[values.condition]\n"OK" = "FINE"', "FINE"),
        ('{"zone": 5}', "zone"),
        ("=", "cannot be read"),
    ],
)
def test_a_mapping_that_cannot_be(text: str, words: str) -> None:
    """What a mapping says that there is not is misuse, and named."""
    with pytest.raises(Misuse, match=words):
        read_mapping(text.encode())


def test_what_a_mapping_says() -> None:
    """Headings, letters, constants, joined columns, words; the same as TOML and as JSON."""
    toml = """
template = "ShipmentReceived"
zone = "Asia/Tokyo"
source = "S"
[columns]
lot = "=A"
shipment = {value = "SH-9"}
note = {heading = ["Memo 1", "Memo 2"], join = " / "}
[values.condition]
"OK" = "good as new"
"""
    mapping = read_mapping(toml.encode())
    head = (
        "Batch,Date,Importer,Site,Packs,N.W.,Seals on goods,Condition,証明書確認,報告書確認,"
        "原本確認,Memo 1,Memo 2"
    )
    row = "L-1,2026/4/2,I,W,10,5,10,OK,○,○,○,a,b"

    assert read_mapping(mapping.text.encode()) == mapping
    said = {"columns": mapping.columns, "values": mapping.values}
    [fact] = read(csv_of(head, row), "ShipmentReceived", **said).facts
    assert (fact["shipment"], fact["note"], fact["condition"]) == ("SH-9", "a / b", "good as new")
    assert fact["lines"][0]["lot"] == "L-1"


def test_styled_emptiness_is_nothing() -> None:
    """Cells with a style and without a value count for nothing, however many."""
    rows: list[list[Value]] = [[*ROW, *[Blank()] * 400]]
    rows += [[Blank()] * 3 for _ in range(3_000)]

    assert sheet(*rows).rows == ["ok"]


def test_the_template_is_found() -> None:
    """The one whose columns fit with the fewest left over; none or several are asked about."""
    told = read(csv_of(ISSUED, "A-1,2026-04-02,JAS-A,I,S,5"))

    assert told.table.template is TEMPLATES["SealsIssued"]
    same = read(csv_of("Date,Lot,Operator", "2026-04-02,L,O"))
    assert same.codes == ["template-unclear"]
