"""From what subjects show now to what has to be said about their cases."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from ledger.cases.canonical import encode_decision
from ledger.cases.discrepancy import LIVE, Case, Picture
from ledger.cases.judging import case_of, judge
from ledger.log import Entry
from ledger.rules.violation import Subject, Violation
from ledger.views.auditing import Shown
from ledger.views.books.concerned import concerned
from ledger.views.books.snapshot import ViewBooks
from ledger.views.cases import cases_of


class Decided(NamedTuple):
    """Decisions to record and what the cases concerned show."""

    entries: list[Entry]
    shown: list[Shown]


def decided(
    found: Mapping[Subject, Sequence[Violation]], books: ViewBooks, *, now: int, position: int
) -> Decided:
    """Compare what holds now of each subject with its cases."""
    cases: dict[UUID, Case] = {
        UUID(case.id): case
        for case in cases_of(books.rows, [(str(kind), key) for kind, key in found])
    }
    holds = {
        case_of(violation): violation for violations in found.values() for violation in violations
    }
    entries = []
    standing = []
    for key in sorted(cases.keys() | holds.keys()):
        case, violation = cases.get(key), holds.get(key)
        event = judge(case, violation, now=now, position=position)
        if event is not None:
            entries.append(
                Entry(
                    id=key,
                    topic=type(event).__name__,
                    state=encode_decision(event),
                    version=1 if case is None else case.version + 1,
                )
            )
        if violation is not None and (event is not None or case is None or case.state in LIVE):
            standing.append((key, violation))
    return Decided(entries, list(_shown(standing, books)))


def _shown(standing: Iterable[tuple[UUID, Violation]], books: ViewBooks) -> Iterable[Shown]:
    for key, violation in standing:
        picture = Picture.of(violation)
        whom = concerned(violation, books)
        yield Shown(
            id=key,
            severity=violation.severity,
            artefact=violation.artefact,
            expected=list(violation.expected),
            found=list(violation.found),
            evidence=list(picture.evidence),
            evidence_total=picture.evidence_total,
            marks=whom.marks,
            parties=whom.parties,
        )
