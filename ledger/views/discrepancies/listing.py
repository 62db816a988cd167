"""Cases as people read them: listed, filtered, counted for each pair, as at any moment.

What is listed is how cases stand now; the counts can also be asked as known earlier. What was
decided about a case is a fold of its own decisions: asked for by both clocks like any subject's
facts.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

import msgspec

from ledger.cases.discrepancy import (
    LIVE,
    Case,
    State,
)
from ledger.facts.registry import MarkRegistered
from ledger.facts.scalars import time_text
from ledger.log import Log
from ledger.rules.violation import Severity, SubjectKind
from ledger.views.discrepancies.turns import add_turns
from ledger.views.folding import IS_LIVE, Rows
from ledger.views.loading import facts_of

_case = msgspec.json.Decoder(Case).decode
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
Pair = tuple[str, str]
"""Importer and body."""

OF_CASE: Final = """marks_of_case(c.subject_kind, c.subject, c.discriminator,
        coalesce(s.marks, '{}'), coalesce(s.parties, '{}'))"""
"""The marks through whose pairs a case belongs to somebody."""
SEVERITY_NOW: Final = (
    f"CASE WHEN c.{IS_LIVE} THEN coalesce(s.severity, c.severity) ELSE c.severity END"
)
"""How grave a case `c` is by what was shown of it last, `s`; one no longer live as decided."""
DUE: Final = f"CASE WHEN c.{IS_LIVE} THEN coalesce(c.due, s.due) END"
"""The day on which a live case is due; Japan's."""
TODAY: Final = """
(to_timestamp(greatest((SELECT clock FROM audit), extract(epoch FROM now()) * 1000000) / 1000000)
    AT TIME ZONE 'Asia/Tokyo')::date
"""
"""The day in Japan by the audit's clock, which is the real one unless it was set ahead."""
IS_LATE: Final = f"({DUE} < {{today}})"
"""Whether a live case is past its due day; `today` is given as SQL."""
_KEY: Final = ", ".join(
    f'{name} COLLATE "C"' for name in ("c.rule", "c.subject_kind", "c.subject", "c.discriminator")
)
_LIST = f"""
SELECT c.id, c.folded, c.opened_at, c.changed_at, s.severity, s.artefact, s.expected, s.found,
    s.evidence, s.evidence_total, coalesce(s.marks, '{{{{}}}}'), coalesce(s.parties, '{{{{}}}}'),
    {{of_case}}, s.impact, s.impact_unit, s.cause, {DUE}, {IS_LATE.format(today=TODAY)}, s.who,
    s.things, s.first_day, s.last_day
FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
WHERE {{where}} ORDER BY {_KEY} LIMIT {{limit}}
"""
SHOWN = (
    "severity", "suspected_scanner_artifact", "expected", "found", "evidence", "evidence_total",
)  # fmt: skip
_VIEWER = "SELECT viewer_party() WHERE viewer_role() <> 'operator'"
OUT_OF_STANDING: Final = "M-65"
"""Its expected values are parties that the event does not name, found the one that spoke."""


class Wanted(NamedTuple):
    """Which cases; empty asks for any. `states` empty = those that ask for attention."""

    rules: Collection[str] = ()
    states: Collection[State] = ()
    severities: Collection[str] = ()
    subject_kind: str | None = None
    subject: str | None = None
    importer: str | None = None
    rcb: str | None = None
    party: str | None = None
    mark: str | None = None
    ids: Collection[UUID] = ()
    after: Sequence[str] = ()
    """Only those behind this rule, kind of subject, subject and discriminator."""
    limit: int | None = None


class Listed(NamedTuple):
    """A case as listed: `row` is what is printed, `marks` and `parties` whom it concerns.

    `veiled` = the viewer said what another would have to: who that is, it is not told. Nobody
    learns whose a lot or a mark is by saying something of it.
    """

    case: Case
    row: dict[str, Any]
    marks: list[str]
    parties: list[str]
    pairs: list[Pair]
    veiled: bool = False
    who: str | None = None
    """The party whose act the case is about."""
    things: Sequence[str] = ()
    """What it names, as `lot L-1`."""
    days: Sequence[date] = ()
    """The local days of the first and the last event that it rests on."""


