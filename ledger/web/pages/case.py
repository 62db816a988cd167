"""One case: what was expected and found, what would cure it, who acts next, and what was said."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.cases.arranging import AUDIENCES
from ledger.cases.decision import Decision
from ledger.cases.discrepancy import LIVE
from ledger.cases.due import turn_of
from ledger.facts.record import Known
from ledger.rules.violation import SubjectKind
from ledger.views.discrepancies import Listed, Whom, case_then, history, standing
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.discrepancies.seeking import similar
from ledger.views.loading import facts_by_id
from ledger.web.access.viewers import onlooker
from ledger.web.asking import lists
from ledger.web.asking.decisions import ACTS, ActName, offered, one_case
from ledger.web.asking.events import event_row
from ledger.web.asking.status.asked import unaudited
from ledger.web.desk import Looking
from ledger.web.pages import case_words
from ledger.web.pages.cases import entries_of
from ledger.web.pages.charts import times
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import page_of
from ledger.web.pages.words import FAMILIES, KINDS, REASONS
from ledger.web.problems import Problem, not_found

router = APIRouter(include_in_schema=False)
similar_shown_max: Final = 8
thread_shown_max: Final = 200
"""Entries of a thread, the latest: whoever sees a case may say as much of it as they like."""


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
    given: Mapping[str, Any] | None = None,
    compared: Mapping[str, str] | None = None,
) -> Response:
    """The page of a case.

    `refused` says why a decision was not taken, `given` what was typed for which `act`; `compared`
    a file's name and SHA-256, which the thread may know.
    """
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
        others = entries_of(looking, similar(looking.rows, case_id, similar_shown_max))
        acts, concerned = _acts(opened, looking, entry)
        at = looking.standing
        behind = bool(at.behind or unaudited(looking.rows, at.audited))
        marks = _marks_of_pairs(looking, entry)
    subject = page_of(entry.case.subject_kind, entry.case.subject)
    due = None if row["due"] is None else date.fromisoformat(row["due"])
    asks = entry.case.state in LIVE or entry.case.owes is not None
    return opened.show(
        "case",
        at,
        status=refused.status if refused else 200,
        case=row,
        of=entry.case,
        pairs=marks,
        family=FAMILIES.get(entry.case.family, ""),
        kinds=KINDS,
        subject=opened.to(subject[0], **subject[1]) if subject else None,
        subject_named=entry.case.subject_kind not in _UNNAMED,
        evidence=evidence,
        picture=times(
            [(type(known.fact).__name__, known.fact.at, known.rec) for known in evidence]
        ),
        thread=decided[-thread_shown_max:],
        thread_entries=len(decided),
        documents=_documents([decision for _, decision in decided]),
        similar=[other.row for other in others],
        acts=acts,
        concerned=concerned,
        turn=turn_of(entry.case, late=row["late"]) if asks else None,
        days=None if due is None else (due - opened.today).days,
        behind=behind,
        words=case_words,
        audiences={code: case_words.AUDIENCES[code] for code in AUDIENCES},
        reason_names=REASONS,
        done=case_words.DONE.get(done, ""),
        refused=refused.detail if refused else "",
        given=given or {},
        compared=compared,
    )


_UNNAMED: Final = (SubjectKind.EVENT, SubjectKind.APPLICATION)


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


def _marks_of_pairs(looking: Looking, entry: Listed) -> list[tuple[str, str, list[str]]]:
    """The pairs that it belongs to, each with the marks that it names of them."""
    pair_of = pairs_of_marks(looking.rows, looking.log)
    return [
        (importer, rcb, [m for m in entry.marks if pair_of.get(m) == (importer, rcb)])
        for importer, rcb in entry.pairs
    ]


def _acts(opened: Opening, looking: Looking, entry: Listed) -> tuple[list[ActName], list[str]]:
    """What the viewer may do to a case as it stands, and of whom a correction may be asked.

    At another moment than now that is nothing.
    """
    if opened.clocks.moved:
        return [], []
    whom = Whom(entry.marks, entry.parties)
    say = standing(looking.rows, entry.case, whom, opened.desk.now())
    acts = offered(entry.case, opened.viewer, say)
    return acts, sorted(say.concerned) if "ask-correction" in acts else []


def _documents(decisions: Sequence[Decision]) -> dict[str, str]:
    """The documents of a thread: by SHA-256, the name."""
    return {one.sha256: one.name for each in decisions for one in getattr(each, "documents", ())}
