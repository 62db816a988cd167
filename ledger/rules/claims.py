"""Claims: what a label says about a lot, or about its product, must hold.

The verdict is that of the label rules; each of its codes is carried by one rule.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger.facts.registry import LabelApproved
from ledger.facts.seals import SealsApplied
from ledger.labels.check import claim_check
from ledger.labels.verdict import carried_by
from ledger.questions import Questions
from ledger.rules.contracts import label_of
from ledger.rules.moments import wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of, parts_of


def carried_as_organic(code: str) -> bool:
    """Whether M-57 carries a code: goods in conversion sold as organic."""
    return code in carried_by("M-57")


def carried_as_claim(code: str) -> bool:
    """Whether M-15 carries a code: every one that no other rule does."""
    return code in carried_by("M-15")


class _Used(NamedTuple):
    """A label version on a lot: since when, and the first application of each mark and holder."""

    on: date
    first: str
    rec: int
    seals: tuple[SealsApplied, ...]


def _labels_on(lot: str, questions: Questions) -> dict[tuple[str, int], _Used]:
    used: dict[tuple[str, int], _Used] = {}
    for tally in sorted(questions.sealed(lot), key=lambda tally: tally.first):
        known = questions.record.known(tally.first.id)
        seals = (known.fact,) if known is not None and isinstance(known.fact, SealsApplied) else ()
        label = tally.label, tally.version
        before = used.get(label)
        if before is None:
            used[label] = _Used(tally.first_day, tally.first.id, tally.rec, seals)
        else:
            rec = min(before.rec, tally.rec)
            used[label] = before._replace(rec=rec, seals=(*before.seals, *seals))
    return used


def claims_on_lot(
    lot: str, questions: Questions, policy: Policy, carried: Callable[[str], bool]
) -> Iterator[Finding]:
    """Findings on every label version applied to a lot, for the codes that a rule carries."""
    for (label, version), used in sorted(_labels_on(lot, questions).items()):
        approved = label_of(questions, label, version)
        if approved is None:
            continue
        codes = [code for code in _codes(lot, approved, used, questions) if carried(code)]
        if codes:
            yield Finding(
                discriminator=key_of(label, str(version)),
                expected=("none",),
                found=tuple(codes),
                evidence=(used.first, approved.id),
                deadline=wait(policy.grace_registry, used.rec),
            )


def _codes(lot: str, approved: LabelApproved, used: _Used, questions: Questions) -> tuple[str, ...]:
    label = approved.label, approved.version

    def check() -> tuple[str, ...]:
        return claim_check(
            approved.claim,
            questions.record,
            on=used.on,
            lot=lot,
            label=label,
            label_text=approved.wording,
            seals=used.seals,
        ).broken

    return questions.memo(("claim on lot", lot, label), check)


def claim_not_eligible(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-15 on a lot: a label was applied whose claim the lot does not bear."""
    yield from claims_on_lot(key, questions, policy, carried_as_claim)


def conversion_as_organic(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-57: goods in conversion carry a label that calls them organic, or the other way round."""
    yield from claims_on_lot(key, questions, policy, carried_as_organic)


def label_not_eligible(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-15 on a label: its product does not bear the claim, whatever the lot."""
    label, version = parts_of(key)
    approved = label_of(questions, label, int(version))
    if approved is None:
        return
    verdict = claim_check(
        approved.claim,
        questions.record,
        approved.product,
        on=approved.from_,
        label=(label, int(version)),
        label_text=approved.wording,
        seals=(),
    )
    codes = tuple(code for code in verdict.broken if carried_as_claim(code))
    if codes:
        yield Finding(
            discriminator="",
            expected=("none",),
            found=codes,
            evidence=(approved.id,),
            deadline=wait(policy.grace_registry, questions.record.rec(approved)),
            severity="M",
        )


RULES: Final = (
    Rule(
        number="M-15",
        slug="claim-not-eligible",
        family="L",
        severity="C",
        subjects=(
            On(SubjectKind.LOT, claim_not_eligible),
            On(SubjectKind.LABEL, label_not_eligible),
        ),
        says=(
            Says(SubjectKind.LOT, "label version", "_", "codes:code+", impact="subject"),
            Says(SubjectKind.LABEL, expected="_", found="codes:code+", impact="subject"),
        ),
    ),
    Rule(
        number="M-57",
        slug="conversion-as-organic",
        family="L",
        severity="C",
        subjects=(On(SubjectKind.LOT, conversion_as_organic),),
        says=(Says(SubjectKind.LOT, "label version", "_", "codes:code+", impact="subject"),),
    ),
)
