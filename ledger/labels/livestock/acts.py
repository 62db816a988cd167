"""Acts: what may be done to animals, and what the standard forbids."""

from collections.abc import Iterator
from typing import Final, Literal

from ledger.facts.lots import ProcessRecorded
from ledger.labels.recipe import kind_name
from ledger.labels.rows import Row, Table
from ledger.labels.verdict import Reason, fails


class ActRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word for an act, in any activity unless it is `said_in` some alone.

    An act that is barred is so in any activity, unless it is `barred_in` some alone.
    """

    word: str
    act: str
    barred: Literal["yes", "no"]
    said_in: frozenset[str] = frozenset()
    barred_in: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """The name by which words compare."""
        return kind_name(self.word)


ACTS: Final = Table("acts", ActRow, "kind", "what may be done to animals, and what may not")


def act_named(entry: ProcessRecorded) -> ActRow | None:
    """The act that an entry names in place of a substance."""
    if entry.substance is None:
        return None
    row = ACTS.topmost(kind_name(entry.substance), entry.on)
    return row if row is None or not row.said_in or entry.activity in row.said_in else None


def acts(entry: ProcessRecorded) -> Iterator[Reason]:
    """FORBIDDEN_ACT: an act that is barred, or medicine for growth."""
    growth = entry.medicine is not None and entry.medicine.purpose == "GROWTH"
    if growth or barred_act(entry) is not None:
        yield from fails("FORBIDDEN_ACT")


def barred_act(entry: ProcessRecorded) -> str | None:
    """The act that an entry tells of and the standard bars; as the act, else as the substance."""
    told = None if entry.act is None else ACTS.topmost(kind_name(entry.act), entry.on)
    for row in (told, act_named(entry)):
        if row is None or row.barred == "no":
            continue
        if not row.barred_in or entry.activity in row.barred_in:
            return row.act
    return None
