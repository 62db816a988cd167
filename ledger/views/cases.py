"""Cases as the log's decisions left them, each with every state it was ever in.

A fold of decisions alone: what the latest evaluation showed beside that is kept by the audit.
"""

from typing import Any, ClassVar
from uuid import UUID

import msgspec

from ledger.cases.canonical import AnyDecision
from ledger.cases.discrepancy import Case, DiscrepancyOpened, Event, evolve
from ledger.cases.letter import LetterEvent
from ledger.cases.period import PERIOD_EVENTS, AnyPeriodEvent, Signed, evolve_period
from ledger.facts.scalars import micros
from ledger.log import Recorded
from ledger.views.access.policies import ME, MINE
from ledger.views.folding import IS_LIVE, Fold, Rows, Seen, columns

_encode = msgspec.json.Encoder().encode
_case = msgspec.json.Decoder(Case).decode
_signed = msgspec.json.Decoder(Signed).decode

_UPSERT = """
INSERT INTO cases (id, rule, subject_kind, subject, discriminator, state, severity, folded,
    due, owner, owner_party, explained, correction, correction_of, correction_by, routed, since,
    opened, opened_at, changed, changed_at)
SELECT id, rule, subject_kind, subject, discriminator, state, severity, folded, due, owner,
    owner_party, explained, correction, correction_of, correction_by,
    string_to_array(nullif(routed, ''), ' '), since, opened, opened_at, changed, changed_at
FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
    %b::text[], %b::bytea[], %b::date[], %b::text[], %b::text[], %b::bool[], %b::text[],
    %b::text[], %b::text[], %b::text[], %b::int8[], %b::int8[], %b::int8[], %b::int8[], %b::int8[])
    AS c (id, rule, subject_kind, subject, discriminator, state, severity, folded, due, owner,
        owner_party, explained, correction, correction_of, correction_by, routed, since, opened,
        opened_at, changed, changed_at)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, severity = excluded.severity,
    folded = excluded.folded, due = excluded.due, owner = excluded.owner,
    owner_party = excluded.owner_party, explained = excluded.explained,
    correction = excluded.correction, correction_of = excluded.correction_of,
    correction_by = excluded.correction_by, routed = excluded.routed, since = excluded.since,
    changed = excluded.changed, changed_at = excluded.changed_at
"""
_PERIODS = """
INSERT INTO periods (id, importer, rcb, name, signed, folded, changed, changed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET signed = excluded.signed, folded = excluded.folded,
    changed = excluded.changed, changed_at = excluded.changed_at
"""


class Cases(Fold):
    """Folds decisions: discrepancies and signed periods."""

    TABLES: ClassVar[str] = f"""
-- folded: the case as JSON (ledger.cases.discrepancy.Case). severity: as last decided. opened and
-- changed are positions, opened_at and changed_at when those were recorded (µs UTC). since: when it
-- was last opened, by the clock of the audit (µs UTC). due: the day a certifier set since; where
-- there is none, that of case_shown. explained: it was explained since. correction: ASKED or
-- REPORTED, while one is owed, and by whom of whom. routed: to whom the operator gave it.
CREATE TABLE cases (
    id uuid PRIMARY KEY, rule text NOT NULL, subject_kind text NOT NULL, subject text NOT NULL,
    discriminator text NOT NULL, state text NOT NULL, severity text NOT NULL,
    folded bytea NOT NULL, due date, owner text, owner_party text, explained boolean NOT NULL,
    correction text, correction_of text, correction_by text, routed text[], since int8 NOT NULL,
    opened int8 NOT NULL, opened_at int8 NOT NULL, changed int8 NOT NULL, changed_at int8 NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX cases_by_subject ON cases (subject_kind, subject);
CREATE INDEX cases_live ON cases (rule) WHERE {IS_LIVE};
-- Every state a case was in, from a position on.
CREATE TABLE case_states (
    id uuid NOT NULL, position int8 NOT NULL, recorded_at int8 NOT NULL, state text NOT NULL,
    severity text NOT NULL, PRIMARY KEY (id, position)
);
-- folded: ledger.cases.period.Signed. signed: whether it ever was, by all who have to.
CREATE TABLE periods (
    id uuid PRIMARY KEY, importer text NOT NULL, rcb text NOT NULL, name text NOT NULL,
    signed boolean NOT NULL, folded bytea NOT NULL, changed int8 NOT NULL, changed_at int8 NOT NULL
);
"""
    SEEN: ClassVar[Seen] = {
        "cases": (
            f"sees_case(id, subject_kind, subject, discriminator, {MINE})",
            f"{ME} = ANY(routed) AND viewer_role() = 'certifier'",
        ),
        "case_states": ("EXISTS (SELECT FROM cases AS c WHERE c.id = case_states.id)",),
        "periods": (f"importer = {ME}", f"rcb = {ME}"),
    }
    BATCH = ("_decided", "_signed")

    def __init__(self) -> None:
        self._decided: list[tuple[Recorded, Event]] = []
        self._signed: list[tuple[Recorded, AnyPeriodEvent]] = []

    def decided(self, recorded: Recorded, event: AnyDecision) -> None:
        """Take a decision; of one about a dead letter nothing is kept here."""
        if isinstance(event, PERIOD_EVENTS):
            self._signed.append((recorded, event))
        elif not isinstance(event, LetterEvent):
            self._decided.append((recorded, event))

    def flush(self, rows: Rows) -> None:
        """Write the cases and periods decided about."""
        if self._decided:
            self._flush_cases(rows)
        for recorded, event in self._signed:
            period = evolve_period(known_period(rows, event.period), event)
            name = (period.period.importer, period.period.rcb, period.period.name)
            signed = period.signature is not None
            changed = (recorded.position, recorded.recorded_at)
            rows.execute(_PERIODS, (recorded.id, *name, signed, _encode(period), *changed))
        self.forget()

    def _flush_cases(self, rows: Rows) -> None:
        cases = known_cases(rows, [*{recorded.id: None for recorded, _ in self._decided}])
        opened: dict[UUID, tuple[int, int]] = {}
        changed: dict[UUID, tuple[int, int]] = {}
        states = []
        for recorded, event in self._decided:
            case = cases[recorded.id] = evolve(cases.get(recorded.id), event)
            at = (recorded.position, recorded.recorded_at)
            if isinstance(event, DiscrepancyOpened):
                opened[recorded.id] = at
            changed[recorded.id] = at
            states.append((recorded.id, *at, str(case.state), case.shows.values.severity))
        self.copy(rows, "case_states", states)
        values = [
            (
                key, case.rule, str(case.subject_kind), case.subject, case.discriminator,
                str(case.state), case.shows.values.severity, _encode(case), *_arranged(case),
                *opened.get(key, (0, 0)), *changed[key],
            )
            for key, case in sorted(cases.items(), key=lambda each: each[0].int)
        ]  # fmt: skip
        rows.execute(_UPSERT, columns(values), prepare=True)


