"""Labels: what a label may say, on which goods, under whose certificate, on which date.

Everything is a pure function over dated tables and over facts that count, so the verdict of any day
can be computed again. Nothing is refused: a broken rule yields reason codes.

    shares(recipe) -> Shares
    eligible(scheme, claim, name_form, recipe, on) -> Verdict       what the recipe alone tells
    claim_check(claim, record, product, version=None, *, on, lot=None, label=None, shipment=None,
                label_text=None, seals=None) -> Verdict              everything that records tell
    name_form(text, class_, on=None) -> NameForm                    .code .subject .verdict
    field_status(field, produced_on, class_) -> FieldStatus         .reached .organic .conversion
    substance(table, code, class_, on) -> Substance                 .allowed .condition .verdict
    certified(record, party, scheme, role, class_, on) -> bool      None where free; role or roles
    certifications(record, party, on, *, scheme=None, roles=(), class_=None, issuer=None)
                                        -> tuple[CertificationChanged, ...]   those valid on the day
    scope(origin, destination, class_, recipe, on) -> Scope         .covered .code .asks_certificate
    covered(origin, destination, class_, on) -> bool
    shipment_scope(record, departed, lot) -> Verdict                SCOPE_* of one lot on a shipment
    certificate_scope(record, certificate, lot) -> Verdict          CERT_OUT_OF_SCOPE of its line
    line_scope(record, departed, lot) -> Scope | None               None = class not known
    statement(form, text, issued_on) -> Verdict                     STATEMENT
    mark_required(claim, class_, on) -> bool                        sale in Japan
    organic_claim(claim) -> bool
    barred_transports(claim, on) -> frozenset[str]                  AIR_FREIGHT
    lot_facts(record, lot) -> LotFacts | None                       product, operator, status, ...
    recipe_used(record, product, version, on) -> Recipe | None
    route(record, lot, origin=None) -> "JAS" | "EQUIVALENCE" | None
    grading(record, graded) -> Verdict        GRADER_UNTRAINED GRADING_NOT_ALLOWED _INCONSISTENT
    subdividing(record, subdivided) -> Verdict                      SUBDIVIDED_UNVERIFIED, CERT_..
    process(record, entry) -> Verdict                               one ProcessRecorded
    missing_activities(record, lot) -> tuple[str, ...]              of a lot on the JAS route
    qualified(record, person, party, function, on) -> Verdict       UNQUALIFIED, or nothing
    labelling(record, applied) -> Verdict                           LABELLER_*
    label_valid(record, label, on) -> bool
    keep_until(record, fact) -> Retention                           .until (None = open) .rule .rows
    keep_lot_until(record, lot) -> Retention
    carrier(code) -> rule ("M-15")          carried_by(rule) -> frozenset of codes
    sentence(code, language) -> str

`record` is a facts.record.Record. `label` is (label, version), `lot` and `shipment` are ids.
`seals` are the applications of the lot under that label; where they are not given they are read
from the record. A verdict is a sorted set of codes with levels: `.eligible`, `.proven`, `.broken`
(codes of level F), `.unproven` (level U), `.codes` (both).
"""

from ledger.labels.certified import certifications, certified, designated, enrolments, trained
from ledger.labels.check import claim_check, label_valid
from ledger.labels.claims import (
    barred_transports,
    claim_row,
    known_claim,
    organic_claim,
    scheme_of,
)
from ledger.labels.codes import carried_by, carrier, sentence
from ledger.labels.eligible import eligible
from ledger.labels.fields import FieldStatus, field_status
from ledger.labels.forms import NameForm, name_form
from ledger.labels.grading import annual_report, consistent, grading, labelling, subdividing
from ledger.labels.lots import (
    LotFacts,
    Route,
    input_shown,
    lot_facts,
    product_version,
    recipe_of_lot,
    recipe_used,
    route,
)
from ledger.labels.process import missing_activities, process, qualified
from ledger.labels.recipe import Recipe, Shares, shares
from ledger.labels.retention import Retention, keep_lot_until, keep_until
from ledger.labels.scope import Scope, covered, mark_required, scope, statement
from ledger.labels.shipping import (
    certificate_line_scope,
    certificate_scope,
    line_scope,
    shipment_scope,
)
from ledger.labels.substances import Substance, substance
from ledger.labels.verdict import Reason, Verdict

__all__ = [
    "FieldStatus", "LotFacts", "NameForm", "Reason", "Recipe", "Retention", "Route", "Scope",
    "Shares", "Substance", "Verdict", "annual_report", "barred_transports", "carried_by",
    "carrier", "certificate_line_scope", "certificate_scope", "certifications", "certified",
    "claim_check", "claim_row", "consistent", "covered", "designated", "eligible", "enrolments",
    "field_status", "grading", "input_shown", "keep_lot_until", "keep_until", "known_claim",
    "label_valid", "labelling", "line_scope", "lot_facts", "mark_required", "missing_activities",
    "name_form", "organic_claim", "process", "product_version", "qualified", "recipe_of_lot",
    "recipe_used", "route", "scheme_of", "scope", "sentence", "shares", "shipment_scope",
    "statement", "subdividing", "substance", "trained",
]  # fmt: skip
