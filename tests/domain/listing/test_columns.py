"""The lists of columns: whole in both languages, and no two columns of a table alike."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.listing.columns import KINDS, LANGUAGES, Kind, Table, table, tables, tables_file
from ledger.listing.notes import unit
from ledger.listing.values import plain, reader, value

TABLES = tables()


@pytest.mark.parametrize("each", TABLES.values(), ids=TABLES)
def test_every_column_has_its_words(each: Table) -> None:
    """Headings, meanings and units stand in both languages; none of a table is another's."""
    assert each.columns
    assert tables_file()[each.code].get("own", {}).keys() <= {column.code for column in each}
    assert len({column.code for column in each}) == len(each.columns)
    for language in LANGUAGES:
        assert each.called(language)
        assert len({column.called(language) for column in each}) == len(each.columns)
        for column in each:
            assert column.called(language) not in ("", column.code.replace("_", " "))
            assert column.meant(language)
            assert (unit(column, language) is None) == (column.unit is None)


def test_a_column_is_called_by_code_unless_a_language_is_named() -> None:
    """Codes are the default of files; a hidden column has words, too."""
    cases = table("cases")

    assert [column.called("code") for column in cases][:2] == ["rule", "sentence"]
    assert [column.code for column in cases if not column.shown] == ["id", "evidence"]
    assert cases.only("severity", "rule").columns == (
        cases.column("severity"), cases.column("rule"),
    )  # fmt: skip
    with pytest.raises(KeyError):
        cases.column("nobody")


EPOCH = "1970-01-01T00:00:00.000000+00:00"
NOON = "2026-04-02T09:30:00.000000+09:00"
VALUES: list[tuple[str, str, Any, Any, Any]] = [  # table, column, given, read, in JSON
    ("lots", "quantity", "480.000", Decimal("480.000"), "480.000"),
    ("lots", "units", 0, 0, 0),
    ("lots", "produced_on", "2026-04-02", date(2026, 4, 2), "2026-04-02"),
    ("lots", "graded", {"result": "CONFORMING"}, "CONFORMING", "CONFORMING"),
    ("lots", "graded", None, None, None),
    ("sources", "last_recorded", 0, EPOCH, EPOCH),
    ("events", "time", "2026-04-02T09:30:00+09:00", NOON, NOON),
    ("cases", "found", ["a", "b"], ["a", "b"], ["a", "b"]),
    ("cases", "suspected_scanner_artifact", False, False, False),
    ("reconciliation", "cases_C", {"C": 3}, 3, 3),
]


@pytest.mark.parametrize(("of", "code", "given", "found", "said"), VALUES)
def test_a_value_is_what_its_column_is(
    of: str, code: str, given: Any, found: Any, said: Any
) -> None:
    """Counts are whole numbers, weights decimals, days dates, moments RFC 3339 with offset."""
    only = table(of).only(code)

    values = reader(only)({only.columns[0].path[0]: given})

    assert values == [found]
    assert plain(values, only) == {code: said}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_read(kind: Kind) -> None:
    """Of a kind that is declared there is a reader, and nothing is nothing."""
    column = replace(table("lots").columns[0], kind=kind)

    assert value(column, None) is None
