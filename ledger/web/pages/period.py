"""One period of a pair: its movements, its cases, and what is signed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.cases.period import Period, PeriodState, Signed, period_of
from ledger.custody.moves import Cause
from ledger.log import Log, Recorded, Rows
from ledger.views.movements import Between, movements
from ledger.views.period_changes import Change
from ledger.views.period_sheet import marks_of
from ledger.views.period_since import positions_since
from ledger.views.period_states import standing_of
from ledger.views.reading import reading
from ledger.views.reconciliation import FIGURES
from ledger.web.access.viewers import CERTIFYING, onlooker
from ledger.web.asking import periods as asking
from ledger.web.asking.periods import Previewed
from ledger.web.pages.claim_words import CLAIMS_SHORT
from ledger.web.pages.given import Id
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.words import CAUSES, PERIOD_STATES, STATES
from ledger.web.pages.words import FIGURES as NAMES
from ledger.web.problems import Problem, said

router = APIRouter(include_in_schema=False)
unusual_share: Final = 0.5
unusual_seals_min: Final = 100
_INTO: Final[Mapping[Cause, Sequence[str]]] = {
    Cause.ISSUED: ("stock_importer", "stock_exporters"),
    Cause.SENT: ("in_transit",),
    Cause.SENT_BACK: ("in_transit",),
    Cause.TRANSFERRED: ("in_transit",),
    Cause.RECEIVED: ("stock_importer", "stock_exporters"),
    Cause.APPLIED: ("on_lots",),
    Cause.REMOVED: ("spoiled",),
    Cause.LEFT: ("shipped",),
    Cause.ARRIVED: ("delivered",),
    Cause.CAME_BACK: ("on_lots",),
    Cause.SPOILED: ("spoiled",),
    Cause.SAMPLED: ("sampled",),
    Cause.DESTROYED: ("destroyed",),
    Cause.LOST: ("lost",),
    Cause.STOLEN: ("stolen",),
    Cause.ADJUSTED: ("stock_importer", "stock_exporters"),
}
"""Where what is summed up under a cause comes to: there it is counted once."""


_PARTS: Final[Mapping[str, str]] = {
    "figures": said("Movements"),
    "claims": said("Claims"),
    "counts": said("Counts"),
    "stocks": said("Seal ledgers"),
    "cases": said("Cases"),
}
_WORDS: Final[Mapping[str, str]] = {
    **CAUSES,
    **CLAIMS_SHORT,
    **NAMES,
    **STATES,
    "opening": said("Opening"),
    "closing": said("Closing"),
    "in": said("In"),
    "out": said("Out"),
    "difference": said("Difference"),
    "used": said("Used"),
    "discarded": said("Discarded"),
    "other": said("Other"),
    "severity": said("Severity"),
    "state": said("State"),
    "title": said("Case"),
    "rule": said("Rule"),
    "touches": said("touches it"),
    "period": said("of this period"),
    "carried": said("carried"),
}
"""Words of a sheet's parts, by their names there."""
_SENT: Final = frozenset({"sent", "sent_back", "transferred"})


class Beside(NamedTuple):
    """One kind of movement beside that of the period before; `unusual` where far from it."""

    cause: str
    now: int
    before: int

    @property
    def difference(self) -> int:
        """How much more."""
        return self.now - self.before

    @property
    def share(self) -> str | None:
        """The same in per cent of the period before; None where that had none."""
        return f"{100 * self.difference / self.before:+.1f}" if self.before else None

    @property
    def unusual(self) -> bool:
        """Beyond half of it and a hundred seals."""
        far = abs(self.difference)
        return far >= unusual_seals_min and far > unusual_share * self.before


class Table(NamedTuple):
    """The movements as a table: its columns, its rows, and what all rows sum up to."""

    causes: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    total: Mapping[str, Any]


class Restated(NamedTuple):
    """What a later fact made of a signed row: name, signed, now; and the events since."""

    rows: Sequence[tuple[str, int, int]]
    events: Sequence[Recorded]


