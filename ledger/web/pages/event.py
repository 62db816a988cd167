"""One event: what it says, its receipt, what it moved, what corrects it, what rests on it."""

from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from ledger.cases.canonical import TOPICS as DECISIONS
from ledger.custody.moves import moves
from ledger.facts.canonical import decode
from ledger.log import Recorded
from ledger.rules.subjects import subjects_of
from ledger.rules.violation import SubjectKind
from ledger.views.letters import letters_behind
from ledger.web.asking import lists
from ledger.web.asking.nouns.asked import cases
from ledger.web.asking.nouns.fields import fields_of
from ledger.web.asking.nouns.seals import where
from ledger.web.asking.nouns.sections import Cell, Section, Value, count, ref
from ledger.web.asking.records import corrected
from ledger.web.asking.records import shown as as_recorded
from ledger.web.desk import Looking
from ledger.web.pages.opening import Open
from ledger.web.pages.refs import title
from ledger.web.pages.words import DOORS
from ledger.web.problems import not_found, said

router = APIRouter(include_in_schema=False)
_OWN_PAGE = frozenset({SubjectKind.EVENT, SubjectKind.APPLICATION, SubjectKind.ISSUER})
"""Kinds of subjects that are the event itself, or no thing with a page."""


@router.get("/desk/event")
def event(opened: Open, id: UUID) -> Response:  # noqa: A002 -- the word in the address
    """Show an event as recorded with what it moved and what corrects it, or what was refused."""
    if (file := opened.file(lists.moves(partial(_moves, id)))) is not None:
        return file
    with opened.looking() as looking:
        stream = looking.log.get([id]).get(id, [])
        dead_letters = looking.log.refused(id)
        if not stream and not dead_letters:
            raise not_found("such event")
        letter = letters_behind(looking.rows, [id]).get(id)
        facts = [one for one in stream if one.topic not in DECISIONS]
        return opened.show(
            "event",
            looking.standing,
            id=str(id),
            title=title(stream[0], opened.language) if stream else "",
            records=[as_recorded(recorded, letter) for recorded in stream],
            refusals=dead_letters,
            corrected=corrected(looking, id),
            is_case=bool(stream) and stream[0].topic.startswith("Discrepancy"),
            about=_about(facts[0]) if facts else [],
            told=fields_of(decode(facts[0].state)) if facts else [],
            moved=_moved(facts[0]) if facts else None,
            cases=cases(looking, str(id), "event", "application", of="event") if facts else None,
            doors=DOORS,
        )


def _moves(event_id: UUID, looking: Looking) -> list[dict[str, Any]]:
    """What an event moved; 404 where the viewer sees no such event."""
    stream = looking.log.get([event_id]).get(event_id, [])
    if not stream:
        raise not_found("such event")
    return [move for recorded in stream for move in as_recorded(recorded)["moves"]]


def _about(recorded: Recorded) -> list[Cell]:
    """What an event is about, as far as that is a thing with a page."""
    subjects = sorted(subjects_of(decode(recorded.state)))
    return [
        Cell("ref", subject.key, "stock" if subject.kind is SubjectKind.ACCOUNT else subject.kind)
        for subject in subjects
        if subject.kind not in _OWN_PAGE
    ]


def _moved(recorded: Recorded) -> Section:
    rows: list[list[Value]] = [
        [ref("mark", move.mark), where(move.source), where(move.target), count(move.seals)]
        for move in moves(decode(recorded.state))
    ]
    return Section(
        said("What it moved"),
        said("It moved no seals."),
        columns=("mark", said("Moved from"), said("Moved to"), said("Seals")),
        rows=rows,
    )
