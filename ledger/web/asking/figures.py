"""The figures of a viewer: rows of the reconciliation, one stock day by day."""

from datetime import date
from typing import Any, Final

from msgspec.structs import replace

from ledger.custody.places import Kind
from ledger.log.seeing import Viewer
from ledger.views.discrepancies import case_counts
from ledger.views.places import place_id
from ledger.views.reconciliation import Question, reconcile
from ledger.views.statements import statement
from ledger.web.asking.given import Clocks
from ledger.web.desk import Desk, Looking
from ledger.web.problems import invalid, not_found

_CONTRACTS: Final = "SELECT importer, rcb, exporter FROM viewer_contracts() WHERE agent = %s"
Account = tuple[str, str, str]
"""A stock: mark, holder, site."""


def one_part(exporter: str | None, agent: str | None) -> None:
    """Refuse to answer for an exporter and an agent at once."""
    if exporter and agent:
        raise invalid("agent", "ask for one exporter or for one agent, not both")


def seen_rows(desk: Desk, looking: Looking, asked: Question) -> list[dict[str, Any]]:
    """The rows that answer a question for a viewer; 404 where it names somebody else's."""
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
    return _rows(desk, looking, asked)


def _certifiers(desk: Desk, looking: Looking, asked: Question) -> list[dict[str, Any]]:
    """The pairs that bear its name, and of others the exporters that it certifies."""
    me = looking.viewer.party
    found: list[dict[str, Any]] = []
    if asked.rcb in (None, me):
        found += _rows(desk, looking, replace(asked, rcb=me))
    if asked.agent not in (None, me):
        return found
    looking.rows.execute(_CONTRACTS, (me,))
    certified = {((importer, rcb), name) for importer, rcb, name in looking.rows.fetchall()}
    pairs = sorted({pair for pair, _ in certified if pair[1] != me})
    for pair in pairs:
        if asked.importer not in (None, pair[0]) or asked.rcb not in (None, pair[1]):
            continue
        question = replace(asked, importer=pair[0], rcb=pair[1], split="exporter", agent=None)
        found += [
            row | {"agent": me}
            for row in _rows(desk, looking, question)
            if (pair, row["exporter"]) in certified
        ]
    return found


def _rows(desk: Desk, looking: Looking, asked: Question) -> list[dict[str, Any]]:
    cases = None
    if asked.by is None:
        cases = case_counts(looking.rows, looking.log, asked.known_at)
    # Where recorded times are made up, the ledger's clock is the last of them.
    now = max(desk.now(), desk.log.recorded_last())
    return reconcile(looking.rows, looking.log, asked, now=now, cases=cases)


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
