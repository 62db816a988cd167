"""The dated tables: in order, sourced, and refused by name where they are wrong."""

import inspect
import re
from collections.abc import Hashable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import ledger.labels
from ledger.errors import Misuse
from ledger.labels.claims import CLAIMS, SHARES
from ledger.labels.describe import TABLES, check_tables, sources, standard, standards
from ledger.labels.livestock.feeding import FEED_LIMITS
from ledger.labels.rows import Provenance, Row, Table, parse, provenance
from ledger.labels.scope import SCOPE, ScopeRow
from ledger.labels.verdict import CODES, carried_by

FOLDER = Path(inspect.getfile(ledger.labels)).parent
FAR_PAST, FAR_FUTURE = date(1, 1, 1), date(9999, 12, 31)


def overlapping(rows: tuple[Any, ...], key: Any) -> Iterator[tuple[Hashable, Row, Row]]:
    """Pairs of rows for one thing that are in force together without an order."""
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    for name, group in groups.items():
        for index, one in enumerate(group):
            for other in group[index + 1 :]:
                begins = max(one.valid_from or FAR_PAST, other.valid_from or FAR_PAST)
                ends = min(one.until or FAR_FUTURE, other.until or FAR_FUTURE)
                if begins <= ends and one.order == other.order:
                    yield name, one, other


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_rows_overlap_without_an_order(table: Table[Any]) -> None:
    """Of rows for one thing on one day it is told which one holds."""
    assert list(overlapping(table.rows(), table.key)) == []


def test_overlaps_are_found() -> None:
    """The check above sees two rows for one route on one day."""
    row = SCOPE.rows()[0]
    assert isinstance(row, ScopeRow)

    assert len(list(overlapping((row, row), SCOPE.key))) == 1


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_has_its_source(table: Table[Any]) -> None:
    """A row names where it stands, and every source has a basis and a confidence."""
    for row in table.rows():
        assert row.prov
        for source in row.prov:
            assert provenance()[source].basis
            assert provenance()[source].confidence


def test_every_table_is_listed() -> None:
    """No data file is left out of what people can list, and every list tells its rows."""
    files = {path.stem for path in (FOLDER / "tables").glob("*.csv")} - {"provenance"}

    assert files == {table.name for table in TABLES}
    assert all(len(standard(str(row["table"]))) == row["rows"] for row in standards())
    assert len(sources()) == len(provenance())
    check_tables()


def test_a_table_that_is_not_there_is_refused_with_those_that_are() -> None:
    """The sentence lists what is known."""
    with pytest.raises(Misuse, match="known are claims, shares"):
        standard("laws")


CODE = re.compile(r'(?:fails|unshown|lacks|breaks)\(((?:\s*"[A-Z_0-9]+",?)+)\s*(?:detail=|\))')


def given() -> set[str]:
    """Every code that the source gives, and every reason in a table."""
    found: set[str] = set()
    for path in FOLDER.rglob("*.py"):
        for match in CODE.finditer(path.read_text(encoding="utf-8")):
            found |= set(re.findall(r'"([A-Z_0-9]+)"', match[1]))
    return found | {row.reason for table in (SHARES, FEED_LIMITS) for row in table.rows()}


def test_every_code_has_a_sentence_in_both_languages() -> None:
    """What a check can say, people can read, in English and Japanese."""
    known = {row.code: row for row in CODES.rows()}

    assert given() - set(known) == set()
    for row in known.values():
        assert row.en.endswith("."), row.code
        assert row.ja.endswith("。"), row.code
        assert re.fullmatch(r"M-[0-9]{2}", row.rule), row.code


