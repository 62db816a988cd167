"""A list and a page of every noun: what each shows stands in `asking/nouns`."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from ledger.facts.scalars import local_day, time_text
from ledger.rules.moments import JAPAN
from ledger.web.access.viewers import onlooker
from ledger.web.asking.given import TEXT_PATTERN
from ledger.web.asking.nouns.contracts import contract_card
from ledger.web.asking.nouns.goods import (
    complaint_card,
    label_card,
    product_card,
    verdict_cells,
    verdicts,
    year_card,
)
from ledger.web.asking.nouns.listing import Wanted, asked, rows_a_page, whole
from ledger.web.asking.nouns.lists import LISTS, Nouns
from ledger.web.asking.nouns.papers import certificate_card, report_card, request_card
from ledger.web.asking.nouns.parties import heard_by_day, party_card, person_card, source_card
from ledger.web.asking.nouns.seals import dispatch_card, mark_card, seal_card
from ledger.web.asking.nouns.sections import Card
from ledger.web.desk import SYSTEM, Looking
from ledger.web.pages.given import Id
from ledger.web.pages.listed import EMPTY, cells_of, choices_of
from ledger.web.pages.opening import Open, Opening
from ledger.web.problems import invalid

router = APIRouter(include_in_schema=False)
word_letters_max: Final = 300
page_digits_max: Final = 6
Serial = Annotated[int, Query(ge=0, lt=2**63)]
From = Annotated[int, Query(alias="from", ge=0, lt=2**63)]
Whole = Annotated[int, Query(ge=0, le=9_999)]
Number = Annotated[str, Query(max_length=80, pattern=TEXT_PATTERN)]


def today_of(opened: Opening) -> date:
    """The day it is in Japan by the desk's clock."""
    return local_day(time_text(opened.desk.now(), JAPAN))


