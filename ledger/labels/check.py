"""The verdict on a claim: everything that records tell about it on a day.

Without a lot only the recipe, the label and its words are asked.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import LabelApproved, LabelWithdrawn, MarkRegistered, ProductRegistered
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.case import Case
from ledger.labels.certificates import certificates
from ledger.labels.claims import ClaimRow, claim_row, known_claim
from ledger.labels.eligible import by_name_form, by_recipe, conversion_class, eligible
from ledger.labels.fields import FIELD_CLASSES, field_status
from ledger.labels.forms import NameForm
from ledger.labels.forms import name_form as form_of
from ledger.labels.grading import grading, managed, sells_too, subdividing
from ledger.labels.jas import CLASSES
from ledger.labels.lots import (
    LotFacts,
    graded_by_day,
    input_shown,
    lot_facts,
    recipe_used,
    route_of,
    sources,
    subdivision_into,
)
from ledger.labels.recipe import kind_name
from ledger.labels.sealing import sealing
from ledger.labels.shipping import shipment_scope
from ledger.labels.verdict import Reason, Verdict, fails, unshown
from ledger.labels.wording import disclaims_plant_product, wording


def claim_check(
    claim: str,
    record: Record,
    product: str | None = None,
    version: int | None = None,
    *,
    on: date,
    lot: str | None = None,
    label: tuple[str, int] | None = None,
    shipment: str | None = None,
    label_text: str | None = None,
    seals: Sequence[SealsApplied] | None = None,
) -> Verdict:
    """What breaks a claim, or leaves it unproven, on the local date `on` of the act judged.

    `product` and `version` (of its recipe) are those of the lot where they are not given. `label`
    is a label and its version. `seals` are the lot's applications under the label, read from the
    record where they are not given. A claim of no scheme is LABEL_CLAIM.
    """
    if not known_claim(claim):
        return Verdict.of(fails("LABEL_CLAIM"))
    row = claim_row(claim, on)
    if row is None:
        return Verdict()
    facts = None if lot is None else lot_facts(record, lot)
    if product is None and facts is not None:
        product = facts.product
    if version is None and facts is not None and facts.product == product:
        version = facts.recipe_version
    recipe = None if product is None else recipe_used(record, product, version, on)
    departed = (
        None if shipment is None else record.first(ShipmentDeparted, About.SHIPMENT, shipment)
    )
    approved = None
    if label is not None:
        approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
    if seals is None:
        seals = _applications(record, lot, label)
    class_ = None if recipe is None else recipe.class_
    way = None
    if facts is not None and row.recipe == "class":
        way = route_of(record, facts, class_, None if departed is None else departed.origin)
    case = Case(
        record=record,
        row=row,
        on=on,
        recipe=recipe,
        facts=facts,
        route=way,
        label=label,
        approved=approved,
        departed=departed,
        seals=tuple(seals),
        text=label_text,
    )
    return Verdict.of(_reasons(case))


def _applications(
    record: Record, lot: str | None, label: tuple[str, int] | None
) -> list[SealsApplied]:
    if lot is None:
        return []
    return [
        fact
        for fact in record.about(SealsApplied, About.LOT, lot)
        if label is None or (fact.label, fact.label_version) == label
    ]


def _reasons(case: Case) -> Iterator[Reason]:
    yield from _recipe(case)
    yield from _label(case)
    yield from _name(case)
    yield from _seal(case)
    if case.text is not None:
        yield from wording(
            case.text,
            case.row,
            case.recipe,
            case.on,
            case.departed is not None and case.departed.destination == "JP",
            case.names(),
        )
    if case.facts is not None:
        yield from _lot(case, case.facts)
        yield from certificates(case, case.facts)
    yield from _travel(case)


def _recipe(case: Case) -> Iterator[Reason]:
    """Composition and shares; a JAS claim by the lot's route."""
    if case.recipe is None:
        return
    if case.row.recipe != "class" or case.route == "JAS":
        yield from by_recipe(case.recipe, case.row, case.on)
    elif case.route == "EQUIVALENCE":
        yield from conversion_class(case.recipe, case.row)
        origin = None if case.departed is None else case.departed.origin
        name = "COR_ORGANIC" if origin == "CA" else "NOP_ORGANIC"
        if (equivalent := claim_row(name, case.on)) is not None:
            yield from by_recipe(case.recipe, equivalent, case.on)
    else:
        yield from eligible("JAS", case.row.claim, None, case.recipe, case.on).reasons


def _label(case: Case) -> Iterator[Reason]:
    """The label is approved, by the claim's scheme, for the lot's product."""
    if case.label is None:
        return
    if not label_valid(case.record, case.label, case.on):
        yield from fails("LABEL_NOT_APPROVED")
    if case.approved is None:
        return
    if case.approved.scheme != case.row.scheme:
        yield from fails("LABEL_CLAIM")
    if case.facts is not None and case.approved.product != case.facts.product:
        yield from fails("LABEL_PRODUCT")


def label_valid(record: Record, label: tuple[str, int], on: date) -> bool:
    """Whether a label version is approved and not withdrawn on a day."""
    key = f"{label[0]} {label[1]}"
    approved = any(
        fact.from_ <= on and (fact.until is None or on <= fact.until)
        for fact in record.about(LabelApproved, About.LABEL, key)
    )
    withdrawn = any(fact.on <= on for fact in record.about(LabelWithdrawn, About.LABEL, key))
    return approved and not withdrawn


