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
    keep_until(record, fact) -> Retention                           .until (None = open) .rule .rows
    keep_lot_until(record, lot) -> Retention
    carrier(code) -> rule ("M-15")          carried_by(rule) -> frozenset of codes
    sentence(code, language) -> str

`record` is a facts.record.Record. `label` is (label, version), `lot` and `shipment` are ids.
`seals` are the applications of the lot under that label; where they are not given they are read
from the record. A verdict is a sorted set of codes with levels: `.eligible`, `.proven`, `.broken`
(codes of level F), `.unproven` (level U), `.codes` (both).
"""
