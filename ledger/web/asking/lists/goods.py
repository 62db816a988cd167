"""Lists of goods and papers: lots, shipments, certificates, a lot's way, what is unproven."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from types import ModuleType
from typing import Any, Final

from ledger.facts.mentions import certificate_key
from ledger.listing.values import Row
from ledger.views import certificates as certificates_view
from ledger.views import lots as lots_view
from ledger.views import shipments as shipments_view
from ledger.web.asking.given import Clocks
from ledger.web.asking.goods import in_log_order, sees_gaps
from ledger.web.asking.listing import NOW, Listing, columns
from ledger.web.desk import Looking, as_of
from ledger.web.problems import not_found

Rows = Iterator[Row]


_CERTIFICATES: Final = """
SELECT DISTINCT issuer, number FROM certificates WHERE (issuer, number) > (%s, %s)
ORDER BY issuer, number LIMIT %s
"""


def lots(after: str = "") -> Listing:
    """Lots by id, as they stand now."""
    return Listing(
        columns("lots"), "lots", partial(_cards, lots_view, after),
        key=lambda row: (row["lot"],), flat=_lot,
    )  # fmt: skip


def _lot(row: Row) -> Row:
    return {**row, "seals_attached": sum(sums["seals"] for sums in row["sealed"])}


def shipments(after: str = "") -> Listing:
    """Shipments by id, as they stand now."""
    return Listing(
        columns("shipments"), "shipments", partial(_cards, shipments_view, after),
        key=lambda row: (row["shipment"],), flat=_shipment,
    )  # fmt: skip


def _shipment(row: Row) -> Row:
    return {
        **row,
        "seals_shipped": sum(line["shipped"] for line in row["goods"]),
        "seals_received": sum(line["received"] for line in row["goods"]),
        "certificates": [each["certificate"] for each in row["certificates"]],
        "codes": [each["code"] for each in row["codes"]],
    }


def _cards(view: ModuleType, after: str, looking: Looking, few: int) -> Rows:
    while names := view.names(looking.rows, after, few):
        yield from view.cards(looking.rows, looking.log, names)
        after = names[-1]


def shipment_lines(card: Callable[[Looking], Row], clocks: Clocks = NOW) -> Listing:
    """A shipment lot by lot: attached, shipped, reported, certified, received."""
    return Listing(
        columns("shipment_lines"), "goods", lambda looking, _: card(looking)["goods"],
        clocks=clocks,
    )  # fmt: skip


def certificates(
    issuer: str | None, *, after: Sequence[str] | None = None, clocks: Clocks = NOW
) -> Listing:
    """Certificates by issuer and number, or the control log of one issuer."""
    known: dict[str, Any] = {}

    def rows(looking: Looking, few: int) -> Rows:
        if issuer is None:
            issued, number = after or ("", "")
            yield from _certificates(looking, few, clocks, issued, number)
            return
        told(looking)
        behind = after[0] if after else ""
        yield from (card for card in known["certificates"] if card["certificate"] > behind)

    def told(looking: Looking) -> Row:
        if issuer is None:
            return {"missing": None}
        if not known:
            log, until = as_of(looking, clocks.as_of), clocks.position(looking)
            known.update(certificates_view.control_log(looking.rows, log, issuer, until))
            if not known["certificates"]:
                raise not_found("such issuer")
        return {"missing": known["missing"] if sees_gaps(looking.viewer, issuer) else None}

    key = _certificate if issuer is None else lambda row: (row["certificate"],)
    return Listing(
        columns("certificates"), "certificates", rows, key=key, clocks=clocks,
        flat=_flat_certificate, told=told,
    )  # fmt: skip


def _certificates(looking: Looking, few: int, clocks: Clocks, issuer: str, number: str) -> Rows:
    log, until = as_of(looking, clocks.as_of), clocks.then(looking).last
    while True:
        looking.rows.execute(_CERTIFICATES, (issuer, number, few))
        found = [(row[0], row[1]) for row in looking.rows.fetchall()]
        if not found:
            return
        keys = [certificate_key(*each) for each in found]
        yield from certificates_view.cards(looking.rows, log, keys, until)
        issuer, number = found[-1]


def control_log(issuer: str, number: str, clocks: Clocks) -> Listing:
    """An issuer's certificates, a missing number where it would be; or those of one number."""

    def rows(looking: Looking, _: int) -> Sequence[Row]:
        log, until = as_of(looking, clocks.as_of), clocks.position(looking)
        found = certificates_view.control_log(looking.rows, log, issuer, until)
        missing = found["missing"] if sees_gaps(looking.viewer, issuer) else []
        entries = in_log_order(found["certificates"], missing)
        key = certificate_key(issuer, number)
        return [each for each in entries if not number or each["certificate"] == key]

    return Listing(columns("certificates"), "certificates", rows, flat=_flat_certificate)


def _certificate(row: Row) -> tuple[str, str]:
    return row["issuer"], row["number"]


def _flat_certificate(row: Row) -> Row:
    lots = dict.fromkeys(line["lot"] for line in row.get("lines", ()) if line["lot"])
    return {**row, "lots": [*lots]}


def trace(steps: Callable[[Looking], Sequence[Row]], clocks: Clocks = NOW) -> Listing:
    """Where a lot came from and went, step by step."""
    return Listing(columns("trace"), "steps", lambda looking, _: steps(looking), clocks=clocks)


def unproven(rows: Callable[[Looking], Iterable[Row]]) -> Listing:
    """Lots by id with each code that leaves them unproven."""
    return Listing(
        columns("unproven"), "unproven", lambda looking, _: rows(looking),
        key=lambda row: (row["lot"], row["code"]),
    )  # fmt: skip