def list_page(
    opened: Opening, listing: Nouns, beside: tuple[str, list[tuple[str, str]]] | None = None
) -> Response:
    """A page of a list, filtered and sorted as its address says.

    `beside` = what else it leads to: a heading, and words with their addresses.
    """
    onlooker(opened.viewer)
    wanted, today = _wanted(opened, listing), today_of(opened)
    if (file := opened.file(whole(listing, wanted, today))) is not None:
        return file
    with opened.looking() as looking:
        found = asked(looking.rows, listing, wanted, today)
        return opened.show(
            "list",
            looking.standing,
            page=listing.page,
            found=found,
            wanted=wanted,
            rows=[cells_of(found.table, row) for row in found.rows],
            sums=cells_of(found.table, found.sums),
            pages=-(-found.total // rows_a_page),
            filters={name: choices_of(name, opened.language) for name in listing.filters},
            filtered=bool(wanted.part or any(wanted.by.values())),
            empty=EMPTY[listing.page],
            beside=beside,
        )


def _wanted(opened: Opening, listing: Nouns) -> Wanted:
    given = {}
    for name in (*listing.filters, "q", "sort", "page"):
        given[name] = opened.request.query_params.get(name, "").strip()
        if "\0" in given[name] or len(given[name]) > word_letters_max:
            raise invalid(name, "a text of at most 300 letters")
    page = given["page"] or "1"
    if not page.isascii() or not page.isdigit() or len(page) > page_digits_max:
        raise invalid("page", "a whole number from 1 on")
    by = {name: given[name] for name in listing.filters}
    return Wanted(by, given["q"], given["sort"], max(1, int(page)))


def _route(listing: Nouns) -> None:
    def page(opened: Open) -> Response:
        return list_page(opened, listing)

    page.__name__ = listing.page
    router.add_api_route(f"/desk/{listing.page}", page, methods=["GET"])


for _each in LISTS.values():
    if _each.page != "certificates":  # an issuer's control log has the same address
        _route(_each)


def _shown(
    opened: Opening, make: Callable[[Looking], Card], labels: list[tuple[str, int]] | None = None
) -> Response:
    """The page of a noun; `labels` are those that it asks a verdict of."""
    onlooker(opened.viewer)
    with opened.looking() as looking:
        card = make(looking)
        judged: dict[tuple[str, int], Any] = {}
        if labels:
            found = verdicts(opened.desk, labels, today_of(opened))
            judged = {label: verdict_cells(verdict) for label, verdict in found.items()}
        return opened.show("noun", looking.standing, page=card.kind, card=card, verdicts=judged)


@router.get("/desk/mark")
def mark(opened: Open, mark: Id, start: From = 0) -> Response:
    """Show a mark, its numbers from one on."""
    return _shown(opened, lambda looking: mark_card(looking, mark, start))


@router.get("/desk/seal")
def seal(opened: Open, mark: Id, number: Serial) -> Response:
    """Show the way of one seal number."""
    return _shown(opened, lambda looking: seal_card(looking, mark, number))


@router.get("/desk/dispatch")
def dispatch(opened: Open, dispatch: Id) -> Response:
    """Show a dispatch."""
    now = opened.desk.now()
    return _shown(opened, lambda looking: dispatch_card(looking, dispatch, now))


@router.get("/desk/party")
def party(opened: Open, party: Id) -> Response:
    """Show a party."""
    today = today_of(opened).isoformat()
    return _shown(opened, lambda looking: party_card(looking, party, today))


@router.get("/desk/person")
def person(opened: Open, person: Id) -> Response:
    """Show a person."""
    return _shown(opened, lambda looking: person_card(looking, person))


@router.get("/desk/source")
def source(opened: Open, source: Id) -> Response:
    """Show a source."""
    now = opened.desk.now()

    def make(looking: Looking) -> Card:
        # Sums by hashed source name nobody, and are shown with a source that its viewer sees.
        with opened.desk.looking(SYSTEM) as whole:
            by_day = heard_by_day(whole, source, now)
        return source_card(looking, source, now, by_day)

    return _shown(opened, make)


@router.get("/desk/contract")
def contract(opened: Open, contract: Id) -> Response:
    """Show a contract."""
    return _shown(opened, lambda looking: contract_card(looking, contract, today_of(opened)))


@router.get("/desk/product")
def product(opened: Open, product: Id) -> Response:
    """Show a product."""
    labels: list[tuple[str, int]] = []

    def make(looking: Looking) -> Card:
        card, found = product_card(looking, product)
        labels.extend(found)
        return card

    return _shown(opened, make, labels)


@router.get("/desk/label")
def label(opened: Open, label: Id, version: Whole) -> Response:
    """Show a version of a label."""
    asked_of = [(label, version)]
    return _shown(opened, lambda looking: label_card(looking, label, version), asked_of)


@router.get("/desk/certificate")
def certificate(opened: Open, issuer: Id, number: Number) -> Response:
    """Show a certificate."""
    today = today_of(opened)
    return _shown(opened, lambda looking: certificate_card(looking, issuer, number, today))


@router.get("/desk/report")
def report(opened: Open, report: Id) -> Response:
    """Show a report of attached seals."""
    return _shown(opened, lambda looking: report_card(looking, report))


@router.get("/desk/request")
def request(opened: Open, request: Id) -> Response:
    """Show a request for a certificate."""
    now = opened.desk.now()
    return _shown(opened, lambda looking: request_card(looking, request, now))


@router.get("/desk/year")
def year(opened: Open, party: Id, year: Whole) -> Response:
    """Show the annual reports of a party for a fiscal year."""
    return _shown(opened, lambda looking: year_card(looking, party, year))


@router.get("/desk/complaint")
def complaint(opened: Open, complaint: Id) -> Response:
    """Show a complaint."""
    return _shown(opened, lambda looking: complaint_card(looking, complaint))


def moved(opened: Opening, page: str, **words: str) -> Response:
    """Lead on for good from an address of before."""
    return RedirectResponse(opened.to(page, **words), status_code=308)