def test_codes_are_carried_by_rules() -> None:
    """Every code has one carrier, and levels are as the trade reads them."""
    assert carried_by("M-57") >= {"FIELD_PERIOD", "FIELD_CROP", "CONVERSION_UNDECLARED"}
    assert carried_by("M-58") == {"AIR_FREIGHT"}
    unproven = {row.code for row in CODES.rows() if row.level == "U"}
    assert unproven == {
        "ADDITIVE_USE", "ADDRESS_MISSING", "AVAILABILITY", "CERT_ORIGINAL", "CLASH",
        "COMPANION_PLACE", "CONTRACT_DOCUMENT", "EMERGENCY_UNTOLD", "EXEMPTION_DOCUMENT",
        "FEED_CLASS_UNTOLD", "FEED_NEED", "FEED_STAGE_UNTOLD", "FIELD_CONTENT", "FIELD_HISTORY",
        "FIELD_MISSING", "HERD_HISTORY", "HERD_MISSING", "IMPORT_APPROVAL", "INGREDIENT_ORIGIN",
        "INGREDIENT_SCHEME", "INPUT_LABEL", "LABELLER_UNTRAINED", "MANAGER_UNTRAINED",
        "MEDICINE_NEED", "NAME_FORM", "NEED_UNTOLD", "OTHER_AGENT", "RUN_UNTOLD", "SEED_UNTOLD",
        "SUBSTRATE_UNTOLD", "UNAVAILABILITY", "USE", "CRITERION_DOCUMENT", "CRITERION_MISSING",
        "INPUT_CERTIFICATE", "OWN_CROP_RECORDS", "RECORD_CONTENT",
    }  # fmt: skip


SOURCES = {
    "A": Provenance(prov="A", valid_from=date(2000, 1, 1), basis="a", confidence="stated"),
    "B": Provenance(prov="B", until=date(2010, 1, 1), basis="b", confidence="stated"),
}
HEADER = "class_,group,prov,valid_from,until\n"
WRONG = [
    ("class_,grp,prov\nPLANT,P,A\n", "t.csv, line 1, column grp"),
    ("class_,prov\nPLANT,A\n", "t.csv, line 1, column group"),
    (f"{HEADER}PLANT,P,A,2000-13-01,\n", "t.csv, line 2, column valid_from"),
    (f"{HEADER}PLANT,P,A,,\nFEED,F,C,,\n", "t.csv, line 3, column prov: no source 'C'"),
    (f"{HEADER}PLANT,P,,,\n", "t.csv, line 2, column prov"),
    (f"{HEADER}PLANT,P,A,2001-01-01,2000-01-01\n", "t.csv, line 2, column until"),
    (f"{HEADER}PLANT,P,A\n", "t.csv, line 2: 3 columns instead of 5"),
]


@pytest.mark.parametrize(("text", "place"), WRONG, ids=[place for _, place in WRONG])
def test_a_wrong_table_is_refused_by_file_line_and_column(text: str, place: str) -> None:
    """Whoever edits a table is told where it is wrong before anything starts."""
    kind = next(table.row for table in TABLES if table.name == "scope_groups")
    with pytest.raises(Misuse, match=re.escape(place)):
        parse(text, "t.csv", kind, SOURCES)


def test_a_row_takes_the_dates_of_its_sources() -> None:
    """Unless it has its own: the earliest beginning, the latest end, unknown = always begun."""
    kind = next(table.row for table in TABLES if table.name == "scope_groups")
    text = f"{HEADER}A,P,A,,\nB,P,B,,\nAB,P,A B,,\nU,P,A,unknown,2005-01-01\n"
    dates = [(row.valid_from, row.until) for row in parse(text, "t.csv", kind, SOURCES)]

    assert dates == [
        (date(2000, 1, 1), None),
        (None, date(2010, 1, 1)),
        (None, None),
        (None, date(2005, 1, 1)),
    ]


def test_of_several_rows_the_topmost_holds() -> None:
    """Two rows stand for one mark; the newer one is read."""
    row = CLAIMS.topmost("KRAV_MARK", date(2024, 5, 1))

    assert row is not None
    assert row.row == "KRAV_MARK"
