"""Shipments: whether the goods of a line are inside the equivalence they travel under.

Countries are those of the parties who made and packed, as registered; where none of them is known
nothing is said about origin.
"""

from collections.abc import Iterator
from decimal import Decimal

from ledger.facts.documents import ExportCertificateCancelled, ExportCertificateIssued
from ledger.facts.lots import LotRecorded
from ledger.facts.mentions import About, certificate_key
from ledger.facts.record import Record
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.lots import (
    ancestry,
    country_of,
    origin_record,
    recipe_of_lot,
    recipe_used,
    sources,
    subdivision_into,
)
from ledger.labels.recipe import Recipe, at_least, shares
from ledger.labels.scope import Scope, form_routes, scope
from ledger.labels.verdict import Reason, Verdict, fails

CONTENT_PERCENT_MIN = Decimal(95)
"""Goods under equivalence are at least so much organic, salt and water left out."""


def shipment_scope(record: Record, departed: ShipmentDeparted, lot: str) -> Verdict:
    """What is outside the equivalence about one lot of a shipment.

    SCOPE_NOT_COVERED SCOPE_NO_ROW SCOPE_ORIGIN SCOPE_CONTENT CONVERSION_NOT_ACCEPTED; nothing of
    a lot whose product is not known.
    """
    made = origin_record(record, lot)
    recipe = _line_recipe(record, departed, lot, made)
    if recipe is None:
        return Verdict()
    on = departed.day
    found = scope(departed.origin, departed.destination, recipe.class_, recipe, on)
    reasons = [*found.verdict.reasons]
    reasons += _origin(record, departed, lot, found)
    if found.covered:
        reasons += content(recipe)
    if made is not None:
        reasons += _conversion_not_accepted(departed, made, recipe)
    return Verdict.of(reasons)


def line_scope(record: Record, departed: ShipmentDeparted, lot: str) -> Scope | None:
    """The scope row of one lot of a shipment; None where its class is not known."""
    recipe = _line_recipe(record, departed, lot, origin_record(record, lot))
    if recipe is None:
        return None
    return scope(departed.origin, departed.destination, recipe.class_, recipe, departed.day)


def _line_recipe(
    record: Record, departed: ShipmentDeparted, lot: str, made: LotRecorded | None
) -> Recipe | None:
    if made is not None:
        return recipe_of_lot(record, made, departed.day)
    product = next((line.product for line in departed.lines if line.lot == lot), None)
    if product is None:
        return None
    return recipe_used(record, product, None, departed.day)


def content(recipe: Recipe) -> Iterator[Reason]:
    """SCOPE_CONTENT where less than 95 % is organic."""
    food = shares(recipe, "FOOD")
    if recipe.is_the_lot:
        return
    if food.total == 0 or not at_least(food.organic, food.total, CONTENT_PERCENT_MIN):
        yield from fails("SCOPE_CONTENT")


def _conversion_not_accepted(
    departed: ShipmentDeparted, made: LotRecorded, recipe: Recipe
) -> Iterator[Reason]:
    """Japan's goods in conversion, and feed of such, never go to the United States."""
    if (departed.origin, departed.destination) != ("JP", "US"):
        return
    in_conversion = made.status == "IN_CONVERSION"
    if in_conversion or any(entry.status == "IN_CONVERSION" for entry in recipe.ingredients):
        yield from fails("CONVERSION_NOT_ACCEPTED")


def _origin(record: Record, departed: ShipmentDeparted, lot: str, found: Scope) -> Iterator[Reason]:
    """By any step in the country, or by the making where the row of the route asks for that."""
    if not found.covered or found.row is None:
        return
    fits = _made_there if found.row.origin_by == "maker" else _any_step_there
    if fits(record, departed.origin, lot) is False:
        yield from fails("SCOPE_ORIGIN")


def _any_step_there(record: Record, origin: str, lot: str) -> bool | None:
    """Grown, made or packed in the country: any lot of its descent; None where nothing is known."""
    return _among(origin, countries_of_steps(record, lot))


def countries_of_steps(record: Record, lot: str) -> set[str | None]:
    """Where a lot and all it came from was made or packed; None for a party of no known country."""
    countries: set[str | None] = set()
    for one in ancestry(record, lot):
        if (recorded := record.latest(LotRecorded, About.LOT, one)) is not None:
            countries.add(country_of(record, recorded.operator))
        if (division := subdivision_into(record, one)) is not None:
            countries.add(country_of(record, division.operator))
    return countries


def _made_there(record: Record, origin: str, lot: str) -> bool | None:
    """Produced in the country, or processed and packed there; packing alone is not enough."""
    makers: set[str | None] = set()
    inputs: set[str | None] = set()
    packers: set[str | None] = set()
    for one in sources(record, lot):
        if (division := subdivision_into(record, one)) is not None:
            packers.add(country_of(record, division.operator))
        recorded = record.latest(LotRecorded, About.LOT, one)
        if recorded is None:
            continue
        makers.add(country_of(record, recorded.operator))
        for entry in recorded.inputs:
            made = record.latest(LotRecorded, About.LOT, entry.lot)
            inputs.add(None if made is None else country_of(record, made.operator))
    made_there = _among(origin, makers)
    if made_there is not True:
        return made_there
    if inputs <= {origin} or packers <= {origin}:
        return True
    foreign = (inputs - {origin, None}) and (packers - {origin, None})
    return False if foreign else None


def _among(origin: str, countries: set[str | None]) -> bool | None:
    if origin in countries:
        return True
    return None if not countries or None in countries else False


def is_live(record: Record, certificate: ExportCertificateIssued) -> bool:
    """Whether nobody cancelled or replaced a certificate."""
    key = certificate_key(certificate.issuer, certificate.number)
    cancelled = record.about(ExportCertificateCancelled, About.CERTIFICATE, key)
    return not cancelled and not record.about(ExportCertificateIssued, About.REPLACES, key)


def certificate_line_scope(
    record: Record, certificate: ExportCertificateIssued, index: int
) -> Verdict:
    """CERT_OUT_OF_SCOPE where a line of a form is outside the scope the form stands for.

    The line may name no lot; `index` from 0. Goods that need a certificate although they carry no
    seal are not outside.
    """
    route, on = form_routes().get(certificate.form), certificate.issued_on
    if route is None:
        return Verdict()
    line = certificate.lines[index]
    made = None if line.lot is None else origin_record(record, line.lot)
    recipe = None if made is None else recipe_of_lot(record, made, on)
    recipe = recipe or recipe_used(record, line.product, None, on)
    if recipe is None:
        return Verdict()
    found = scope(*route, recipe.class_, recipe, on)
    if found.covered or found.asks_certificate:
        return Verdict()
    return Verdict.of(fails("CERT_OUT_OF_SCOPE"))
