"""Templates: every column has its names, and what is written in them is read as the same event."""

import csv
import io
import json
import unicodedata
import zipfile
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings

from ledger.facts import canonical
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.rules.reading import TONGUES, Tongue
from ledger.sheets.csv_text import write_rows
from ledger.sheets.workbook import Column, Sheet, write
from ledger.tables.columns import KEYS, TEMPLATES, Template
from ledger.tables.examples import example_rows
from ledger.tables.headings import constants, heading, names_of, naming
from ledger.tables.mapping import Mapping
from ledger.tables.reading import Asked
from ledger.tables.reading.files import found_in
from ledger.tables.table import read_table
from ledger.tables.writing import in_order, rows_of
from ledger.web.asking.tables.contents import CONTENTS
from tests.strategies import facts
from tests.tabling import NAMESPACE, read, said_of

NEED_A_NUMBER = {
    "SealsIssued", "SealsApplied", "SealsSpoiled", "SealsSampled", "SealsDestroyed", "SealsRemoved",
    "SealsLost", "SealsCounted", "StockAdjusted", "InputVerified", "ProcessRecorded", "LotHeld",
    "LotReleased", "GoodsReturned", "GoodsSold", "HerdRecorded", "AnimalsLeft", "FeedingRecorded",
    "CriterionShown",
}  # fmt: skip
"""Types of which nothing but a number tells two events apart."""


def test_every_type_but_one_has_a_template() -> None:
    """A sign of life is no row of anybody's; every other type has a key or needs a number."""
    assert TYPES.keys() - TEMPLATES.keys() == {"SourceHeartbeat"}
    assert KEYS.keys() | NEED_A_NUMBER == TEMPLATES.keys()
    assert not KEYS.keys() & NEED_A_NUMBER


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_no_name_means_two_columns(template: Template) -> None:
    """Each code, English and Japanese heading is one column's; words are one constant's."""
    known = naming(template)
    for column in template.columns:
        for name in (column.code, *names_of(column, template)[:2]):
            assert known.of(name) == (column.code,)
    for column in template.columns:
        if column.kind == "enum":
            words = constants(column, template)
            assert {*words} == {*column.members}
            for tongue in range(len(TONGUES)):
                assert len({each[tongue].casefold() for each in words.values()}) == len(words)


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_examples_are_read_under_their_headings(template: Template, tongue: Tongue) -> None:
    """The template's own file, filled with its example rows, is an event or two."""
    content = CONTENTS[".xlsx"](template, tongue)
    asked = Asked(content, Mapping(template=template.name), [template.name])
    sheets = found_in(asked).sheets
    assert [sheet.visible for sheet in sheets][:2] == [True, True]
    head = [heading(column, template, tongue) for column in template.recorded]
    assert sheets[0].rows[0].cells == head
    out = io.StringIO()
    shown = (in_order(row, template.recorded) for row in example_rows(template, tongue))
    write_rows(out, head, shown)

    told = read(out.getvalue().encode(), template.name)

    assert [said_of(event, row.number) for event in told.table.events for row in event.rows] == [
        "ok", "ok",
    ]  # fmt: skip
    assert len(told.facts) == (2 if template.lines is None else 1)


def test_a_template_of_notes_is_no_second_table() -> None:
    """The notes of a template fit no template, so that the file is read as it is."""
    content = CONTENTS[".xlsx"](TEMPLATES["SealsIssued"], "en")

    assert read(content, "SealsIssued").codes == []
    assert b"template = " in CONTENTS[".toml"](TEMPLATES["SealsIssued"], "ja")
    assert (
        CONTENTS[".csv"](TEMPLATES["SealsIssued"], "ja").decode("utf-8-sig").startswith("伝票番号,")
    )


# -- any event


def _spoken(value: Any) -> Any:
    """A fact's JSON with texts that a cell can hold: composed, one line, no outer spaces."""
    if isinstance(value, dict):
        return {name: _spoken(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_spoken(each) for each in value]
    if not isinstance(value, str):
        return value
    plain = "".join(
        c for c in unicodedata.normalize("NFC", value)
        if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") and c not in "\ufffe\uffff"
    )  # fmt: skip
    return unicodedata.normalize("NFC", plain).strip() or "x"


def sayable(fact: Fact) -> Fact:
    """The nearest fact that cells can say: each paper once, no id that means nothing."""
    record = _spoken(json.loads(canonical.encode(fact)))
    papers = {json.dumps(each): each for each in record.get("documents", [])}
    record["documents"] = [*papers.values()]
    made: Fact = msgspec.convert(record, type(fact), dec_hook=canonical.read_figure)
    assume('"-"' not in json.dumps(record))
    return made


def files_of(fact: Fact) -> tuple[bytes, bytes]:
    """The fact's rows as text and as a workbook."""
    template = TEMPLATES[type(fact).__name__]
    rows = [in_order(row, template.columns) for row in rows_of(fact)]
    out, book = io.StringIO(), io.BytesIO()
    write_rows(out, [column.code for column in template.columns], rows)
    columns = [Column(column.code) for column in template.columns]
    write(book, [Sheet("rows", columns, [[_shown(each) for each in row] for row in rows])])
    return out.getvalue().encode(), book.getvalue()


def _shown(value: Any) -> Any:
    """Days and figures as text: a spreadsheet has neither years before 1900 nor 18 digits."""
    return value if value is None or isinstance(value, bool | str) else str(value)


def back(data: bytes, template: str) -> list[Fact]:
    """The facts of a file that says its own ids."""
    mapping = Mapping(template=template, ids_like_numbers=True, decimal="point")
    found = found_in(Asked(data, mapping, [template]))
    assert found.refused is None, found.refused
    table = read_table(found.sheets, mapping, NAMESPACE, of_text=found.of_text)
    assert not table.refused, table.refused
    assert [p for event in table.events for p in event.problems] == []
    return [event.fact for event in table.events if event.fact is not None]


@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
@given(fact=facts(*TEMPLATES))
def test_any_event_is_read_back_as_itself(fact: Fact) -> None:
    """Out and in again is the same event, as text and as a workbook."""
    fact = sayable(fact)
    for data in files_of(fact):
        assert back(data, type(fact).__name__) == [fact]


def test_20_what_a_spreadsheet_would_run() -> None:
    """File 20: a text that begins like a formula is quoted in text, and is text in a workbook."""
    for name in ("=cmd|' /C calc'!A0", "-5 °C", "＠x"):
        fact = msgspec.convert(
            {
                "id": "0190a7c2-5b1e-7c3a-9d2f-1f2e3d4c5b6a", "source": "SRC-1",
                "time": "2026-04-02T12:00:00.000000+09:00", "party": "P-1", "name": name,
                "country": "JP",
            },
            TYPES["PartyRegistered"],
        )  # fmt: skip
        text, book = files_of(fact)
        [line] = csv.DictReader(io.StringIO(text.decode()))

        assert line["name"] == f"'{name}"
        assert back(text, "PartyRegistered") == back(book, "PartyRegistered") == [fact]
        sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
