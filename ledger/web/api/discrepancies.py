"""`/discrepancies`: what does not fit, case by case or in groups, and what people decide about it.

A case is shown as far as the viewer sees it, and decided about by whom it concerns or who certifies
it; everybody else finds none.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ledger.cases.discrepancy import State
from ledger.errors import Conflict, Misuse, Unavailable
from ledger.facts.scalars import ReasonCode, time_text
from ledger.log.seeing import Viewer
from ledger.rules.violation import Severity, SubjectKind
from ledger.views.discrepancies import GROUPS, Wanted, case_then, grouped, history, listed
from ledger.web.access.viewers import AtDesk, Certifier, Explainer, Onlooker
from ledger.web.api import openapi_cases as openapi
from ledger.web.api.answers import answer
from ledger.web.api.deciding import Documents, Id, Needed, Said, Text, decided_one
from ledger.web.api.parameters import AtClocks, AtForm, AtPage, key_of
from ledger.web.asking import lists
from ledger.web.asking.decisions import ActName, command_of, one_case, settled
from ledger.web.asking.given import KEY_PATTERN
from ledger.web.desk import Desk, Looking
from ledger.web.problems import Problem, not_found
from ledger.web.writing import written

router = APIRouter(tags=["discrepancies"])

decided_cases_max: Final = 1_000
"""Cases that one request may decide about."""

Rules = Annotated[list[Id] | None, Query(alias="rule", max_length=100)]
Severities = Annotated[list[Severity] | None, Query(alias="severity")]
States = Annotated[list[State | Literal["all"]] | None, Query(alias="state")]
Group = Annotated[list[Literal[GROUPS]] | None, Query(max_length=3)]  # type: ignore[valid-type]  # the names are kept in one place


class About(BaseModel):
    """What cases are about and whose they are; what is left out may be any."""

    model_config = ConfigDict(extra="forbid")

    subject_kind: SubjectKind | None = None
    subject: Annotated[str | None, Field(pattern=KEY_PATTERN, max_length=300)] = None
    importer: Id | None = None
    rcb: Id | None = None
    party: Id | None = None
    mark: Id | None = None

    def wanted(self, **more: Any) -> Wanted:
        """The same as the view is asked, and with what else of a case is named."""
        return Wanted(**{name: getattr(self, name) for name in About.model_fields}, **more)


class Where(About):
    """Which cases a decision is about; at least one of these."""

    ids: Annotated[list[UUID], Field(max_length=decided_cases_max)] = []
    rule: Id | None = None
    severity: Severity | None = None

    def cases(self) -> Wanted:
        """The same as the view is asked."""
        return self.wanted(
            rules=(self.rule,) if self.rule else (),
            severities=(self.severity,) if self.severity else (),
            states=tuple(State) if self.ids else (),
            ids=tuple(self.ids),
        )


@router.get("/discrepancies", **openapi.DISCREPANCIES)
def get_discrepancies(
    request: Request,
    viewer: Onlooker,
    desk: AtDesk,
    page: AtPage,
    form: AtForm,
    about: Annotated[About, Depends(About)],
    rules: Rules = None,
    severities: Severities = None,
    states: States = None,
    group: Group = None,
) -> Response:
    """Cases that ask for attention, or those of the states asked for; `all` is every state."""
    asked = tuple(State) if "all" in (states or ()) else tuple(State(one) for one in states or ())
    wanted = about.wanted(
        rules=tuple(rules or ()), states=asked, severities=tuple(severities or ())
    )

    def cases(looking: Looking) -> list[dict[str, Any]]:
        after = key_of(page, str, str, str, str) or ()
        most = None if page.limit is None else page.limit + 1
        found = listed(looking.rows, looking.log, wanted._replace(after=after, limit=most))
        return [entry.row for entry in found]

    def groups(looking: Looking) -> list[dict[str, Any]]:
        by = group or []
        found = grouped(listed(looking.rows, looking.log, wanted), looking.log, by)
        after = key_of(page, int, *(str for _ in by))
        place = lists.group_of(by)
        return [row for row in found if after is None or _order(place(row)) > _order(after)]

    listing = lists.case_groups(groups, group) if group else lists.cases(cases)
    return written(request, desk, viewer, form, listing, page.part)


def _order(place: Sequence[Any]) -> tuple[Any, ...]:
    """Where a group stands: the most cases first."""
    return -place[0], *place[1:]


class Escalation(Said):
    """A certifier asks for more than an explanation."""

    text: Needed
    documents: Documents = ()


class Reasoned(Said):
    """An explanation: a reason, in words where the case is critical."""

    reason: ReasonCode
    text: Text = None
    documents: Documents = ()


class Closing(Reasoned):
    """A closing; `waive` says why a correction that was asked is not owed any more."""

    waive: Text = None


class EscalationOfMany(Escalation):
    """An escalation of every case that fits."""

    where: Where


class ReasonedOfMany(Reasoned):
    """An explanation of every case that fits."""

    where: Where


class ClosingOfMany(Closing):
    """A closing of every case that fits."""

    where: Where


@router.get("/discrepancies/{case_id}", **openapi.DISCREPANCY)
def get_discrepancy(case_id: UUID, viewer: Onlooker, desk: AtDesk, clocks: AtClocks) -> Response:
    """A case with everything that was ever decided about it, or by a moment of either clock."""
    with desk.looking(viewer) as looking:
        entry = one_case(looking, case_id)
        row = entry.row
        then = clocks.then(looking)
        decided = history(looking.log, entry, then.last, clocks.as_of)
    if then.position is not None:
        if not decided:
            raise not_found("such case at that time")
        row = case_then(row, decided)
    told = [
        {
            "decision": recorded.topic,
            "position": recorded.position,
            "recorded_at": time_text(recorded.recorded_at, 0),
            **{name: getattr(decision, name, None) for name in _TOLD},
            **{
                name: msgspec.to_builtins(value)
                for name in _BESIDE
                if (value := getattr(decision, name, None)) not in (None, ())
            },
        }
        for recorded, decision in decided
    ]
    position = {} if then.position is None else {"position": then.position}
    return answer(looking.standing, {**position, **row, "history": told})


_TOLD: Final = ("party", "person", "reason", "text")
_BESIDE: Final = (
    "owner", "owner_party", "due", "waits_for", "to", "from_party", "actions", "cause", "action",
    "prevention", "done_on", "documents", "audience", "waive",
)  # fmt: skip
"""What only some decisions have."""


@router.post("/discrepancies/explain", **openapi.DECISIONS)
def explain_many(body: ReasonedOfMany, viewer: Explainer, desk: AtDesk) -> Response:
    """Explain every case that fits, as a party that they concern."""
    return _many(desk, viewer, "explain", body)


@router.post("/discrepancies/escalate", **openapi.DECISIONS)
def escalate_many(body: EscalationOfMany, viewer: Certifier, desk: AtDesk) -> Response:
    """Escalate every case that fits."""
    return _many(desk, viewer, "escalate", body)


@router.post("/discrepancies/close", **openapi.DECISIONS)
def close_many(body: ClosingOfMany, viewer: Certifier, desk: AtDesk) -> Response:
    """Close every case that fits; somebody else than who explained it last."""
    return _many(desk, viewer, "close", body)


@router.post("/discrepancies/{case_id}/explain", **openapi.DECISION)
def explain_one(case_id: UUID, body: Reasoned, viewer: Explainer, desk: AtDesk) -> Response:
    """Explain a case, as a party that it concerns."""
    return decided_one(desk, viewer, case_id, "explain", body)


@router.post("/discrepancies/{case_id}/escalate", **openapi.DECISION)
def escalate_one(case_id: UUID, body: Escalation, viewer: Certifier, desk: AtDesk) -> Response:
    """Escalate a case."""
    return decided_one(desk, viewer, case_id, "escalate", body)


@router.post("/discrepancies/{case_id}/close", **openapi.DECISION)
def close_one(case_id: UUID, body: Closing, viewer: Certifier, desk: AtDesk) -> Response:
    """Close a case; somebody else than who explained it last."""
    return decided_one(desk, viewer, case_id, "close", body)


def _many(
    desk: Desk, viewer: Viewer, act: ActName,
    body: EscalationOfMany | ReasonedOfMany | ClosingOfMany,
) -> Response:  # fmt: skip
    wanted = body.where.cases()
    if wanted == Wanted():
        raise Problem(422, "where: say which cases", fields=[("where", "say which cases")])
    command = command_of(desk, act, viewer, body.given())
    with desk.looking(viewer) as looking:
        found = listed(looking.rows, looking.log, wanted._replace(limit=decided_cases_max + 1))
        seen = looking.standing
    if len(found) > decided_cases_max:
        raise Problem(422, f"where: more cases fit than the {decided_cases_max} that may")
    decided: list[str] = []
    refused: list[dict[str, str]] = []
    for entry in found:
        try:
            seen = settled(desk, viewer, UUID(entry.case.id), command).standing
        except (Misuse, Conflict, Problem) as refusal:
            refused.append({"id": entry.case.id, "detail": str(refusal)})
        except Unavailable as away:
            # A failure says that nothing was written: it can be one as long as nothing was.
            if not decided:
                raise
            refused.append({"id": entry.case.id, "detail": str(away)})
        else:
            decided.append(entry.case.id)
    return answer(seen, {"decided": decided, "refused": refused})
