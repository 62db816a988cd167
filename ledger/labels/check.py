"""The verdict on a claim: everything that records tell about it on a day.

Without a lot only the recipe, the label and its words are asked; `eligible` asks the recipe alone.
What a scheme asks of its own stands in its file.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import LabelApproved, LabelWithdrawn, MarkRegistered
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.certified import in_force
from ledger.labels.claims import claim_row, known_claim
from ledger.labels.fields import field_status
from ledger.labels.lots import LotFacts, lot_facts, recipe_used
from ledger.labels.recipe import Recipe
from ledger.labels.schemes.scheme import SCHEMES, Case, Scheme, Wording, registered_operator
from ledger.labels.verdict import Reason, Verdict, fails
from ledger.labels.wording import wording


def eligible(scheme: str, claim: str, name_form: str | None, recipe: Recipe, on: date) -> Verdict:
    """The part of a verdict that needs only scheme, claim, name form, recipe and day.

    There is no route here: goods that may be sealed under equivalence are eligible too.
    """
    if not known_claim(claim):
        return Verdict.of(fails("LABEL_CLAIM"))
    row = claim_row(claim, on)
    if row is None:
        return Verdict()
    owner = SCHEMES[row.scheme]
    reasons = [*owner.recipe_alone(recipe, row, on)]
    if row.scheme != scheme:
        reasons += fails("LABEL_CLAIM")
    if name_form is not None:
        reasons += owner.name(name_form, recipe, row, on)
    return Verdict.of(reasons)


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
    case = claim_case(
        claim, record, product, version, on=on, lot=lot, label=label, shipment=shipment,
        label_text=label_text, seals=seals,
    )  # fmt: skip
    return Verdict() if case is None else judge(case)


def claim_case(
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
) -> Case | None:
    """What `claim_check` judges; None where the claim has no row on that day."""
    row = claim_row(claim, on)
    if row is None:
        return None
    facts = None if lot is None else lot_facts(record, lot)
    if product is None and facts is not None:
        product = facts.made.product
    if version is None and facts is not None and facts.made.product == product:
        version = facts.made.recipe_version
    recipe = None if product is None else recipe_used(record, product, version, on)
    departed = (
        None if shipment is None else record.first(ShipmentDeparted, About.SHIPMENT, shipment)
    )
    approved = None
    if label is not None:
        approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
    if seals is None:
        attached = () if lot is None else record.about(SealsApplied, About.LOT, lot)
        seals = [f for f in attached if label in (None, (f.label, f.label_version))]
    scheme = SCHEMES[row.scheme]
    case = Case(
        record=record, row=row, on=on, recipe=recipe, facts=facts, route=None, label=label,
        approved=approved, departed=departed, seals=tuple(seals), text=label_text,
    )  # fmt: skip
    return msgspec.structs.replace(case, route=scheme.route(case))


def judge(case: Case) -> Verdict:
    """What breaks the claim of a case, or leaves it unproven."""
    return Verdict.of(_reasons(case, SCHEMES[case.row.scheme]))


def _reasons(case: Case, scheme: Scheme) -> Iterator[Reason]:
    recipe, departed = case.recipe, case.departed
    if recipe is not None:
        yield from scheme.recipe_of(case, recipe)
        if case.approved is not None:
            yield from scheme.label(case, recipe, case.approved)
        elif case.name is not None:
            yield from scheme.name(case.name, recipe, case.row, case.on)
    yield from _label(case)
    yield from _seal(case)
    if case.text is not None:
        yield from wording(_said(case, case.text, scheme))
    if case.facts is not None:
        yield from _lot(case, scheme, case.facts)
        yield from scheme.certificates(case, case.facts)
    if departed is not None:
        if departed.transport in case.row.bars:
            yield from fails("AIR_FREIGHT")
        yield from scheme.journey(case, departed)


def _said(case: Case, text: str, scheme: Scheme) -> Wording:
    """The words of the label, and who has to stand on it."""
    facts, departed, approved = case.facts, case.departed, case.approved
    operator = case.operator if scheme.names_operator else None
    if facts is not None and scheme.names_operator:
        operator = registered_operator(case.record, facts.made.operator)
    return Wording(
        text=text,
        row=case.row,
        on=case.on,
        recipe=case.recipe,
        name=case.name if approved is None else approved.name_form,
        names=() if facts is None else tuple(scheme.names(case, facts)),
        operator=operator,
        to_japan=departed is not None and departed.destination == "JP",
    )


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
    if case.facts is not None and case.approved.product != case.facts.made.product:
        yield from fails("LABEL_PRODUCT")


def label_valid(record: Record, label: tuple[str, int], on: date) -> bool:
    """Whether a label version is approved and not withdrawn on a day."""
    key = f"{label[0]} {label[1]}"
    approved = any(in_force(fact, on) for fact in record.about(LabelApproved, About.LABEL, key))
    withdrawn = any(fact.on <= on for fact in record.about(LabelWithdrawn, About.LABEL, key))
    return approved and not withdrawn


def _seal(case: Case) -> Iterator[Reason]:
    """A seal needs a claim that has one, and a mark of the claim's scheme."""
    printed = case.approved is not None and case.approved.seals_per_unit > 0
    if case.row.seal == "no" and (case.seals or printed):
        yield from fails("SEAL_NOT_ALLOWED")
    for applied in case.seals:
        mark = case.record.latest(MarkRegistered, About.MARK, applied.mark)
        if mark is not None and mark.scheme != case.row.scheme:
            yield from fails("MARK_SCHEME")


def _lot(case: Case, scheme: Scheme, facts: LotFacts) -> Iterator[Reason]:
    """The lot's own status beside the claim's, its field, and what the scheme asks of it."""
    row = case.row
    if row.kind == "full" and facts.made.status == "IN_CONVERSION":
        yield from fails("CONVERSION_UNDECLARED")
    if row.seal == "yes" and facts.made.status in ("CONVENTIONAL", "OTHER"):
        yield from fails("LOT_CONVENTIONAL")
    field = field_status(facts.made.field, facts.made.produced_on, case.class_ or "")
    in_conversion = case.in_conversion or "IN_CONVERSION" in (facts.made.status, field.reached)
    if row.kind == "conversion" and not in_conversion:
        yield from fails("NOT_IN_CONVERSION")
    yield from scheme.lot(case, facts, field)