def _arranged(case: Case) -> tuple[Any, ...]:
    """Due, owner, owner_party, explained, what is owed by whom to whom, routed, since."""
    owes = case.owes
    owed = (None, None, None) if owes is None else (owes.state, owes.of, owes.by)
    return (
        case.due, case.owner, case.owner_party, case.explained_at is not None, *owed,
        " ".join(case.routed), micros(case.since),
    )  # fmt: skip


def known_cases(rows: Rows, ids: list[UUID]) -> dict[UUID, Case]:
    """The cases of these ids, as far as they are there."""
    rows.execute("SELECT id, folded FROM cases WHERE id = ANY(%b::uuid[])", (ids,), prepare=True)
    return {key: _case(folded) for key, folded in rows.fetchall()}


_OF_SUBJECTS = """
SELECT c.folded FROM unnest(%b::text[], %b::text[]) AS wanted (kind, key) CROSS JOIN LATERAL (
    SELECT folded FROM cases WHERE subject_kind = wanted.kind AND subject = wanted.key OFFSET 0
) AS c
"""


def cases_of(rows: Rows, subjects: list[tuple[str, str]]) -> list[Case]:
    """Every case, in whatever state, of these (kind, key)."""
    if not subjects:
        return []
    rows.execute(_OF_SUBJECTS, columns(subjects), prepare=True)
    return [_case(folded) for (folded,) in rows.fetchall()]


_BESIDE_EVENTS = f"""
SELECT DISTINCT subject_kind, subject FROM cases WHERE {IS_LIVE}
    AND NOT (subject_kind IN ('event', 'application') AND EXISTS (
        SELECT FROM events WHERE originator_id = subject::uuid AND originator_version = 1
            AND (subject_kind = 'event' OR topic = 'SealsApplied')
    )) ORDER BY 1, 2
"""
_DRAWN = f"""
SELECT DISTINCT subject_kind, subject FROM (
    SELECT subject_kind, subject FROM cases WHERE {IS_LIVE}
    ORDER BY hashtextextended(id::text, %s), id LIMIT %s
) AS drawn ORDER BY 1, 2
"""


def live_subjects(rows: Rows, limit: int | None, seed: int = 0) -> list[tuple[str, str]]:
    """Subjects (kind, key) of cases that ask for attention.

    Without a limit all but single events that are recorded; with one of so many cases, drawn at
    random: the same seed draws the same.
    """
    if limit is None:
        return rows.execute(_BESIDE_EVENTS).fetchall()
    return rows.execute(_DRAWN, (seed, limit)).fetchall()


def any_case(rows: Rows) -> bool:
    """Whether there has ever been a case."""
    return rows.execute("SELECT FROM cases LIMIT 1").fetchone() is not None


def known_period(rows: Rows, period: str) -> Signed | None:
    """The period of that id, if anything was ever decided about it."""
    rows.execute("SELECT folded FROM periods WHERE id = %s", (UUID(period),))
    row = rows.fetchone()
    return None if row is None else _signed(row[0])


def periods_of_pair(rows: Rows, importer: str, rcb: str) -> dict[str, Signed]:
    """By name, the periods of a pair about which anything was decided."""
    rows.execute(
        "SELECT name, folded FROM periods WHERE importer = %s AND rcb = %s ORDER BY name",
        (importer, rcb),
    )
    return {name: _signed(folded) for name, folded in rows.fetchall()}


def known_periods(rows: Rows) -> list[Signed]:
    """Every period about which anything was decided, by importer, body and name."""
    rows.execute("SELECT folded FROM periods ORDER BY importer, rcb, name")
    return [_signed(row[0]) for row in rows.fetchall()]


def signed_periods(
    rows: Rows, after: tuple[str, str, str] = ("", "", ""), limit: int | None = None
) -> list[Signed]:
    """Periods that were ever signed, by importer, body and name, those behind `after`."""
    rows.execute(
        "SELECT folded FROM periods WHERE signed AND (importer, rcb, name) > (%s, %s, %s)"
        " ORDER BY importer, rcb, name LIMIT %s",
        (*after, limit),
    )
    return [_signed(row[0]) for row in rows.fetchall()]


def ids_between(rows: Rows, first: UUID, last: UUID, limit: int) -> list[UUID]:
    """Ids of cases, in whatever state, in their order."""
    rows.execute(
        "SELECT id FROM cases WHERE id BETWEEN %s AND %s ORDER BY id LIMIT %s",
        (first, last, limit),
    )
    return [each for (each,) in rows.fetchall()]
