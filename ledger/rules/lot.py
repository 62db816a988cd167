"""Lots: no more sealed, certified or sold than there is, and no seals left where none belong."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.custody.places import Kind, Place
from ledger.facts.lots import LotRecorded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.scalars import TIME_MICROS_MAX
from ledger.facts.seals import SealsRemoved
from ledger.facts.shipments import GoodsSold
from ledger.questions import Questions
from ledger.questions.applications import Sealed
from ledger.rules import lot_facts
from ledger.rules.contracts import mark_of
from ledger.rules.figures import kg, miscounted, total
from ledger.rules.moments import days, ids, utc_text, wait
from ledger.rules.papers import certificates_naming
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind


class Attached(NamedTuple):
    """What was applied to a lot and taken off it under some marks, wherever it was found."""

    applied: tuple[Sealed, ...]
    removed: tuple[SealsRemoved, ...]

    @property
    def units(self) -> int:
        """Units sealed, those unsealed again taken off."""
        return sum(a.units for a in self.applied) - sum(r.units for r in self.removed)

    @property
    def seals(self) -> int:
        """Seals attached, those removed taken off."""
        return sum(a.seals for a in self.applied) - sum(r.count for r in self.removed)

    @property
    def applications(self) -> int:
        """How many applications that was."""
        return sum(a.applications for a in self.applied)

    @property
    def marks(self) -> frozenset[str]:
        """The marks applied."""
        return frozenset(tally.mark for tally in self.applied)


def by_mark(lot: str, questions: Questions) -> dict[str, Attached]:
    """What is attached to a lot, by mark applied to it or taken off it."""

    def read() -> dict[str, Attached]:
        tallies = questions.sealed(lot)
        removals = questions.record.about(SealsRemoved, About.LOT, lot)
        return {
            mark: Attached(
                tuple(tally for tally in tallies if tally.mark == mark),
                tuple(removal for removal in removals if removal.mark == mark),
            )
            for mark in sorted({t.mark for t in tallies} | {r.mark for r in removals})
        }

    return questions.memo(("attached by mark", lot), read)


def by_scheme(lot: str, questions: Questions) -> dict[str, Attached]:
    """What is attached to a lot, by scheme of the marks; marks never registered have none."""
    found: dict[str, Attached] = {}
    for name, attached in by_mark(lot, questions).items():
        mark = mark_of(questions, name)
        if mark is not None:
            applied, removed = found.get(mark.scheme, Attached((), ()))
            found[mark.scheme] = Attached(applied + attached.applied, removed + attached.removed)
    return found


def over_sealed(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-18: more units of a lot were sealed under a scheme than the lot has."""
    units = lot_facts.units(questions, key)
    if units is None:
        return
    for scheme, attached in sorted(by_scheme(key, questions).items()):
        if attached.units > units:
            marks = attached.marks
            named = questions.applications_of(key, marks)
            yield Finding(
                discriminator=scheme,
                expected=(str(units),),
                found=(str(attached.units),),
                evidence=(*named, *ids(attached.removed)),
                more=attached.applications - len(named),
                deadline=wait(policy.grace_registry, min(a.rec for a in attached.applied)),
                artefact=miscounted(units, attached.units)
                or questions.lot_shot_twice(key, marks, policy.double_shot),
            )


def over_certified(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-20: live certificates stand for more of a lot than it weighs."""
    weight = lot_facts.weight(questions, key)
    if weight is None:
        return
    live = [issued for _, issued in certificates_naming(questions, key)]
    certified = total(line.net_weight for c in live for line in c.lines if line.lot == key)
    if certified > weight:
        yield Finding(
            discriminator="",
            expected=(kg(weight),),
            found=(kg(certified),),
            evidence=ids(live),
            deadline=wait(policy.grace_document, min(map(questions.record.rec, live))),
            artefact=miscounted(Decimal(kg(weight)), Decimal(kg(certified))),
        )


def seals_on_rejected_lot(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-32: a lot was graded as non-conforming and still carries seals."""
    graded = lot_facts.graded(questions, key, TIME_MICROS_MAX)
    if graded is None or graded.result != "NON_CONFORMING":
        return
    for mark, attached in by_mark(key, questions).items():
        if attached.seals > 0:
            named = questions.applications_of(key, {mark})
            yield Finding(
                discriminator=mark,
                expected=("0",),
                found=(str(attached.seals),),
                evidence=(graded.id, *named, *ids(attached.removed)),
                more=attached.applications - len(named),
                deadline=graded.at + days(policy.removal_days),
            )


def unshipped_seals(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-37: seals lie on a lot that neither leaves nor is sold."""
    sales = questions.record.about(GoodsSold, About.LOT, key)
    sold = sum(sale.units for sale in sales)
    for mark, attached in by_mark(key, questions).items():
        on_lot = questions.balance(mark, Place(Kind.LOT, key))
        if on_lot > 0 and sold < attached.units:
            last = max(tally.last for tally in attached.applied)
            yield Finding(
                discriminator=mark,
                expected=("0",),
                found=(str(on_lot), utc_text(last.at)),
                evidence=(last.id, *ids(attached.removed), *ids(sales)),
                deadline=last.at + days(policy.unshipped_days),
            )


def subdivision_imbalance(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-56: what a lot was divided into weighs more than the lot."""
    weight = lot_facts.weight(questions, key)
    divided = questions.record.about(LotSubdivided, About.LOT, key)
    if weight is None or not divided:
        return
    parts = total(child.quantity for event in divided for child in event.children)
    parts += total(event.loss for event in divided)
    if parts > weight:
        yield Finding(
            discriminator="",
            expected=(kg(weight),),
            found=(kg(parts),),
            evidence=ids((*questions.record.about(LotRecorded, About.LOT, key), *divided)),
            deadline=wait(policy.grace_registry, min(map(questions.record.rec, divided))),
            artefact=miscounted(Decimal(kg(weight)), Decimal(kg(parts))),
        )


_LOT: Final = SubjectKind.LOT

RULES: Final = (
    Rule(
        number="M-18",
        slug="over-sealed",
        family="L",
        severity="C",
        subjects=(On(_LOT, over_sealed),),
        says=(Says(SubjectKind.LOT, "scheme", "units", "sealed:units", impact="sealed-units"),),
    ),
    Rule(
        number="M-20",
        slug="over-certified",
        family="D",
        severity="C",
        subjects=(On(_LOT, over_certified),),
        says=(
            Says(
                SubjectKind.LOT,
                expected="weight:kg",
                found="certified:kg",
                impact="certified-weight",
            ),
        ),
    ),
    Rule(
        number="M-32",
        slug="seals-on-rejected-lot",
        family="H",
        severity="C",
        subjects=(On(_LOT, seals_on_rejected_lot),),
        says=(Says(SubjectKind.LOT, "mark", "allowed:seals", "seals", impact="seals"),),
    ),
    Rule(
        number="M-37",
        slug="unshipped-seals",
        family="N",
        severity="L",
        subjects=(On(_LOT, unshipped_seals),),
        says=(
            Says(SubjectKind.LOT, "mark", "allowed:seals", "seals since:moment", impact="seals"),
        ),
    ),
    Rule(
        number="M-56",
        slug="subdivision-imbalance",
        family="D",
        severity="C",
        subjects=(On(_LOT, subdivision_imbalance),),
        says=(
            Says(SubjectKind.LOT, expected="weight:kg", found="parts:kg", impact="parts-weight"),
        ),
    ),
)
