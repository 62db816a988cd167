"""One case: what was expected and found, what it rests on, what would cure it, and who decides."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.cases.discrepancy import State
from ledger.facts.record import Known
from ledger.views.discrepancies import (
    Listed,
    Wanted,
    Whom,
    case_then,
    history,
    listed,
    standing,
)
from ledger.views.loading import facts_by_id
from ledger.web.access.viewers import EXPLAINING, onlooker
from ledger.web.asking import lists
from ledger.web.asking.decisions import ACTS, one_case
from ledger.web.asking.events import event_row
from ledger.web.desk import Looking
from ledger.web.pages.charts import times
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import page_of
from ledger.web.pages.words import FAMILIES, KINDS, REASONS
from ledger.web.problems import Problem, not_found

router = APIRouter(include_in_schema=False)
similar_shown_max: Final = 8
_SIMILAR: Final = """
SELECT c.id FROM cases AS c LEFT JOIN case_shown AS s ON s.id = c.id
WHERE c.rule = %s AND c.id <> %s AND (s.marks && %s::text[] OR s.parties && %s::text[])
ORDER BY c.changed DESC LIMIT %s
"""


@router.get("/desk/case")
def case(opened: Open, id: UUID, done: Annotated[str, Query(max_length=20)] = "") -> Response:  # noqa: A002 -- the word in the address
    """Show a case."""
    return case_page(opened, id, done=done if done in ACTS else "")


def case_page(
    opened: Opening,
    case_id: UUID,
    *,
    done: str = "",
    refused: Problem | None = None,
    given: Any = None,
) -> Response:
    """The page of a case; `refused` says why a decision was not taken, `given` what was typed."""
    onlooker(opened.viewer)
    if (file := opened.file(lists.evidence(partial(_evidence_rows, opened, case_id)))) is not None:
        return file
    with opened.looking() as looking:
        entry = one_case(looking, case_id)
        decided = history(looking.log, entry, opened.until(looking), opened.clocks.as_of)
        if not decided:
            raise not_found("such case at that time")
        row = case_then(entry.row, decided) if opened.clocks.moved else entry.row
        evidence = _evidence(opened, looking, row["evidence"])
        similar = _similar(looking, entry)
        acts = [] if opened.clocks.moved else acts_in(opened, looking, entry)
        at = looking.standing
    subject = page_of(entry.case.subject_kind, entry.case.subject)
    return opened.show(
        "case",
        at,
        status=refused.status if refused else 200,
        case=row,
        pairs=entry.pairs,
        family=FAMILIES.get(entry.case.family, ""),
        kinds=KINDS,
        subject=opened.to(subject[0], **subject[1]) if subject else None,
        evidence=evidence,
        picture=times(
            [(type(known.fact).__name__, known.fact.at, known.rec) for known in evidence]
        ),
        history=decided,
        similar=[other.row for other in similar],
        acts=acts,
        reason_names=REASONS,
        explainer=entry.case.explainer,
        done=done,
        refused=refused.detail if refused else "",
        given=given or {},
    )


def _evidence(opened: Opening, looking: Looking, ids: Sequence[str]) -> list[Known]:
    """The events it rests on that the viewer may see, in the order in which they happened."""
    record = facts_by_id(looking.rows, looking.log, ids, opened.until(looking))
    as_of = opened.clocks.as_of
    known = [one for one in record if as_of is None or one.fact.at <= as_of]
    return sorted(known, key=lambda one: (one.fact.at, one.id))


def _evidence_rows(opened: Opening, case_id: UUID, looking: Looking) -> list[dict[str, Any]]:
    """The same as rows of a list."""
    entry = one_case(looking, case_id)
    ids = [UUID(one.id) for one in _evidence(opened, looking, entry.row["evidence"])]
    found = looking.log.get(ids)
    return [event_row(one) for key in ids for one in found.get(key, ())]


def _similar(looking: Looking, entry: Listed) -> list[Listed]:
    key = UUID(entry.case.id)
    asked = (entry.case.rule, key, entry.marks, entry.parties, similar_shown_max)
    ids = [row[0] for row in looking.rows.execute(_SIMILAR, asked).fetchall()]
    if not ids:
        return []
    return listed(looking.rows, looking.log, Wanted(ids=ids, states=tuple(State)))


def open_acts(opened: Opening, entry: Listed) -> list[str]:
    """What the viewer's role may do in the state of a case, whosever it is."""
    return [
        name
        for name, act in ACTS.items()
        if opened.viewer.role in act.roles and entry.row["state"] in act.states
    ]


def acts_in(opened: Opening, looking: Looking, entry: Listed) -> list[str]:
    """What the viewer may do to a case as it stands."""
    role, party = opened.viewer.role, opened.viewer.party
    acts = open_acts(opened, entry)
    if not acts:
        return []
    whom = Whom(entry.marks, entry.parties)
    say = standing(looking.rows, entry.case, whom, opened.desk.now())
    return acts if party in (say.concerned if role in EXPLAINING else say.certifiers) else []
