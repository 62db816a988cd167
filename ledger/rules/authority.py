"""Authority: who may apply seals where, on which products, and who may divide and grade for it."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.lots import LotGraded, LotSubdivided
from ledger.facts.mentions import About
from ledger.facts.registry import PartyRegistered
from ledger.labels.schemes.jas.grading import grading
from ledger.questions import Questions
from ledger.rules.applied import Application, Breach
from ledger.rules.certification import shown, states
from ledger.rules.contracts import mark_of
from ledger.rules.figures import fold
from ledger.rules.lot_facts import product
from ledger.rules.moments import ids, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says, counting
from ledger.rules.violation import Finding, SubjectKind

APPLYING: Final = frozenset({"IMPORTER", "EXPORTER", "PRODUCER", "PROCESSOR", "SUBDIVIDER"})
"""Roles in which a party may hold and apply seals."""
DIVIDING: Final = ("SUBDIVIDER", "PRODUCER", "PROCESSOR")
"""Roles certified to divide and label anew."""


def not_authorised(app: Application, questions: Questions) -> Iterator[Breach]:
    """M-11: applied off the contract's sites or products, or by a party without a fitting role."""
    fact = app.fact
    governing = None if app.standing is None else app.standing.governing
    if governing is not None:
        signed = governing.signed
        if signed.sites and fact.site not in signed.sites:
            mistaken = fold(fact.site) in {fold(site) for site in signed.sites}
            yield Breach("site", tuple(sorted(signed.sites)), (fact.site,), (signed.id,), mistaken)
        made = product(questions, fact.lot)
        if signed.products and made is not None and made not in signed.products:
            yield Breach("product", tuple(sorted(signed.products)), (made,), (signed.id,))
    party = questions.record.latest(PartyRegistered, About.PARTY, fact.holder)
    roles = () if party is None else party.roles
    if not APPLYING & set(roles):
        evidence = () if party is None else (party.id,)
        yield Breach("role", tuple(sorted(APPLYING)), tuple(sorted(roles)) or ("none",), evidence)


def subdivider_not_certified(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-11 on a subdivision: own seals went onto its children, and the divider is not certified."""
    known = counting(key, questions)
    if known is None:
        return
    fact = known.fact
    if not isinstance(fact, LotSubdivided):
        return
    schemes = {
        scheme for child in fact.children for scheme in own_use_schemes(child.lot, questions)
    }
    for scheme in sorted(schemes):
        found = [
            state
            for role in DIVIDING
            for state in states(questions, fact.operator, fact.day, scheme=scheme, roles=(role,))
        ]
        if not any(state.valid for state in found):
            says, events = shown(found)
            yield Finding(
                discriminator="subdivider",
                expected=tuple(sorted(DIVIDING)),
                found=says,
                evidence=(key, *ids(events)),
                deadline=wait(policy.grace_registry, known.rec),
            )
            return


_GRADING: Final = frozenset({"GRADER_UNTRAINED", "GRADING_NOT_ALLOWED"})


def grader_not_authorised(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-11 on a grading: own seals went onto the lot, and its grader or operator may not grade."""
    known = counting(key, questions)
    if known is None:
        return
    fact = known.fact
    if not isinstance(fact, LotGraded) or not own_use_schemes(fact.lot, questions):
        return
    codes = _GRADING & set(grading(questions.record, fact).broken)
    if codes:
        yield Finding(
            discriminator="grader",
            expected=("trained", "allowed"),
            found=tuple(sorted(codes)),
            evidence=(key,),
            deadline=wait(policy.grace_registry, known.rec),
        )


def own_use_schemes(lot: str, questions: Questions) -> set[str]:
    """The schemes of marks that their own licensee applied to a lot."""
    found: set[str] = set()
    for tally in questions.sealed(lot):
        mark = mark_of(questions, tally.mark)
        if mark is not None and mark.importer == tally.holder:
            found.add(mark.scheme)
    return found


RULES: Final = (
    Rule(
        number="M-11",
        slug="not-authorised",
        family="L",
        severity="C",
        subjects=(
            On(SubjectKind.EVENT, subdivider_not_certified, of=(LotSubdivided,)),
            On(SubjectKind.EVENT, grader_not_authorised, of=(LotGraded,)),
        ),
        applications=(not_authorised,),
        says=(
            Says(SubjectKind.APPLICATION, "=site", "sites:site+", "site", impact="subject"),
            Says(
                SubjectKind.APPLICATION,
                "=product",
                "products:product+",
                "product",
                impact="subject",
            ),
            Says(SubjectKind.APPLICATION, "=role", "_*", "roles:role*", impact="subject"),
            Says(SubjectKind.EVENT, "=subdivider", "_*", "status? since:day?"),
            Says(SubjectKind.EVENT, "=grader", "_*", "codes:code+"),
        ),
    ),
)
