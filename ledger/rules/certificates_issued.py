"""Certificates as issued: every number once and accounted for, by whom, with which statement."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ledger.facts.documents import ExportCertificateIssued
from ledger.facts.mentions import About, certificate_key
from ledger.labels.lots import country_of
from ledger.labels.scope import statement
from ledger.questions import Questions
from ledger.questions.papers import Gap, Series
from ledger.rules.certification import covers, designations
from ledger.rules.moments import days, ids, wait
from ledger.rules.papers import certificate_of
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.subjects import own_values
from ledger.rules.violation import Finding, SubjectKind, key_of

WATCHED_NUMBERS_MIN: Final = 5
"""A series is watched once so many of its numbers are known, at least half of its span."""
MISSING_NUMBERS_MAX: Final = 1_000
"""As many missing numbers of one series are shown, the lowest."""


def number_reused(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-24: two certificates of one number say different things."""
    issued = questions.record.about(ExportCertificateIssued, About.CERTIFICATE, key)
    if any(own_values(event) != own_values(issued[0]) for event in issued):
        found = tuple(sorted(ids(issued)))
        yield Finding("", ("one",), found, found, deadline=0)


def number_gap(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-25: a number of a running series was neither issued nor cancelled."""
    for number, gap in missing_numbers(key, questions):
        yield Finding(
            discriminator=key_of(number),
            expected=("accounted",),
            found=("nothing",),
            evidence=(gap.id,),
            deadline=gap.rec + days(policy.gap_days),
            artefact=questions.looks_alike(About.CERTIFICATE, certificate_key(key, number)),
        )


def missing_numbers(issuer: str, questions: Questions) -> Iterator[tuple[str, Gap]]:
    """The lowest numbers that the running series of an issuer lack, each with its gap."""
    for series in questions.numbers(issuer):
        if _watched(series):
            missing = ((gap, value) for gap in series.gaps for value in _values(gap))
            for gap, value in islice(missing, MISSING_NUMBERS_MAX):
                yield f"{series.prefix}{value:0{gap.digits}d}", gap


def _watched(series: Series) -> bool:
    span = series.highest - series.lowest + 1
    return series.known >= WATCHED_NUMBERS_MIN and 2 * series.known >= span


def _values(gap: Gap) -> range:
    return range(gap.first, gap.last + 1)


def issuer_not_designated(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-27: whoever issued a certificate was not designated for such goods on that day."""
    issued = certificate_of(questions, key)
    if issued is None:
        return
    country = country_of(questions.record, issued.exporter)
    if not designations(
        questions,
        issued.issuer,
        issued.issued_on,
        lambda event: (
            covers(event.product_classes, issued.product_class)
            and (country is None or event.country == country)
        ),
    ):
        yield Finding(
            discriminator="",
            expected=("designated",),
            found=(issued.product_class, issued.issued_on.isoformat()),
            evidence=(issued.id,),
            deadline=wait(policy.grace_registry, questions.record.rec(issued)),
        )


def wrong_statement(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-28: a certificate does not state what its form had to state that day."""
    issued = certificate_of(questions, key)
    if issued is None:
        return
    if statement(issued.form, issued.statement, issued.issued_on).broken:
        yield Finding(
            discriminator="",
            expected=("in force",),
            found=(issued.statement,),
            evidence=(issued.id,),
            deadline=wait(policy.grace_registry, questions.record.rec(issued)),
        )


_CERTIFICATE: Final = SubjectKind.CERTIFICATE

RULES: Final = (
    Rule(
        number="M-24",
        slug="number-reused",
        family="D",
        severity="C",
        subjects=(On(_CERTIFICATE, number_reused),),
        says=(Says(SubjectKind.CERTIFICATE, expected="_", found="_*"),),
    ),
    Rule(
        number="M-25",
        slug="number-gap",
        family="N",
        severity="M",
        subjects=(On(SubjectKind.ISSUER, number_gap),),
        says=(Says(SubjectKind.ISSUER, "number:id", "_", "_"),),
    ),
    Rule(
        number="M-27",
        slug="issuer-not-designated",
        family="H",
        severity="C",
        subjects=(On(_CERTIFICATE, issuer_not_designated),),
        says=(Says(SubjectKind.CERTIFICATE, expected="_", found="class day"),),
    ),
    Rule(
        number="M-28",
        slug="wrong-statement",
        family="D",
        severity="M",
        subjects=(On(_CERTIFICATE, wrong_statement),),
        says=(Says(SubjectKind.CERTIFICATE, expected="_", found="_"),),
    ),
)
