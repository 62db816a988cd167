"""What the audit keeps between two evaluations: how far it is, what waits, what depends on what.

Written by the auditor in the transaction that records its decisions, so a crash repeats an
evaluation and changes nothing. Losing it costs an evaluation of everything, and no case.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from ledger.views.access.policies import NAMELESS, OPERATORS_ALONE
from ledger.views.folding import IS_LIVE, Fold, Rows, Seen, array_text, columns

APPLICATIONS: Final = "applications"
"""Stands for all applications to a lot on a local day, which depend on much the same; the key is
`lot day`, and where an evaluation of them ended, the position after which the next one goes on."""
QUIET: Final = "quiet"
"""The same, of those kinds of scan of which no rule suspects all."""


class Auditing(Fold):
    """Makes the tables; the projector writes nothing into them."""

    TABLES: ClassVar[str] = """
-- position: the auditor has evaluated every event up to it. policy: digest of the policy that it
-- applied, a space, and the revision of its rules. floor: the position up to which every evaluation
-- had seen the facts; null before the first.
-- again: events up to it were evaluated before. turn: counts the evaluations, so that of two
-- auditors at once one starts again. clock: the audit's time at the last one, µs UTC.
CREATE TABLE audit (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), position int8 NOT NULL, policy text NOT NULL,
    floor int8, again int8 NOT NULL, turn int8 NOT NULL, clock int8 NOT NULL
);
INSERT INTO audit (position, policy, floor, again, turn, clock)
    VALUES (0, '', NULL, 0, 0, 0);
-- at: when (µs UTC) the next violation of the subject begins to exist.
CREATE TABLE due (
    kind text NOT NULL, key text NOT NULL, at int8 NOT NULL, PRIMARY KEY (kind, key)
) WITH (fillfactor = 70);
CREATE INDEX due_by_time ON due (at);
-- Subjects to evaluate again, because something they depend on changed.
CREATE TABLE waiting (
    kind text NOT NULL, key text NOT NULL, PRIMARY KEY (kind, key)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 5000);
