"""Labels used: approved for the product and the mark, and as many seals as the label asks for."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.mentions import About
from ledger.facts.record import Known
from ledger.facts.registry import LabelApproved
from ledger.questions import Questions
from ledger.rules.applied import (
    Application,
    Breach,
    SealedLine,
    application_of,
    departed_rec,
    sealed_lines,
)
from ledger.rules.contracts import label_of, label_valid, mark_of, seals_expected
from ledger.rules.figures import miscounted
from ledger.rules.lot_facts import product
from ledger.rules.moments import ids, wait
from ledger.rules.papers import shipment_of
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of


def label_not_approved(app: Application, questions: Questions) -> Iterator[Breach]:
    """M-14: the label version is not approved that day, or for another product or scheme."""
    fact = app.fact
    label = label_of(questions, fact.label, fact.label_version)
    evidence = () if label is None else (label.id,)
    if not label_valid(questions, fact.label, fact.label_version, app.day):
        yield Breach(
            "approval",
            (f"approved on {app.day.isoformat()}",),
            (key_of(fact.label, str(fact.label_version)),),
            evidence,
            artefact=label is None
            and questions.looks_alike(About.LABEL, fact.label)
            and fact.label not in _labels(questions),
        )
    if label is None:
        return
    of_lot = product(questions, fact.lot)
    if of_lot is not None and label.product != of_lot:
        yield Breach("product", (label.product,), (of_lot,), evidence)
    mark = mark_of(questions, fact.mark)
    if mark is not None and label.scheme != mark.scheme:
        yield Breach("scheme", (label.scheme,), (mark.scheme,), (*evidence, mark.id))


def _labels(questions: Questions) -> frozenset[str]:
    """Every label of which some version was approved."""
    return questions.memo(
        "labels", lambda: frozenset(event.label for event in questions.record.all(LabelApproved))
    )


def wrong_count(known: Known, questions: Questions, _policy: Policy) -> Holds | None:
    """When M-16 speaks of an application: where its seals are not those its units need."""
    app = application_of(known.id, questions)
    label = None if app is None else label_of(questions, app.fact.label, app.fact.label_version)
    per_unit = None if label is None else seals_expected(label, 1)
    if per_unit is None:
        return None
    return lambda fact, _at, _rec: fact.count != fact.units * per_unit


def seal_count(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-16: an application used more or fewer seals than its units need."""
    app = application_of(key, questions)
    label = None if app is None else label_of(questions, app.fact.label, app.fact.label_version)
    if app is None or label is None:
        return
    expected = seals_expected(label, app.fact.units)
    if expected is not None:
        yield Finding(
            discriminator="",
            expected=(str(expected),),
            found=(str(app.fact.count),),
            evidence=(app.fact.id, label.id),
            deadline=wait(policy.grace_registry, app.rec),
            artefact=miscounted(expected, app.fact.count),
        )


def shipped_seal_count(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-16 on a shipment: its lines carry more or fewer seals than their units need."""
    shipment = shipment_of(questions, key)
    if shipment is None:
        return
    unsealed = shipment.header.sealing_mode == "IMPORTER_APPLIES"
    for line in sealed_lines(shipment):
        expected = 0 if unsealed else _expected(line, questions)
        seals = sum(entry.seals for entry in line.lines)
        if expected is not None and seals != expected:
            yield Finding(
                discriminator=key_of(line.lot, line.mark),
                expected=(str(expected),),
                found=(str(seals),),
                evidence=ids(line.departures),
                deadline=wait(policy.grace_registry, departed_rec(questions, line.departures)),
                artefact=miscounted(expected, seals),
            )


def _expected(line: SealedLine, questions: Questions) -> int | None:
    """The seals the line's units need where all labels on the lot agree; None where not."""
    tallies = [tally for tally in questions.sealed(line.lot) if tally.mark == line.mark]
    labels = [label_of(questions, tally.label, tally.version) for tally in tallies]
    units = sum(entry.units for entry in line.lines)
    counts = {None if label is None else seals_expected(label, units) for label in labels}
    return counts.pop() if len(counts) == 1 else None


_APPLICATION, _SHIPMENT = SubjectKind.APPLICATION, SubjectKind.SHIPMENT

RULES: Final = (
    Rule(
        number="M-14",
        slug="label-not-approved",
        family="L",
        severity="H",
        applications=(label_not_approved,),
        says=(
            Says(
                SubjectKind.APPLICATION, "=approval", "day:on", "label:labelled", impact="subject"
            ),
            Says(
                SubjectKind.APPLICATION, "=product", "labelled:product", "product", impact="subject"
            ),
            Says(
                SubjectKind.APPLICATION,
                "=scheme",
                "of_label:scheme",
                "of_mark:scheme",
                impact="subject",
            ),
        ),
    ),
    Rule(
        number="M-16",
        slug="seal-count",
        family="D",
        severity="H",
        subjects=(
            On(_APPLICATION, seal_count, when=wrong_count),
            On(_SHIPMENT, shipped_seal_count),
        ),
        says=(
            Says(
                SubjectKind.APPLICATION,
                expected="needed:seals",
                found="seals",
                impact="needed-seals",
            ),
            Says(SubjectKind.SHIPMENT, "lot mark", "needed:seals", "seals", impact="needed-seals"),
        ),
    ),
)
