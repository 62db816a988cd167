"""Lists of what does not fit, case by case or in groups, and of what was signed."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from ledger.listing.values import Row
from ledger.views.discrepancies import GROUPS
from ledger.web.asking.listing import Listing, columns
from ledger.web.desk import Looking

Rows = Iterator[Row]


def cases(rows: Callable[[Looking], Iterable[Row]]) -> Listing:
    """Cases by rule, subject and discriminator."""
    return Listing(
        columns("cases"), "discrepancies", lambda looking, _: rows(looking), key=case_of,
        told=_audited,
    )  # fmt: skip


def case_of(row: Row) -> tuple[str, str, str, str]:
    """What tells a case from the others."""
    return row["rule"], row["subject_kind"], row["subject"], row["discriminator"]


def case_groups(rows: Callable[[Looking], Sequence[Row]], by: Sequence[str]) -> Listing:
    """Cases in groups, most cases first."""
    whole = columns("case_groups")
    counted = [column.code for column in whole if column.code not in GROUPS]
    return Listing(
        whole.only(*by, *counted), "groups", lambda looking, _: rows(looking), key=group_of(by),
        told=_audited,
    )  # fmt: skip


def group_of(by: Sequence[str]) -> Callable[[Row], tuple[str | int, ...]]:
    """What tells a group from the others, the number of its cases first."""
    return lambda row: (row["cases"], *(row[name] for name in by))


def evidence(rows: Callable[[Looking], Iterable[Row]]) -> Listing:
    """The events that a case rests on, in the order in which they happened."""
    return Listing(columns("case_evidence"), "evidence", lambda looking, _: rows(looking))


def _audited(looking: Looking) -> Row:
    return {"audited": looking.standing.audited}


def periods(rows: Callable[[Looking], Sequence[Row]]) -> Listing:
    """Signed periods by importer, body and name."""
    return Listing(
        columns("periods"), "periods", lambda looking, _: rows(looking),
        key=lambda row: (row["importer"], row["rcb"], row["period"]),
    )  # fmt: skip
