"""Cases as people read them: listed, filtered, counted for each pair, as at any moment.

What is listed is how cases stand now; the counts can also be asked as known earlier. What was
decided about a case is a fold of its own decisions: asked for by both clocks like any subject's
facts.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ledger.cases.canonical import decode_decision
from ledger.cases.discrepancy import (
    LIVE,
    Case,
    Decision,
    DiscrepancyClosed,
    DiscrepancyExplained,
    DiscrepancyOpened,
    DiscrepancyReopened,
    Event,
    State,
    evolve,
)
from ledger.facts.registry import MarkRegistered
from ledger.facts.scalars import micros, time_text
from ledger.log import Log, Recorded
from ledger.rules.violation import Severity, SubjectKind
from ledger.views.folding import IS_LIVE, Rows
from ledger.views.loading import facts_of

_case = msgspec.json.Decoder(Case).decode
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
Pair = tuple[str, str]
"""Importer and body."""

OF_CASE = """marks_of_case(c.subject_kind, c.subject, c.discriminator, coalesce(s.marks, '{}'),
        coalesce(s.parties, '{}'))"""
"""The marks through whose pairs a case belongs to somebody."""
_LIST = """
SELECT c.id, c.folded, c.opened_at, c.changed_at, s.severity, s.artefact, s.expected, s.found,
    s.evidence, s.evidence_total, coalesce(s.marks, '{{}}'), coalesce(s.parties, '{{}}'),
    {of_case}
FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
WHERE {where} ORDER BY c.rule, c.subject_kind, c.subject, c.discriminator
"""
_SHOWN = (
    "severity", "suspected_scanner_artifact", "expected", "found", "evidence", "evidence_total",
)  # fmt: skip
_VIEWER = "SELECT viewer_party() WHERE viewer_role() <> 'operator'"
OUT_OF_STANDING: Final = "M-65"
"""Its expected values are parties that the event does not name, found the one that spoke."""
_COUNTS = f"""
SELECT coalesce(s.severity, c.severity), {OF_CASE}
FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
WHERE c.{IS_LIVE}
"""
_COUNTS_KNOWN = f"""
SELECT t.severity, {OF_CASE} FROM (
    SELECT DISTINCT ON (id) id, state, severity FROM case_states WHERE recorded_at <= %s
    ORDER BY id, position DESC
) AS t JOIN cases AS c ON c.id = t.id LEFT JOIN case_shown AS s ON s.id = t.id
WHERE t.{IS_LIVE}
"""


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


def listed(rows: Rows, log: Log, wanted: Wanted) -> list[Listed]:
    """The cases wanted, ordered by rule, subject and discriminator."""
    # Counts of cases are asked by whoever needs no rule and no word of one.
    from ledger.rules.audit import RULES  # noqa: PLC0415 - see above
    from ledger.rules.texts import sentence  # noqa: PLC0415 - see above
    from ledger.rules.values import Shown  # noqa: PLC0415 - see above

    where, values = _where(wanted)
    pair_of = pairs_of_marks(rows, log)
    asking = rows.execute(_VIEWER).fetchone()
    viewer = None if asking is None else asking[0]
    rows.execute(_LIST.format(where=where, of_case=OF_CASE), values)
    found = []
    for key, folded, opened_at, changed_at, *shown, affected, parties, its in rows.fetchall():
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
            **dict(zip(_SHOWN, shown if is_shown else _decided(case), strict=True)),
            "opened_at": time_text(opened_at, 0),
            "changed_at": time_text(changed_at, 0),
            "marks": marks,
            "parties": parties,
        }
        veiled = case.rule == OUT_OF_STANDING and viewer in row["found"]
        if veiled:
            row["expected"] = []
        row["sentence"] = sentence(Shown(*(row[name] for name in Shown._fields)))
        if _fits(wanted, row, pairs):
            found.append(Listed(case, row, marks, parties, pairs, veiled))
    return found


def _decided(case: Case) -> tuple[Any, ...]:
    """What was decided about a case, as `_SHOWN`."""
    shows = case.shows
    values = case.settled if case.state is State.CLOSED and case.settled else shows.values
    sides = list(values.expected), list(values.found)
    return values.severity, shows.artefact, *sides, list(shows.evidence), shows.evidence_total


def _where(wanted: Wanted) -> tuple[str, list[Any]]:
    states = sorted(map(str, wanted.states or LIVE))
    parts, values = ["c.state = ANY(%s)"], [states]
    given: tuple[tuple[str, Any], ...] = (
        ("c.rule = ANY(%s)", sorted(wanted.rules)),
        ("c.id = ANY(%s::uuid[])", sorted(wanted.ids)),
        ("c.subject_kind = %s", wanted.subject_kind),
        ("c.subject = %s", wanted.subject),
        ("%s = ANY(s.parties)", wanted.party),
        ("%s = ANY(s.marks)", wanted.mark),
    )
    for part, value in given:
        if value:
            parts.append(part)
            values.append(value)
    return " AND ".join(parts), values


def _fits(wanted: Wanted, row: dict[str, Any], pairs: Iterable[Pair]) -> bool:
    if wanted.severities and row["severity"] not in wanted.severities:
        return False
    return (wanted.importer is None and wanted.rcb is None) or any(
        wanted.importer in (None, importer) and wanted.rcb in (None, rcb) for importer, rcb in pairs
    )


def pairs_of_marks(rows: Rows, log: Log) -> dict[str, Pair]:
    """The importer and body of every registered mark."""
    registered = facts_of(rows, log, [MarkRegistered]).all(MarkRegistered)
    return {event.mark: (event.importer, event.rcb) for event in registered}


def case_counts(rows: Rows, log: Log, known_at: int | None = None) -> dict[Pair, dict[str, int]]:
    """How many cases of each pair ask for attention, by severity.

    Now, or as recorded by a time (µs UTC). A case may belong to several pairs.
    """
    pair_of = pairs_of_marks(rows, log)
    if known_at is None:
        rows.execute(_COUNTS)
    else:
        rows.execute(_COUNTS_KNOWN, (known_at,))
    counts: dict[Pair, Counter[str]] = {}
    for severity, marks in rows.fetchall():
        for pair in {pair_of[mark] for mark in marks if mark in pair_of}:
            counts.setdefault(pair, Counter())[severity] += 1
    return {pair: {name: found[name] for name in SEVERITIES} for pair, found in counts.items()}


Decided = tuple[Recorded, Event]


def history(log: Log, listed: Listed, until: int, as_of: int | None = None) -> list[Decided]:
    """The decisions about a case recorded up to position `until`, made by `as_of` (µs UTC)."""
    case_id = UUID(listed.case.id)
    found: list[Decided] = []
    for recorded in log.get([case_id]).get(case_id, []):
        decision = decode_decision(recorded.state)
        if not isinstance(decision, Decision) or recorded.position > until:
            continue
        if as_of is None or micros(decision.time) <= as_of:
            found.append((recorded, _veiled(decision) if listed.veiled else decision))
    return found


def _veiled(decision: Event) -> Event:
    """A decision without what was expected by then."""
    if isinstance(decision, DiscrepancyOpened | DiscrepancyReopened):
        values = replace(decision.shows.values, expected=())
        return replace(decision, shows=replace(decision.shows, values=values))
    if isinstance(decision, DiscrepancyExplained | DiscrepancyClosed):
        return replace(decision, values=replace(decision.values, expected=()))
    return decision


def case_then(row: dict[str, Any], decided: Sequence[Decided]) -> dict[str, Any]:
    """A listed case as these decisions, at least one, left it."""
    from ledger.rules.texts import sentence  # noqa: PLC0415 - as in `listed`
    from ledger.rules.values import Shown  # noqa: PLC0415 - as in `listed`

    case = reduce(evolve, (decision for _, decision in decided), None)
    assert case is not None  # noqa: S101 -- the first decision opens it
    then = {**row, "state": str(case.state), **dict(zip(_SHOWN, _decided(case), strict=True))}
    then["changed_at"] = time_text(decided[-1][0].recorded_at, 0)
    return then | {"sentence": sentence(Shown(*(then[name] for name in Shown._fields)))}
