"""People's decisions about cases and periods: taken on what the views show, recorded in the log.

A decision holds for what was shown when it was taken: where that changes before it is recorded,
nothing is recorded and it is to be taken again.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from ledger.cases.arranging import Route
from ledger.cases.canonical import encode_decision
from ledger.cases.deciding import Deciding, decide
from ledger.cases.decision import Refusal
from ledger.cases.discrepancy import LIVE, Case, Event, Values
from ledger.cases.ground import Standing
from ledger.errors import Conflict, Misuse, Unavailable
from ledger.facts.mentions import About
from ledger.facts.registry import PartyRegistered
from ledger.facts.scalars import local_day, time_text
from ledger.log import Entry, Log
from ledger.rules.moments import JAPAN
from ledger.views import schema
from ledger.views.folding import Rows
from ledger.views.loading import facts_of

_case = msgspec.json.Decoder(Case).decode
_attempts_max = 5
_SHOWN = "SELECT severity, expected, found, marks, parties, due FROM case_shown WHERE id = %s"
_EVALUATE_AGAIN = """
INSERT INTO waiting (kind, key) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""


def settle(
    log: Log,
    case_id: UUID,
    command: Deciding,
    now: int,
    *,
    follow: Callable[[], object],
    may: Callable[[Standing], None] | None = None,
) -> Event:
    """Decide about a case; visible in every view on return.

    `now` is µs UTC. `follow` brings the views up to the log; `may` may refuse more than the case
    itself does. Raises Misuse where it may not be, Unavailable where the audit has not evaluated
    the case yet.
    """
    for attempt in range(_attempts_max):
        try:
            event = _settle(log, case_id, command, now, may)
        except Conflict:
            follow()
            if attempt == _attempts_max - 1:
                raise
        else:
            follow()
            return event
    raise Conflict("The case changes too fast: decide again.")


def _settle(
    log: Log, case_id: UUID, command: Deciding, now: int, may: Callable[[Standing], None] | None
) -> Event:
    with log.transaction(snapshot=True) as rows:
        schema.use(rows)
        position = schema.position(rows)
        rows.execute("SELECT folded FROM cases WHERE id = %s", (case_id,))
        row = rows.fetchone()
        if row is None:
            raise Misuse(f"There is no case {case_id}.")
        case = _case(row[0])
        shown = _shown(rows, case)
        whom = standing(rows, case, shown.whom, now)
        if isinstance(command, Route):
            _check_certifier(rows, log, command.to)
    if may is not None:
        may(whom)
    event = decide(
        command, case, standing=whom, shown=shown.values, now=now, position=position,
        policy_due=shown.due,
    )  # fmt: skip

    def inside(writing: Any) -> None:
        schema.use(writing)
        # Whoever audits at this moment starts again, with this subject too.
        writing.execute("UPDATE audit SET turn = turn + 1")
        writing.execute(_EVALUATE_AGAIN, (str(case.subject_kind), case.subject))
        if _shown(writing, case).values != shown.values:
            raise Conflict("What the case shows has changed: decide again.")

    entry = Entry(
        id=case_id,
        topic=type(event).__name__,
        state=encode_decision(event),
        version=case.version + 1,
    )
    log.decide([entry], inside=inside)
    return event


class Tried(NamedTuple):
    """What would come of a decision: the case with what it shows, and why it would be refused."""

    version: int
    values: Values | None
    refusal: Misuse | Unavailable | None


def tried(rows: Rows, case: Case, command: Deciding, now: int) -> Tried:
    """Decide about a case and record nothing; `rows` see every table."""
    try:
        shown = _shown(rows, case)
        whom = standing(rows, case, shown.whom, now)
        decide(
            command, case, standing=whom, shown=shown.values, now=now, position=0,
            policy_due=shown.due,
        )  # fmt: skip
    except (Misuse, Unavailable) as refusal:
        return Tried(case.version, None, refusal)
    return Tried(case.version, shown.values, None)


class Whom(NamedTuple):
    """The marks of the subject of a case and the parties that its events name."""

    marks: list[str]
    parties: list[str]


class _Shown(NamedTuple):
    values: Values
    whom: Whom
    due: date | None


def _shown(rows: Rows, case: Case) -> _Shown:
    row = rows.execute(_SHOWN, (UUID(case.id),)).fetchone()
    if row is None and case.state not in LIVE:
        # Views that were built anew know of it only what was decided.
        return _Shown(case.shows.values, Whom([], []), None)
    if row is None:
        raise Unavailable("The audit has not evaluated this case yet: run `ledger catch-up`.")
    severity, expected, found, marks, parties, due = row
    return _Shown(Values(severity, tuple(expected), tuple(found)), Whom(marks, parties), due)


_CERTIFYING: Final = frozenset({"RCB", "CERTIFYING_AGENT"})


def _check_certifier(rows: Rows, log: Log, party: str) -> None:
    """Refuse to give a case to somebody who is registered as no certifier."""
    found = facts_of(rows, log, [PartyRegistered]).latest(PartyRegistered, About.PARTY, party)
    if found is None or _CERTIFYING.isdisjoint(found.roles):
        raise Refusal(
            "%(party)s is no certifier: only a body or an agent that is registered can decide.",
            field="to", party=party,
        )  # fmt: skip


def standing(rows: Rows, case: Case, shown: Whom, now: int) -> Standing:
    """Who has a say in a case; `now` is µs UTC.

    Concerned are the parties that its events name, by more than their own word. Certifiers are the
    bodies of the pairs that it belongs to and the agents of the exporters concerned. Where it
    belongs to no pair, the agents whose contracts are in force; where there are none, those to whom
    the operator gave it.
    """
    asked = str(case.subject_kind), case.subject
    today = local_day(time_text(now, JAPAN))
    rows.execute(
        "SELECT concerned_in(%s, %s, %s::text[]), certifiers_of_case(%s, %s, %s, %s::text[],"
        " %s::text[], %s)",
        (
            *asked, shown.parties, *asked, case.discriminator, shown.marks, shown.parties, today,
        ),
    )  # fmt: skip
    ((concerned, certifiers),) = rows.fetchall()
    return Standing(
        concerned=frozenset(concerned),
        certifiers=frozenset(certifiers or case.routed),
        nobodys=not certifiers,
    )
