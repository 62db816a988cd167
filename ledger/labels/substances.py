"""Positive lists: which substances the standards let in, for which goods, on which condition.

A substance of no row in force on the day is not listed. Names compare folded, so `calcium sulfate`
is CALCIUM_SULFATE.
"""

from datetime import date
from functools import cache
from typing import Final, Literal

from msgspec import Struct

from ledger.errors import no_such
from ledger.labels.recipe import kind_name
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Verdict, fails, unshown


class SubstanceRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A substance of one list for one group of goods; a condition is shown by documents only."""

    table: str
    code: str
    group: str
    condition: str = ""

    @property
    def kind(self) -> str:
        """The name by which substances compare."""
        return kind_name(self.code)


class GroupRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The groups of a list under which a product class falls."""

    table: str
    class_: str
    groups: frozenset[str]


class ListRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a list as a whole asks for one group of goods, and the text it was read in.

    `text_of` is the day of the text held, `later_text` that of a later one this ledger knows of.
    `need` = yes: only where physical and biological means do not suffice.
    """

    table: str
    group: str
    en: str = ""
    ja: str = ""
    text_of: date
    later_text: date | None = None
    need: Literal["yes", ""] = ""


SUBSTANCES: Final = Table("substances", SubstanceRow, "table kind group", "positive lists T1 to T8")
GROUPS: Final = Table(
    "substance_groups", GroupRow, "table class_", "which part of a positive list a class reads"
)

LISTS: Final = Table("lists", ListRow, "table group", "what each positive list asks as a whole")


class Substance(Struct, frozen=True, kw_only=True, gc=False):
    """The answer of a list; `conditions` are those of the rows that fit."""

    table: str
    code: str
    verdict: Verdict
    conditions: tuple[str, ...] = ()
    rows: tuple[SubstanceRow, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the substance may be used, if its condition is kept."""
        return self.verdict.eligible


@cache
def tables_known() -> tuple[str, ...]:
    """The lists, in order."""
    return tuple(sorted({row.table for row in SUBSTANCES.rows()}))


@cache
def _groups(table: str) -> tuple[str, ...]:
    return tuple(sorted({row.group for row in SUBSTANCES.rows() if row.table == table}))


def whole(table: str, class_: str | None, on: date) -> ListRow | None:
    """What a list as a whole asks of a class; of none, or of another's, by its oldest text."""
    groups = GROUPS.topmost((table, class_), on)
    rows = [row for row in LISTS.in_force(on) if row.table == table]
    own = [row for row in rows if groups is not None and row.group in groups.groups]
    return min(own or rows, key=lambda row: row.text_of, default=None)


def asks_need(table: str, on: date) -> bool:
    """Whether a list admits only what physical and biological means do not replace."""
    return any(row.need == "yes" and row.table == table for row in LISTS.in_force(on))


def substance(table: str, code: str, class_: str | None, on: date) -> Substance:
    """Whether a list lets a substance in: NOT_LISTED, CLASS, or USE where a condition is to be met.

    Codes compare by name, so `calcium sulfate` is CALCIUM_SULFATE. Without a class every group
    fits. Raises Misuse where there is no such list.
    """
    if table not in tables_known():
        raise no_such("list", table, tables_known(), field="table", every=True)
    name = kind_name(code)
    listed = [
        row for group in _groups(table) for row in SUBSTANCES.of((table, name, group), on)[:1]
    ]
    groups: frozenset[str] = frozenset(row.group for row in listed)
    if class_ is not None:
        row = GROUPS.topmost((table, class_), on)
        groups = row.groups if row is not None else frozenset()
    fitting = [row for row in listed if row.group in groups]
    conditions = {row.condition for row in fitting}
    if not fitting:
        verdict = Verdict.of(fails("CLASS" if listed else "NOT_LISTED"))
    else:
        verdict = Verdict() if "" in conditions else Verdict.of(unshown("USE"))
    return Substance(
        table=table,
        code=code,
        verdict=verdict,
        conditions=() if "" in conditions else tuple(sorted(conditions)),
        rows=tuple(fitting or listed),
    )
