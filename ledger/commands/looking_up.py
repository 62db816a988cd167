"""The home opened to look up single lots, products or labels, and the cases about a lot."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from ledger.cases.discrepancy import LIVE, Case
from ledger.commands.home import opened
from ledger.labels.describe import check_tables
from ledger.log import Log
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import SubjectKind
from ledger.views import schema
from ledger.views.cases import cases_of
from ledger.views.folding import Rows
from ledger.views.lazy_record import OF_LOT, LazyRecord
from ledger.views.loading import applications_to, facts_about
from ledger.views.projection import reading

_CASES_OF: Final = frozenset(
    {
        SubjectKind.LOT,
        SubjectKind.APPLICATION,
        SubjectKind.EVENT,
        SubjectKind.SHIPMENT,
        SubjectKind.CERTIFICATE,
        SubjectKind.REPORT,
    }
)
"""Kinds of subject that are about goods; cases of a party or an account are about all of them."""


class Asked(NamedTuple):
    """The log and its views, and a record that asks them."""

    record: LazyRecord
    rows: Rows
    log: Log


@contextmanager
def asking() -> Iterator[Asked]:
    """Open the home to look at single lots, products or labels; the tables are checked first."""
    check_tables()
    with opened() as log, reading(log) as rows:
        schema.position(rows)
        yield Asked(LazyRecord(rows, log), rows, log)


def live_cases(asked: Asked, lot: str) -> list[Case]:
    """Cases that still ask for attention: of the lot, its events, its shipments and papers."""
    rows, log = asked.rows, asked.log
    subjects = {(str(SubjectKind.LOT), lot)}
    for record in (
        facts_about(rows, log, [(about, lot) for about in OF_LOT]),
        applications_to(rows, log, [lot]),
    ):
        subjects |= {
            (str(subject.kind), subject.key)
            for known in record
            for subject in subjects_of(known.fact)
            if subject.kind in _CASES_OF and (subject.kind is not SubjectKind.LOT)
        }
    found = cases_of(rows, sorted(subjects))
    return sorted(
        (case for case in found if case.state in LIVE),
        key=lambda case: (case.rule, case.subject, case.discriminator),
    )
