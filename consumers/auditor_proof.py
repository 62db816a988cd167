"""Proof that the cases are what the facts show: every subject looked at anew, and compared.

Writes nothing. What it says is true of the facts the views rest on.
"""

from collections.abc import Iterator
from uuid import UUID

from consumers.auditor_looking import Looking
from consumers.auditor_parts import Parts, Taken
from consumers.auditor_touching import touched
from ledger.cases.discrepancy import LIVE, Case, Picture, State
from ledger.cases.judging import case_of
from ledger.log import Log
from ledger.rules.policy import Policy
from ledger.rules.violation import Subject, SubjectKind, Violation
from ledger.views import auditing, schema
from ledger.views.books.registry import Registry
from ledger.views.books.snapshot import ViewBooks
from ledger.views.cases import all_cases
from ledger.views.folding import Rows
from ledger.views.projection import reading

chunk_events_max = 4_000
facts_kept_max = 20_000


def unsettled(log: Log, policy: Policy) -> list[str] | None:
    """Violations without a case, and cases without a violation, as sentences.

    At the audit's time of its last look. None where the audit is behind, so nothing can be said.
    Raises Unavailable where the views were never built.
    """
    with reading(log) as rows:
        until = schema.position(rows)
        if until < log.position() or auditing.behind(rows, until):
            return None
        now = auditing.progress(rows).clock
        aside: dict[Subject, str] = {}
        found = _violations(log, rows, until, policy, now, aside)
        shown = {case_of(violation): violation for violation in found}
        cases = {
            UUID(case.id): case
            for case in all_cases(rows)
            if Subject(case.subject_kind, case.subject) not in aside
        }
    said = [
        f"{kind} {key} is set aside, and its cases are not proven: {why}"
        for (kind, key), why in sorted(aside.items())
    ]
    for key in sorted(shown.keys() | cases.keys()):
        case, violation = cases.get(key), shown.get(key)
        if violation is not None and not _settled(case, violation):
            said.append(
                f"{violation.rule} holds of {violation.subject_kind} {violation.subject}"
                f" {violation.discriminator}".rstrip()
                + " and has no case that says so."
            )
        elif violation is None and case is not None and case.state in LIVE:
            said.append(f"Case {key} is {case.state}, and nothing shows it any more.")
    return said


def _violations(
    log: Log, rows: Rows, until: int, policy: Policy, now: int, aside: dict[Subject, str]
) -> Iterator[Violation]:
    """What holds of every subject, each looked at once; those that are too much are named aside."""
    registry = Registry(log)
    books = ViewBooks(rows, log, registry)

    def fresh_books() -> ViewBooks:
        nonlocal books
        books.drop()
        books = ViewBooks(rows, log, registry)
        return books

    seen: set[Subject] = set()
    after = 0
    while events := log.read(after, chunk_events_max, until=until):
        after = events[-1].position
        found = touched(log, events, books, known_to=until)
        fresh = found.subjects - seen
        seen |= fresh
        look = Looking(books, policy, now, {})
        parts = Parts(books, fresh_books)
        taken = Taken(look, parts, aside=None)
        taken.applications(found.applied, anew=False)
        taken.subjects(sorted(fresh))
        books = parts.books
        aside.update(
            (Subject(SubjectKind(kind), key), why) for (kind, key), why in look.aside.items()
        )
        for violations in look.found.values():
            yield from violations
        if books.record.held > facts_kept_max:
            fresh_books()


def _settled(case: Case | None, violation: Violation) -> bool:
    if case is None or case.state is State.WITHDRAWN:
        return False
    if case.state is State.CLOSED:
        return case.settled == Picture.of(violation).values
    return case.state is not State.EXPLAINED or case.settled == Picture.of(violation).values
