"""The figures of a viewer: rows of the reconciliation, one stock day by day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from msgspec.structs import replace

from ledger.custody.places import Kind
from ledger.log.seeing import Viewer
from ledger.views.discrepancies import Tally, tallies
from ledger.views.discrepancies.listing import pairs_of_marks
from ledger.views.places import place_id
from ledger.views.reconciliation import Question
from ledger.views.statements import statement
from ledger.web.asking.given import Clocks
from ledger.web.desk import Desk, Looking
from ledger.web.problems import invalid, not_found
from ledger.web.status.rows import Answered, answered

_CONTRACTS: Final = "SELECT importer, rcb, exporter FROM viewer_contracts() WHERE agent = %s"
Account = tuple[str, str, str]
"""A stock: mark, holder, site."""


def one_part(exporter: str | None, agent: str | None) -> None:
    """Refuse to answer for an exporter and an agent at once."""
    if exporter and agent:
        raise invalid("agent", "ask for one exporter or for one agent, not both")


def seen_rows(desk: Desk, looking: Looking, asked: Question) -> list[dict[str, Any]]:
    """The rows that answer a question for a viewer; 404 where it names somebody else's."""
    return [each.row for each in seen_pairs(desk, looking, asked)]


def seen_pairs(desk: Desk, looking: Looking, asked: Question) -> list[Answered]:
    """The same rows, each with what its columns say."""
    viewer = looking.viewer
    match viewer.role:
        case "importer":
            asked = replace(asked, importer=_mine(viewer, asked.importer, "importer"))
        case "exporter" | "processor":
            if asked.agent is not None:
                raise not_found("such agent")
            mine = _mine(viewer, asked.exporter, "exporter")
            asked = replace(asked, exporter=mine, split=None)
        case "certifier":
            return _certifiers(desk, looking, asked)
        case _:
            pass
    return _answered(desk, looking, asked)


def _certifiers(desk: Desk, looking: Looking, asked: Question) -> list[Answered]:
    """The pairs that bear its name, and of others the exporters that it certifies."""
    me = looking.viewer.party
    found: list[Answered] = []
    if asked.rcb in (None, me):
        found += _answered(desk, looking, replace(asked, rcb=me))
    if asked.agent not in (None, me):
        return found
    looking.rows.execute(_CONTRACTS, (me,))
    certified = {((importer, rcb), name) for importer, rcb, name in looking.rows.fetchall()}
    pairs = [
        pair
        for pair in sorted({pair for pair, _ in certified if pair[1] != me})
        if asked.importer in (None, pair[0]) and asked.rcb in (None, pair[1])
    ]
    if not pairs:
        return found
    marks = pairs_of_marks(looking.rows, looking.log)
    cases = tallies(looking.rows, marks, asked.known_at, parted=True)
    for importer, rcb in pairs:
        question = replace(asked, importer=importer, rcb=rcb, split="exporter", agent=None)
        found += [
            each._replace(row=each.row | {"agent": me})
            for each in _answered(desk, looking, question, cases)
            if ((importer, rcb), each.row["exporter"]) in certified
        ]
    return found


def _answered(
    desk: Desk, looking: Looking, asked: Question, cases: Sequence[Tally] = ()
) -> list[Answered]:
    # Where recorded times are made up, the ledger's clock is the last of them.
    now = max(desk.now(), desk.log.recorded_last())
    return answered(looking.rows, looking.log, asked, now=now, cases_of_parties=cases)


def _mine(viewer: Viewer, given: str | None, what: str) -> str:
    if given not in (None, viewer.party):
        raise not_found(f"such {what}")
    return viewer.party


def sees_stock(looking: Looking, account: Account) -> bool:
    """Whether the viewer sees a stock: a fact names stocks of others too."""
    mark, holder, site = account
    stock = place_id(mark, Kind.STOCK, holder, site)
    return bool(looking.rows.execute("SELECT FROM places WHERE id = %s", (stock,)).fetchall())


def stock_days(
    looking: Looking, account: Account, clocks: Clocks, between: tuple[date | None, date | None]
) -> dict[str, Any]:
    """A stock day by day between two dates; 404 where the viewer sees no such stock."""
    if not sees_stock(looking, account):
        raise not_found("such stock")
    return statement(
        looking.rows, looking.log, account, start=between[0], end=between[1],
        as_of=clocks.as_of, known_at=clocks.known_at, since=clocks.since,
    )  # fmt: skip
