"""Claims as answers: on which route they hold, by which row, and what another text says.

A claim that is judged by class of goods reaches the mark on two routes. A lot has one of them; a
recipe or a product that is no lot yet is judged on both.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, get_args

import msgspec

from ledger.errors import Misuse, no_such
from ledger.facts.record import Record
from ledger.labels.check import claim_case, judge
from ledger.labels.claims import CLAIMS, claim_row, scheme_of
from ledger.labels.describe import known_claim, verdict_row
from ledger.labels.lots import Route
from ledger.labels.recipe import Recipe
from ledger.labels.schemes.scheme import SCHEMES, Case, Operator
from ledger.labels.verdict import Verdict

ROUTES: Final[tuple[Route, ...]] = get_args(Route)
"""The first is the one that an answer about both goes by."""
BOTH: Final = "BOTH"


def recipe_row(  # noqa: PLR0917 - what a proposed label is made of
    claim: str,
    recipe: Recipe,
    on: date,
    name: str | None = None,
    text: str | None = None,
    operator: Operator | None = None,
    route: str | None = None,
) -> dict[str, Any]:
    """The verdict on a recipe that need not be registered.

    `name` is its name form or origin line, `text` the wording of its label, `operator` who is to
    stand on it. Raises Misuse for what is no claim, and for a route where the claim has none.
    """
    row = claim_row(known_claim(claim), on)
    case = None
    if row is not None:
        case = Case(
            record=Record(), row=row, on=on, recipe=recipe, facts=None, route=None, label=None,
            approved=None, departed=None, seals=(), text=text, name=name, operator=operator,
        )  # fmt: skip
    told = {"claim": claim, "scheme": scheme_of(claim), "on": on.isoformat()}
    return told | _judged(claim, case, route)


def goods_row(
    claim: str,
    record: Record,
    product: str | None,
    version: int | None,
    *,
    on: date,
    route: str | None = None,
    lot: str | None = None,
    label: tuple[str, int] | None = None,
    shipment: str | None = None,
    label_text: str | None = None,
) -> dict[str, Any]:
    """The verdict on goods that are recorded, asked as `claim_check` is; of a lot no route is."""
    if lot is not None and route is not None:
        raise Misuse("The route of a lot is its own; it is not asked for.", field="route")
    case = claim_case(
        known_claim(claim), record, product if lot is None else None, version, on=on, lot=lot,
        label=label, shipment=shipment, label_text=label_text,
    )  # fmt: skip
    told = {"claim": claim, "on": on.isoformat(), "lot": lot}
    return told | _judged(claim, case, route)


def _judged(claim: str, case: Case | None, route: str | None) -> dict[str, Any]:
    """The verdict of a lot's route, or of the first asked; then each route's, and what is beside.

    Keys: eligible, proven, codes; route (null where there is none) and routes; other_rows, notes.
    """
    routes = _asked(claim, case, route)
    if case is None:
        return {**verdict_row(Verdict()), **_BESIDE}
    found = {one: verdict_row(judge(msgspec.structs.replace(case, route=one))) for one in routes}
    return {
        **(found[routes[0]] if routes else verdict_row(judge(case))),
        "route": (route or BOTH) if routes else case.route,
        "routes": found,
        "other_rows": [*_other_rows(case)],
        "notes": _notes(case),
    }


_BESIDE: Final[dict[str, Any]] = {"route": None, "routes": {}, "other_rows": [], "notes": []}


def _asked(claim: str, case: Case | None, route: str | None) -> tuple[Route, ...]:
    """The routes to judge on; none of a lot, and of a claim that knows none. Raises Misuse."""
    if route is not None and route not in (*ROUTES, BOTH):
        raise no_such("route", route, (*ROUTES, BOTH), field="route", every=True)
    rows = [row for row in CLAIMS.rows() if row.recipe == "class"]
    if claim not in {row.claim for row in rows}:
        if route is not None:
            known = ", ".join(dict.fromkeys(row.claim for row in rows))
            raise Misuse(f"{claim} knows no routes; {known} do.", field="route")
        return ()
    if case is None or case.facts is not None:
        return ()
    return tuple(one for one in ROUTES if route in (None, BOTH, one))


def _other_rows(case: Case) -> Iterator[dict[str, Any]]:
    """What the claim's rows that do not hold say, as of a text that is older."""
    for row in CLAIMS.of(case.row.claim, case.on):
        if row != case.row:
            found = verdict_row(judge(msgspec.structs.replace(case, row=row)))
            told = {name: found[name] for name in ("eligible", "codes")}
            yield {"row": row.row, "prov": [*row.prov], **told}


def _notes(case: Case) -> list[str]:
    name = case.name if case.approved is None else case.approved.name_form
    if name is None or case.recipe is None:
        return []
    return [*SCHEMES[case.row.scheme].notes(name, case.recipe, case.on)]
