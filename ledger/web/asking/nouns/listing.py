"""A page of a list: rows as filtered and sorted, and what all that the filter leaves add to."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.listing.columns import Table
from ledger.views.folding import Rows
from ledger.views.reading import each
from ledger.web.asking.listing import Listing, columns
from ledger.web.asking.nouns.lists import Nouns
from ledger.web.desk import Looking
from ledger.web.problems import invalid

rows_a_page: Final = 25
_SUMMED: Final = frozenset({"count", "weight"})


class Wanted(NamedTuple):
    """Which rows of a list: by the values of columns, by a part of the first one; in which order.

    `sort` = a column's code, behind a hyphen for the last first; `page` counts from 1.
    """

    by: Mapping[str, str]
    part: str = ""
    sort: str = ""
    page: int = 1


class Found(NamedTuple):
    """A page of rows; `total` = as many fit, `sums` = by column what all of those add to."""

    table: Table
    rows: list[dict[str, Any]]
    total: int
    sums: dict[str, Any]
    sort: str


class Statement(NamedTuple):
    """Every row that fits: the statement, its order, its values."""

    text: str
    order: str
    values: dict[str, Any]


def statement(listing: Nouns, wanted: Wanted, today: date) -> Statement:
    """What asks for every row that fits; raises the problem of a column that is none."""
    codes = [column.code for column in columns(listing.table)]
    sort = wanted.sort or listing.sort or codes[0]
    if sort.removeprefix("-") not in codes:
        raise invalid("sort", f"one of {', '.join(codes)}, with - before it for the last first")
    order = f'"{sort.removeprefix("-")}" {"DESC" if sort[0] == "-" else "ASC"} NULLS LAST'
    chosen = {name: value for name, value in wanted.by.items() if value}
    parts = [f'"{name}"::text = %(by_{name})s' for name in chosen]
    if wanted.part:
        named = [name for name in ("name", "number", "claim") if name in codes]
        parts.append(
            "("
            + " OR ".join(f'strpos(lower("{name}"), %(part)s) > 0' for name in (codes[0], *named))
            + ")"
        )
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    values: dict[str, Any] = {f"by_{name}": value for name, value in chosen.items()}
    values |= {"today": today, "part": wanted.part.lower()}
    names = ", ".join(f'"{code}"' for code in codes)
    text = f"SELECT {names} FROM ({listing.rows}) AS r{where}"
    return Statement(text, f'{order}, "{codes[0]}"', values)


def asked(rows: Rows, listing: Nouns, wanted: Wanted, today: date) -> Found:
    """A page of a list, and the sums over all rows that fit."""
    of = columns(listing.table)
    fitting = statement(listing, wanted, today)
    summed = [column.code for column in of if column.kind in _SUMMED]
    sums = "".join(f', sum("{code}") OVER () AS "sum {code}"' for code in summed)
    page = {"most": rows_a_page, "skip": (wanted.page - 1) * rows_a_page}
    rows.execute(
        f"SELECT *, count(*) OVER () AS total{sums} FROM ({fitting.text}) AS fitting"
        f" ORDER BY {fitting.order} LIMIT %(most)s OFFSET %(skip)s",
        fitting.values | page,
    )
    assert rows.description is not None  # noqa: S101 -- a SELECT has columns
    names = [column.name for column in rows.description]
    found = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    first = found[0] if found else {}
    return Found(
        of,
        found,
        int(first.get("total", 0)),
        {code: first.get(f"sum {code}") for code in summed},
        wanted.sort or listing.sort or of.columns[0].code,
    )


def whole(listing: Nouns, wanted: Wanted, today: date) -> Listing:
    """Every row that fits, to be written as a file."""
    fitting = statement(listing, wanted, today)
    of = columns(listing.table)
    codes = [column.code for column in of]

    def rows(looking: Looking, _: int) -> Iterator[dict[str, Any]]:
        text = f"{fitting.text} ORDER BY {fitting.order}"
        for row in each(looking.rows, text, fitting.values):
            yield dict(zip(codes, row, strict=True))

    return Listing(of, "rows", rows, by_column=True)