-- read: hash of what an evaluation of the subject has read. Only ever added: one too many costs an
-- evaluation.
CREATE TABLE dependencies (
    read int8 NOT NULL, kind text NOT NULL, key text NOT NULL, PRIMARY KEY (read, kind, key)
);
-- Subjects that need more than an evaluation may hold: left out until they are tried again. Their
-- cases stay as they are. since: the audit's time, µs UTC.
CREATE TABLE set_aside (
    kind text NOT NULL, key text NOT NULL, why text NOT NULL, since int8 NOT NULL,
    PRIMARY KEY (kind, key)
);
-- What the latest evaluation showed of a case that asks for attention. marks: of the subject;
-- parties: that its events name; months: in which its evidence happened, Japan time. impact: so
-- many of impact_unit (seals, units, kg, none). cause: rule, kind of case, noun and key, joined by
-- a space. who: the party whose act it is about. things: what it names, as `lot L-1`. due: the day
-- on which the policy has it due. first_day and last_day: of the events it rests on.
CREATE TABLE case_shown (
    id uuid PRIMARY KEY, severity text NOT NULL, artefact boolean NOT NULL,
    expected text[] NOT NULL, found text[] NOT NULL, evidence text[] NOT NULL,
    evidence_total int4 NOT NULL, marks text[] NOT NULL, parties text[] NOT NULL,
    months text[] NOT NULL, impact numeric, impact_unit text NOT NULL, cause text NOT NULL,
    who text, things text[] NOT NULL, due date NOT NULL, first_day date, last_day date
) WITH (fillfactor = 70);
"""
    SEEN: ClassVar[Seen] = {
        "audit": NAMELESS,
        "set_aside": OPERATORS_ALONE,
        "case_shown": ("EXISTS (SELECT FROM cases AS c WHERE c.id = case_shown.id)",),
    }


class Progress(NamedTuple):
    """How far the audit is: a row of `audit`."""

    position: int
    policy: str
    floor: int | None
    again: int
    turn: int
    clock: int


Key = tuple[str, str]
"""A subject: kind and key."""


def progress(rows: Rows, *, lock: bool = False) -> Progress:
    """How far the audit is; with `lock` it is ours to move."""
    told = ", ".join(Progress._fields)
    rows.execute(f"SELECT {told} FROM audit{' FOR UPDATE' if lock else ''}")
    row = rows.fetchone()
    return Progress(0, "", None, 0, 0, 0) if row is None else Progress(*row)


def advance(rows: Rows, to: Progress) -> None:
    """Say how far the audit is."""
    rows.execute(
        "UPDATE audit SET position = %s, policy = %s, floor = %s, again = %s, turn = %s,"
        " clock = %s",
        tuple(to),
        prepare=True,
    )


def behind(rows: Rows, position: int) -> bool:
    """Whether anything up to a position of the log is yet to be evaluated."""
    there = progress(rows)
    if there.position < position or waiting(rows, 1) or applications_waiting(rows, 1):
        return True
    return bool(due(rows, there.clock, 1))


def due(rows: Rows, now: int, limit: int) -> list[Key]:
    """Subjects whose next violation exists by now, the longest due first."""
    rows.execute(
        "SELECT kind, key FROM due WHERE at <= %s ORDER BY at, kind, key LIMIT %s", (now, limit)
    )
    return [(kind, key) for kind, key in rows.fetchall()]


def next_due(rows: Rows) -> int | None:
    """When the next violation begins to exist, µs UTC."""
    row = rows.execute("SELECT min(at) FROM due").fetchone()
    return None if row is None else row[0]


def waiting(rows: Rows, limit: int) -> list[Key]:
    """Subjects to evaluate again, applications left out."""
    return _waiting(rows, "kind <> ALL(%b)", limit)


def applications_waiting(rows: Rows, limit: int) -> list[Key]:
    """Applications to evaluate again."""
    return _waiting(rows, "kind = ANY(%b)", limit)


def _waiting(rows: Rows, which: str, limit: int) -> list[Key]:
    statement = f"SELECT kind, key FROM waiting WHERE {which} ORDER BY kind, key LIMIT %b"
    found = rows.execute(statement, ([APPLICATIONS, QUIET], limit), prepare=True)
    return [(kind, key) for kind, key in found.fetchall()]


_WAKE = f"""
INSERT INTO waiting (kind, key) SELECT DISTINCT r.kind, r.key
FROM unnest(%b::int8[], %b::text[]) AS changed (read, day) CROSS JOIN LATERAL (
    SELECT kind, key FROM dependencies AS d WHERE d.read = changed.read AND (changed.day IS NULL
        OR kind <> '{QUIET}' OR split_part(key, ' ', 2) >= changed.day) OFFSET 0
) AS r WHERE NOT EXISTS (
    SELECT FROM unnest(%b::text[], %b::text[]) AS but (kind, key)
    WHERE (but.kind, but.key) = (r.kind, r.key)
) ON CONFLICT DO NOTHING
"""


def wake(rows: Rows, changed: Mapping[int, str | None], but: Iterable[Key]) -> int:
    """Let wait what depends on any of these hashes, except the subjects just evaluated.

    With each hash the local day from which it matters to applications that are in order.
    """
    if not changed:
        return 0
    hashes, days = columns(sorted(changed.items()), 2)
    rows.execute(_WAKE, (hashes, days, *columns(sorted(set(but)), 2)), prepare=True)
    return rows.rowcount


def depend(rows: Rows, found: Mapping[Key, Collection[int]]) -> None:
    """Note by hashes what subjects depend on; a subject is sent once, however much that is."""
    if found:
        values = [(kind, key, array_text([*map(str, read)])) for (kind, key), read in found.items()]
        rows.execute(_DEPEND, columns(sorted(values), 3), prepare=True)


_DEPEND = """
INSERT INTO dependencies (read, kind, key)
SELECT of.read, subject.kind, subject.key
FROM unnest(%b::text[], %b::text[], %b::text[]) AS subject (kind, key, reads)
CROSS JOIN LATERAL unnest(subject.reads::int8[]) AS of (read)
ORDER BY of.read ON CONFLICT DO NOTHING
"""


def evaluated(rows: Rows, waited: Sequence[Key], at: Sequence[Key], dues: dict[Key, int]) -> None:
    """Take subjects off the waiting list, and note when each one evaluated is due next, if ever."""
    for table, done in (("waiting", waited), ("due", at)):
        if done:
            rows.execute(
                f"DELETE FROM {table} AS t USING unnest(%b::text[], %b::text[]) AS done (kind, key)"
                " WHERE (t.kind, t.key) = (done.kind, done.key)",
                columns(sorted(set(done)), 2),
                prepare=True,
            )
    if dues:
        rows.execute(
            "INSERT INTO due (kind, key, at) SELECT * FROM unnest(%b::text[], %b::text[],"
            " %b::int8[]) ON CONFLICT (kind, key) DO UPDATE SET at = excluded.at",
            columns([(*key, when) for key, when in sorted(dues.items())], 3),
            prepare=True,
        )


_KEPT = """
SELECT kept.* FROM unnest(%b::text[]) AS of (key)
CROSS JOIN (VALUES ('application'), ('event')) AS as_ (kind) CROSS JOIN LATERAL (
    SELECT subject_kind, subject FROM cases
    WHERE subject_kind = as_.kind AND subject = of.key
    UNION ALL SELECT kind, due.key FROM due WHERE kind = as_.kind AND due.key = of.key OFFSET 0
) AS kept
"""


def kept(rows: Rows, ids: Sequence[str]) -> list[Key]:
    """Applications, as such and as events, that have a case or are due; of those with these ids."""
    return rows.execute(_KEPT, (list(ids),), prepare=True).fetchall() if ids else []


def wait(rows: Rows, subjects: Sequence[Key]) -> None:
    """Put subjects on the waiting list."""
    if subjects:
        rows.execute(
            "INSERT INTO waiting (kind, key) SELECT * FROM unnest(%b::text[], %b::text[])"
            " ON CONFLICT DO NOTHING",
            columns(sorted(set(subjects)), 2),
            prepare=True,
        )


def wait_for_cases(rows: Rows) -> None:
    """Put every subject on the waiting list that has a case which asks for attention."""
    rows.execute(_WITH_CASES)


_WITH_CASES = f"""
INSERT INTO waiting (kind, key) SELECT DISTINCT subject_kind, subject FROM cases
WHERE {IS_LIVE} ON CONFLICT DO NOTHING
"""