def listed(rows: Rows, log: Log, wanted: Wanted) -> list[Listed]:
    """The cases wanted, ordered by rule, subject and discriminator."""
    # Counts of cases are asked by whoever needs no rule and no word of one.
    from ledger.rules.audit import RULES  # noqa: PLC0415 - see above
    from ledger.rules.texts import sentence  # noqa: PLC0415 - see above
    from ledger.rules.values import Shown  # noqa: PLC0415 - see above

    pair_of = pairs_of_marks(rows, log)
    where, values = _where(wanted, pair_of)
    asking = rows.execute(_VIEWER).fetchone()
    viewer = None if asking is None else asking[0]
    limit = "ALL" if wanted.limit is None else str(int(wanted.limit))
    rows.execute(_LIST.format(where=where, of_case=OF_CASE, limit=limit), values)
    found = []
    for key, folded, opened_at, changed_at, *rest in rows.fetchall():
        shown, (affected, parties, its), stored = rest[:6], rest[6:9], _Stored(*rest[9:])
        case = _case(folded)
        pairs = sorted({pair_of[mark] for mark in its if mark in pair_of})
        marks = affected
        if viewer is not None and case.subject_kind is SubjectKind.EVENT:
            marks = [mark for mark in affected if mark in pair_of]
        is_shown = case.state in LIVE and shown[0] is not None
        row = {
            "id": str(key),
            "rule": case.rule,
            "slug": RULES[case.rule].slug if case.rule in RULES else "",
            "subject_kind": str(case.subject_kind),
            "subject": case.subject,
            "discriminator": case.discriminator,
            "family": case.family,
            "state": str(case.state),
            # What the latest evaluation showed; of a case no longer live, what was decided.
            **dict(zip(SHOWN, shown if is_shown else as_decided(case), strict=True)),
            "opened_at": time_text(opened_at, 0),
            "changed_at": time_text(changed_at, 0),
            "marks": marks,
            "parties": parties,
            **stored.told(case),
        }
        veiled = case.rule == OUT_OF_STANDING and viewer in row["found"]
        if veiled:
            row["expected"] = []
        if viewer is not None:
            known = {viewer, *parties, *(party for pair in pairs for party in pair)}
            row["cause"] = _cause_seen(row["cause"], known)
        row["sentence"] = sentence(Shown(*(row[name] for name in Shown._fields)))
        around = (stored.who, stored.things or (), stored.days)
        found.append(Listed(case, row, marks, parties, pairs, veiled, *around))
    add_turns(rows, found, viewer)
    return found


class _Stored(NamedTuple):
    """What is stored with a case beside its values."""

    impact: Decimal | None
    unit: str | None
    cause: str | None
    due: date | None
    late: bool | None
    who: str | None
    things: list[str] | None
    first_day: date | None
    last_day: date | None

    @property
    def days(self) -> list[date]:
        """The days of the first and the last event."""
        return [day for day in (self.first_day, self.last_day) if day is not None]

    def told(self, case: Case) -> dict[str, Any]:
        """The same as a row has it; kilograms are text with three places."""
        amount: int | str | None = None
        if self.impact is not None:
            amount = f"{self.impact:.3f}" if self.unit == "kg" else int(self.impact)
        return {
            "impact": amount,
            "impact_unit": self.unit or "none",
            "due": None if self.due is None else self.due.isoformat(),
            "late": bool(self.late),
            "owner": case.owner,
            "owner_party": case.owner_party,
            "waits_for": [],
            "cause": self.cause,
        }


def _cause_seen(cause: str | None, known: Collection[str]) -> str | None:
    """A cause as somebody may read it: no party that the case does not name."""
    if cause is None:
        return None
    rule, kind, noun, key = cause.split(" ", 3)
    return cause if noun != "party" or key in known else f"{rule} {kind} {noun} -"


def as_decided(case: Case) -> tuple[Any, ...]:
    """What was decided about a case, as `SHOWN`."""
    shows = case.shows
    values = case.settled if case.state is State.CLOSED and case.settled else shows.values
    sides = list(values.expected), list(values.found)
    return values.severity, shows.artefact, *sides, list(shows.evidence), shows.evidence_total


def _where(wanted: Wanted, pair_of: Mapping[str, Pair]) -> tuple[str, list[Any]]:
    states = sorted(map(str, wanted.states or LIVE))
    parts = ["c.state = ANY(%s)"]
    values: list[Any] = [states]
    given: tuple[tuple[str, Any], ...] = (
        ("c.rule = ANY(%s)", sorted(wanted.rules)),
        ("c.id = ANY(%s::uuid[])", sorted(wanted.ids)),
        (f"{SEVERITY_NOW} = ANY(%s)", sorted(wanted.severities)),
        ("c.subject_kind = %s", wanted.subject_kind),
        ("c.subject = %s", wanted.subject),
        ("%s = ANY(s.parties)", wanted.party),
        ("%s = ANY(s.marks)", wanted.mark),
    )
    for part, value in given:
        if value:
            parts.append(part)
            values.append(value)
    if wanted.importer is not None or wanted.rcb is not None:
        parts.append(f"{OF_CASE} && %s::text[]")
        values.append(marks_of_pair(pair_of, wanted.importer, wanted.rcb))
    if wanted.after:
        parts.append(f"({_KEY}) > (%s, %s, %s, %s)")
        values += wanted.after
    return " AND ".join(parts), values


def marks_of_pair(pair_of: Mapping[str, Pair], importer: str | None, rcb: str | None) -> list[str]:
    """The marks of pairs with that importer and that body; None: with any."""
    return [
        mark
        for mark, pair in pair_of.items()
        if importer in (None, pair[0]) and rcb in (None, pair[1])
    ]


def pairs_of_marks(rows: Rows, log: Log) -> dict[str, Pair]:
    """The importer and body of every registered mark."""
    registered = facts_of(rows, log, [MarkRegistered]).all(MarkRegistered)
    return {event.mark: (event.importer, event.rcb) for event in registered}
