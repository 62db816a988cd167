"""The six columns of a pair, the numbers each shows, and the rules whose cases it counts.

Every rule about a kind of subject stands in exactly one column.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from ledger.rules.violation import SubjectKind
from ledger.web.sentences import said


class Column(StrEnum):
    """The columns, in their order; the values are their names in answers."""

    SUPPLY = "supply"
    STOCK = "stock"
    SEALING = "sealing"
    GOODS = "goods"
    CERTIFICATES = "certificates"
    RECORDS = "records"


TITLES: Final[Mapping[Column, str]] = {
    Column.SUPPLY: said("Supply"),
    Column.STOCK: said("Stock"),
    Column.SEALING: said("Sealing"),
    Column.GOODS: said("Goods"),
    Column.CERTIFICATES: said("Certificates"),
    Column.RECORDS: said("Records"),
}
NUMBERS: Final[Mapping[Column, tuple[str, ...]]] = {
    Column.SUPPLY: ("dispatched", "received", "in_transit", "lost_in_transit"),
    Column.STOCK: ("stock_importer", "stock_exporters", "counted", "book", "adjusted_for_counts"),
    Column.SEALING: ("applied", "removed", "sealed_units"),
    Column.GOODS: ("departed", "reported", "reported_ahead", "arrived", "returned", "shipped"),
    Column.CERTIFICATES: ("asked_units", "certified_units", "volume_units", "exempt_units"),
    Column.RECORDS: (),
}
"""The figures and claims that a column shows beside its words."""
CLAIMED: Final = (Column.SUPPLY, Column.STOCK, Column.GOODS, Column.CERTIFICATES)
"""Columns in which two sides say something; in the others cases alone speak."""

_RULES: Final[Mapping[Column, str]] = {
    Column.SUPPLY: "03 04 05",
    Column.STOCK: "01 02 38 39 40 41 42 43 44 66 67",
    Column.SEALING: "07 08 09 10 11 12 13 14 15 16 18 31 32 33 34 35 57 64 72",
    Column.GOODS: "06 17 19 29 30 36 37 45 55 56 58 59",
    Column.CERTIFICATES: "20 21 22 23 24 25 26 27 28 73",
    Column.RECORDS: "46 47 48 49 50 51 52 53 54 60 61 62 63 65 70 71 74",
}
OF_RULES: Final[Mapping[str, Column]] = {
    f"M-{number}": column for column, numbers in _RULES.items() for number in numbers.split()
}
"""By rule: its column, whatever its cases are about but for `OF_KINDS`."""
OF_KINDS: Final[Mapping[tuple[str, SubjectKind], Column]] = {
    **{(f"M-{number}", SubjectKind.SHIPMENT): Column.GOODS for number in ("07", "08", "10", "16")},
    ("M-12", SubjectKind.SHIPMENT): Column.CERTIFICATES,
    ("M-12", SubjectKind.CERTIFICATE): Column.CERTIFICATES,
}
"""Rules that tell of other things on subjects of some kinds."""
LOSS: Final = "M-41"
"""A loss that names a dispatch is one of the supply."""


def column_of(rule: str, kind: str, *, on_the_way: bool = False) -> Column:
    """The column in which a case counts; `on_the_way` of a loss that names a dispatch.

    Rules that no column names yet are records.
    """
    if rule == LOSS and on_the_way:
        return Column.SUPPLY
    found = OF_KINDS.get((rule, SubjectKind(kind)))
    return found or OF_RULES.get(rule, Column.RECORDS)


def difference(column: Column, row: Mapping[str, Any]) -> int:
    """By how much the two sides of a column differ; 0 where only one speaks."""
    match column:
        case Column.SUPPLY:
            there = row["received"] + row["in_transit"] + row["lost_in_transit"]
            return int(there - row["dispatched"])
        case Column.STOCK:
            return int(row["unexplained"])
        case Column.GOODS:
            return int(row["reported"] - row["reported_ahead"] - row["report_asked"])
        case Column.CERTIFICATES:
            return int(row["certified_units"] - row["asked_units"])
        case _:
            return 0