@router.get("/desk/period")
def period(
    opened: Open,
    importer: Id,
    rcb: Id,
    period: Id,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show a period of a pair: what moved, what touches it, what is signed."""
    return period_page(opened, period_of(importer, rcb, period), done=done)


def period_page(
    opened: Opening,
    wanted: Period,
    *,
    done: str = "",
    refused: Problem | None = None,
    changed: Sequence[Change] = (),
    text: str = "",
) -> Response:
    """The page of a period; `refused` says why it was not signed, `changed` what has changed."""
    onlooker(opened.viewer)
    asking.check_pair(opened.viewer, wanted)
    desk = opened.desk
    standing = desk.standing()
    with reading(desk.log) as rows:
        found = asking.previewed(rows, desk.log, wanted, desk.now())
        before = _moved(rows, desk.log, wanted.before, found.seen.position)
        since = _since(rows, desk.log, wanted, found.known)
        stands = standing_of(
            rows, desk.log, wanted, sign_days=desk.policy.sign_days, now=desk.now()
        )
    now = {one["figure"]: one["movements"] for one in found.seen.content["figures"]}
    return opened.show(
        "period",
        standing,
        status=refused.status if refused else 200,
        period=wanted,
        sheet=found,
        content=found.seen.content,
        table=table_of(found.seen.content),
        beside=beside_of(now, before),
        restated=_restated(opened, found, since),
        cases=found.seen.touching,
        case_rows=[one.case.row for one in found.seen.touching],
        over=desk.now() > wanted.end,
        signs=opened.viewer.role in CERTIFYING,
        acknowledges=opened.viewer.role == "importer",
        open_text=text,
        done=done if done in ("prepared", "signed", "acknowledged") else "",
        refused=refused.detail if refused else "",
        changed=changed,
        marked={(one.list, one.key, one.name): one.old for one in changed},
        names=NAMES,
        claim_names=CLAIMS_SHORT,
        cause_names=cause_names(found.seen.content),
        stands=PERIOD_STATES[stands],
        part_names=_PARTS,
        **_links(opened, wanted),
    )


def _links(opened: Opening, wanted: Period) -> dict[str, Callable[..., str]]:
    """What the template asks for: addresses of figures and stocks, words, a digest in groups."""
    pair = {"importer": wanted.importer, "rcb": wanted.rcb}

    def figure_at(name: str, period: str, cause: str = "") -> str:
        return opened.to("figure", **pair, name=name, period=period, cause=cause)

    def stock_at(stock: Mapping[str, Any]) -> str:
        named = {name: stock[name] for name in ("mark", "holder", "site")}
        return opened.to("statement", **named, period=wanted.name)

    def word_of(name: str | None) -> str:
        code = (name or "–").removeprefix("movements.")
        return opened.language.say(_WORDS.get(code, code))

    return {
        "figure_at": figure_at, "stock_at": stock_at, "word_of": word_of,
        "digest_words": digest_words,
    }  # fmt: skip


def digest_words(digest: str) -> str:
    """A digest as people compare it: eight groups of eight."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _moved(rows: Rows, log: Log, period: Period, position: int) -> dict[str, dict[str, int]]:
    marks = marks_of(rows, log, period)
    return movements(rows, Between(marks, period.importer, period.start, period.end, position))


def _since(rows: Rows, log: Log, period: Period, known: Signed | None) -> list[int]:
    if known is None or known.signature is None or known.state is not PeriodState.RESTATED:
        return []
    marks = marks_of(rows, log, period)
    return positions_since(rows, marks, period.end, known.signature.position)


def _restated(opened: Opening, found: Previewed, since: list[int]) -> Restated | None:
    known = found.known
    if known is None or known.state is not PeriodState.RESTATED:
        return None
    now = found.seen.sheet.row
    with opened.looking() as looking:
        events = looking.log.at(since)
    rows = [
        (name, was, now.get(name, 0)) for name, was in known.signed.items() if now.get(name) != was
    ]
    return Restated(rows, events)


def table_of(content: Mapping[str, Any]) -> Table:
    """The table of movements: places in the order of the identity, causes as they come about.

    Rows and columns without any number are left out; the last row is the sum of all places, which
    is what was issued.
    """
    figures = {one["figure"]: one for one in content["figures"]}
    moved = {cause for one in figures.values() for cause in one["movements"]}
    causes = [cause.name.lower() for cause in Cause if cause.name.lower() in moved]
    rows = [
        figures[name]
        for name in FIGURES[1:]
        if figures[name]["opening"] or figures[name]["closing"] or figures[name]["movements"]
    ]
    issued = figures["issued"]
    sums = {cause: sum(row["movements"].get(cause, 0) for row in rows) for cause in causes}
    return Table(causes, rows, {**issued, "movements": sums})


def cause_names(content: Mapping[str, Any]) -> Mapping[str, str]:
    """What causes are called: why seals were sent only where they were for several reasons."""
    moved = {cause for one in content["figures"] for cause in one["movements"]}
    if len(moved & _SENT) > 1:
        return CAUSES
    return {**CAUSES, **dict.fromkeys(_SENT, said("sent"))}


def beside_of(
    now: Mapping[str, Mapping[str, int]], before: Mapping[str, Mapping[str, int]]
) -> list[Beside]:
    """Each kind of movement of either period, beside the other."""
    found = []
    for cause in Cause:
        name = cause.name.lower()
        here, there = (
            sum(places.get(place, {}).get(name, 0) for place in _INTO[cause])
            for places in (now, before)
        )
        if here or there:
            found.append(Beside(name, here, there))
    return found
