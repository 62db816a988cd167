"""Certificates: each issuer's control log by number, missing numbers in their place."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from ledger.facts.mentions import certificate_key
from ledger.rules.violation import parts_of
from ledger.views import certificates as certificates_view
from ledger.web.access.roles import onlooker
from ledger.web.asking.goods import sees_gaps
from ledger.web.desk import as_of
from ledger.web.pages.given import Id, PageNumber, shown
from ledger.web.pages.opening import Open
from ledger.web.pages.words import PAPERS
from ledger.web.problems import not_found

router = APIRouter(include_in_schema=False)
entries_shown_max: Final = 100


@router.get("/desk/certificates")
def certificates(opened: Open, issuer: Id = "", number: Id = "", page: PageNumber = 0) -> Response:
    """Show an issuer's control log; without one, the issuers there are."""
    onlooker(opened.viewer)
    with opened.looking() as looking:
        issuers = certificates_view.issuers(looking.rows)
        if not issuer and len(issuers) == 1:
            issuer = issuers[0]
        entries: list[dict[str, Any]] = []
        missing: list[str] = []
        if issuer:
            log = as_of(looking, opened.clocks.as_of)
            found = certificates_view.control_log(looking.rows, log, issuer, opened.until(looking))
            missing = found["missing"] if sees_gaps(opened.viewer, issuer) else []
            entries = _in_order(found["certificates"], missing)
            if number:
                key = certificate_key(issuer, number)
                entries = [entry for entry in entries if entry["certificate"] == key]
            if number and not entries:
                raise not_found("such certificate")
        cut, more = shown(entries, page, entries_shown_max)
        return opened.show(
            "certificates",
            looking.standing,
            issuer=issuer,
            number=number,
            issuers=issuers,
            entries=cut,
            more=more,
            missing=len(missing),
            papers=PAPERS,
        )


def _in_order(cards: list[dict[str, Any]], missing: list[str]) -> list[dict[str, Any]]:
    """The log with its gaps where the missing numbers would stand."""
    entries = [{**card, "number": parts_of(card["certificate"])[-1]} for card in cards]
    entries += [{"certificate": None, "state": "MISSING", "number": number} for number in missing]
    return sorted(entries, key=_order)


def _order(entry: dict[str, Any]) -> tuple[str, int, str]:
    """By prefix, then by the number at the end, as the numbers of a series run."""
    number: str = entry["number"]
    prefix = number.rstrip("0123456789")
    return prefix, int(number[len(prefix) :] or 0), number
