"""People's decisions about cases and periods: taken on what the views show, recorded in the log.

A decision holds for what was shown when it was taken: where that changes before it is recorded,
nothing is recorded and it is to be taken again.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.cases.canonical import encode_decision
from ledger.cases.deciding import Close, Escalate, Explain, Settlement, Standing, decide
from ledger.cases.discrepancy import Case, Values
from ledger.errors import Conflict, Misuse, Unavailable
from ledger.facts.scalars import local_day, time_text
from ledger.log import Entry, Log
from ledger.rules.moments import JAPAN
from ledger.views import schema
from ledger.views.folding import Rows

_case = msgspec.json.Decoder(Case).decode
_attempts_max = 5
_SHOWN = "SELECT severity, expected, found, marks, parties FROM case_shown WHERE id = %s"
_EVALUATE_AGAIN = """
INSERT INTO waiting (kind, key) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""

Command = Explain | Escalate | Close


def settle(
    log: Log,
    case_id: UUID,
    command: Command,
    now: int,
    *,
    follow: Callable[[], object],
    may: Callable[[Standing], None] | None = None,
) -> Settlement:
    """Explain, escalate or close a case; visible in every view on return.

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
    log: Log, case_id: UUID, command: Command, now: int, may: Callable[[Standing], None] | None
) -> Settlement:
    with log.transaction(snapshot=True) as rows:
        schema.use(rows)
        position = schema.position(rows)
        rows.execute("SELECT folded FROM cases WHERE id = %s", (case_id,))
        row = rows.fetchone()
        if row is None:
            raise Misuse(f"There is no case {case_id}.")
        case = _case(row[0])
        shown = _shown(rows, case_id)
        whom = standing(rows, case, shown.whom, now)
    if may is not None:
        may(whom)
    event = decide(command, case, standing=whom, shown=shown.values, now=now, position=position)

    def inside(writing: Any) -> None:
        schema.use(writing)
        # Whoever audits at this moment starts again, with this subject too.
        writing.execute("UPDATE audit SET turn = turn + 1")
        writing.execute(_EVALUATE_AGAIN, (str(case.subject_kind), case.subject))
        if _shown(writing, case_id).values != shown.values:
            raise Conflict("What the case shows has changed: decide again.")

    entry = Entry(
        id=case_id,
        topic=type(event).__name__,
        state=encode_decision(event),
        version=case.version + 1,
    )
    log.decide([entry], inside=inside)
    return event


class Whom(NamedTuple):
    """The marks of the subject of a case and the parties that its events name."""

    marks: list[str]
    parties: list[str]


class _Shown(NamedTuple):
    values: Values
    whom: Whom


def _shown(rows: Rows, case_id: UUID) -> _Shown:
    row = rows.execute(_SHOWN, (case_id,)).fetchone()
    if row is None:
        raise Unavailable("The audit has not evaluated this case yet: run `ledger catch-up`.")
    severity, expected, found, marks, parties = row
    return _Shown(Values(severity, tuple(expected), tuple(found)), Whom(marks, parties))


def standing(rows: Rows, case: Case, shown: Whom, now: int) -> Standing:
    """Who has a say in a case; `now` is µs UTC.

    Concerned are the parties that its events name, by more than their own word. Certifiers are the
    bodies of the pairs that it belongs to and the agents of the exporters concerned. Where it
    belongs to no pair, the agents whose contracts are in force; where there are none, nobody.
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
    return Standing(concerned=frozenset(concerned), certifiers=frozenset(certifiers))