def _name(case: Case) -> Iterator[Reason]:
    """The name form of a JAS claim, or the origin line."""
    if case.recipe is None or case.approved is None:
        return
    text = case.approved.name_form
    yield from by_name_form(text, case.recipe, case.row, case.on)
    if case.row.recipe != "class":
        return
    if text is None:
        yield from unshown("NAME_FORM")
        yield from _clash(case, None)
        return
    form = form_of(text, case.recipe.class_, case.on)
    turning = case.turning or (case.facts is not None and case.facts.status == "IN_CONVERSION")
    if turning and form.in_conversion is False and case.recipe.class_ != "LIVESTOCK":
        yield from fails("CONVERSION_UNDECLARED")
    yield from _clash(case, form)


def _clash(case: Case, form: NameForm | None) -> Iterator[Reason]:
    """An organic mixed product that bears the name of an organic plant product."""
    if case.recipe is None or case.recipe.class_ != "PROCESSED_MIXED":
        return
    names = {kind_name(case.recipe.name)}
    if form is not None and form.subject:
        names.add(kind_name(form.subject))
    taken = any(
        fact.class_ == "PROCESSED_PLANT" and fact.day <= case.on and kind_name(fact.name) in names
        for fact in case.record.all(ProductRegistered)
    )
    if not taken:
        return
    if case.text is None:
        yield from unshown("CLASH")
    elif not disclaims_plant_product(case.text):
        yield from fails("CLASH")


def _seal(case: Case) -> Iterator[Reason]:
    """A seal needs a claim that has one, and a mark of the claim's scheme."""
    printed = case.approved is not None and case.approved.seals_per_unit > 0
    if case.row.seal == "no" and (case.seals or printed):
        yield from fails("SEAL_NOT_ALLOWED")
    for applied in case.seals:
        mark = case.record.latest(MarkRegistered, About.MARK, applied.mark)
        if mark is not None and mark.scheme != case.row.scheme:
            yield from fails("MARK_SCHEME")


def _lot(case: Case, facts: LotFacts) -> Iterator[Reason]:
    """The lot's own status, its field, its inputs and its grading."""
    row = case.row
    if row.kind == "full" and facts.status == "IN_CONVERSION":
        yield from fails("CONVERSION_UNDECLARED")
    if row.seal == "yes" and facts.status in ("CONVENTIONAL", "OTHER"):
        yield from fails("LOT_CONVENTIONAL")
    class_ = "" if case.recipe is None else case.recipe.class_
    status = field_status(facts.field, facts.produced_on, class_)
    if row.kind == "conversion":
        lot_turning = facts.status == "IN_CONVERSION"
        if not case.turning and not lot_turning and status.reached != "IN_CONVERSION":
            yield from fails("NOT_IN_CONVERSION")
    if row.recipe == "class":
        asked = CLASSES.topmost(class_, case.on)
        if facts.field is not None or (asked is not None and class_ in FIELD_CLASSES):
            yield from status.verdict(conversion=row.kind == "conversion").reasons
        yield from _jas_lot(case, facts)
    elif row.recipe == "single" and facts.field is not None:
        yield from status.conversion.only({"CONVERSION_PERIOD"}).reasons
    if row.claim == "ACT_EU_IN_CONVERSION":
        yield from _inputs(case, facts)


def _jas_lot(case: Case, facts: LotFacts) -> Iterator[Reason]:
    record = case.record
    if case.route is None:
        yield from fails("CERT_PRODUCTION")
    if case.route == "EQUIVALENCE" and case.row.kind == "conversion":
        yield from fails("ROUTE_CONVERSION")
    if case.route == "JAS":
        yield from _inputs(case, facts)
        yield from managed(
            record, facts, None if case.recipe is None else case.recipe.class_, case.on
        )
    for one in sources(record, facts.lot):
        graded = graded_by_day(record, one, case.on)
        if graded is not None:
            yield from grading(record, graded).reasons
        division = subdivision_into(record, one)
        if division is not None and division.day <= case.on and case.own_use:
            yield from subdividing(record, division).reasons
    for applied in case.seals:
        yield from sells_too(record, applied).reasons
    yield from sealing(case, facts)


def _inputs(case: Case, facts: LotFacts) -> Iterator[Reason]:
    shown = (
        input_shown(case.record, facts.operator, entry, facts.produced_on) for entry in facts.inputs
    )
    if not all(shown):
        yield from unshown("INPUT_LABEL")


def _travel(case: Case) -> Iterator[Reason]:
    """What the journey itself bars or asks."""
    departed, row = case.departed, case.row
    if departed is None:
        return
    if departed.transport in row.bars:
        yield from fails("AIR_FREIGHT")
    if row.claim in NEVER_TO_JAPAN and departed.destination == "JP":
        yield from fails("SCOPE_CONTENT")
    if _under_equivalence(row, departed) and case.facts is not None:
        yield from shipment_scope(case.record, departed, case.facts.lot).reasons


NEVER_TO_JAPAN = frozenset({"NOP_MADE_WITH", "COR_CONTAINS"})
"""Claims outside the arrangements with Japan: less than 95 % organic."""


def _under_equivalence(row: ClaimRow, departed: ShipmentDeparted) -> bool:
    return (
        row.recipe == "class"
        and departed.sealing_mode != "DIRECT_JAS"
        and departed.origin != departed.destination
    )
