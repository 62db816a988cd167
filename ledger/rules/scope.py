"""Scope: only goods that an arrangement or the licensee's own certificate covers are sealed."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.facts.documents import CertifiedLine
from ledger.labels.lots import country_of
from ledger.labels.recipe import Recipe
from ledger.labels.scope import scope
from ledger.labels.shipping import (
    certificate_line_scope,
    countries_of_steps,
    shipment_scope,
)
from ledger.questions import Questions
from ledger.rules import lot_facts
from ledger.rules.applied import Application, Breach, departed_rec
from ledger.rules.certification import covers, states
from ledger.rules.moments import ids, wait
from ledger.rules.papers import certificate_of, shipment_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind


def out_of_scope(app: Application, questions: Questions) -> Iterator[Breach]:
    """M-12: the product class is outside the arrangement, or outside the licensee's classes."""
    stands = app.standing
    if stands is None:
        return
    lot, day, licensee = app.fact.lot, app.day, stands.mark.importer
    used = lot_facts.recipe(questions, lot, day)
    if used is None:
        return
    operator, origin = lot_facts.operator(questions, lot), lot_facts.origin(questions, lot)
    country = country_of(questions.record, licensee)
    foreign = operator != licensee and origin != country
    if foreign and origin is not None and country is not None:
        recipe = Recipe.of(used)
        found = scope(origin, country, used.class_, recipe, day)
        if not found.covered and not _covered_by_a_step(questions, lot, country, recipe, day):
            says = (used.class_,) if found.code is None else (used.class_, found.code)
            yield Breach("scope", ("covered",), says, (used.id,))
    roles = () if stands.own else ("IMPORTER",)
    certified = [
        state.event
        for state in states(
            questions, licensee, day, scheme=stands.mark.scheme, issuer=stands.mark.rcb, roles=roles
        )
        if state.valid
    ]
    if certified and not any(covers(event.product_classes, used.class_) for event in certified):
        yield Breach("classes", ("covered",), (used.class_,), (used.id, *ids(certified)))


def _covered_by_a_step(
    questions: Questions, lot: str, country: str, recipe: Recipe, day: date
) -> bool:
    """Whether goods are covered from a country where they, or what they are of, were handled.

    Where a row asks for the making, only its maker's country counts.
    """
    steps = questions.memo(("countries", lot), lambda: countries_of_steps(questions.record, lot))
    for step in sorted(one for one in steps if one is not None and one != country):
        found = scope(step, country, recipe.class_, recipe, day)
        made = found.row is not None and found.row.origin_by == "maker"
        if found.covered and (not made or step == lot_facts.origin(questions, lot)):
            return True
    return False


def shipped_out_of_scope(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-12 on a shipment: sealed goods under consignment that the arrangement does not cover."""
    shipment = shipment_of(questions, key)
    if shipment is None or shipment.header.sealing_mode != "CONSIGNED":
        return
    for lot in sorted({line.lot for line in shipment.lines if line.mark is not None}):
        class_ = lot_facts.class_of(questions, lot, shipment.day)
        broken = shipment_scope(questions.record, shipment.header, lot).broken
        codes = sorted(code for code in broken if code.startswith("SCOPE_"))
        if codes and class_ is not None:
            departures = tuple(
                event for event in shipment.departures if any(x.lot == lot for x in event.lines)
            )
            yield Finding(
                discriminator=lot,
                expected=("covered",),
                found=(class_, *codes),
                evidence=ids(departures),
                deadline=wait(policy.grace_registry, departed_rec(questions, departures)),
            )


def certified_out_of_scope(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-12 on a certificate: a line of goods the certificate's form may not carry."""
    issued = certificate_of(questions, key)
    if issued is None:
        return
    outside: dict[str, tuple[str, ...]] = {}
    for index, line in enumerate(issued.lines):
        if line.lot is not None and line.lot not in outside:
            codes = certificate_line_scope(questions.record, issued, index).broken
            if codes:
                outside[line.lot] = (*_class(questions, line, issued.issued_on), *codes)
    for lot, says in sorted(outside.items()):
        yield Finding(
            discriminator=lot,
            expected=("covered",),
            found=says,
            evidence=(issued.id,),
            deadline=wait(policy.grace_registry, questions.record.rec(issued)),
        )


def _class(questions: Questions, line: CertifiedLine, on: date) -> tuple[str, ...]:
    """The class of a line's lot, or of its product where nobody knows the lot."""
    class_ = None if line.lot is None else lot_facts.class_of(questions, line.lot, on)
    if class_ is None:
        of_product = lot_facts.recipe_of(questions, line.product, on)
        class_ = None if of_product is None else of_product.class_
    return () if class_ is None else (class_,)


RULES: Final = (
    Rule(
        number="M-12",
        slug="out-of-scope",
        family="L",
        severity="C",
        subjects=(
            On(SubjectKind.SHIPMENT, shipped_out_of_scope),
            On(SubjectKind.CERTIFICATE, certified_out_of_scope),
        ),
        applications=(out_of_scope,),
        says=(
            Says(SubjectKind.APPLICATION, "=scope", "_", "class code?", impact="subject"),
            Says(SubjectKind.APPLICATION, "=classes", "_", "class", impact="subject"),
            Says(SubjectKind.SHIPMENT, "lot", "_", "class codes:code+", impact="subject"),
            Says(SubjectKind.CERTIFICATE, "lot", "_", "class? codes:code+"),
        ),
    ),
)
