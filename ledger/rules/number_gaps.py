"""Certificate numbers: every number of a running series is accounted for."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ledger.facts.mentions import About, certificate_key
from ledger.questions import Books
from ledger.questions.papers import Gap, Series
from ledger.rules.moments import days
from ledger.rules.policy import Policy
from ledger.rules.rule import Rule
from ledger.rules.violation import Finding, SubjectKind, key_of

WATCHED_NUMBERS_MIN: Final = 5
"""A series is watched once so many of its numbers are known, at least half of its span."""
MISSING_NUMBERS_MAX: Final = 1_000
"""As many missing numbers of one series are shown, the lowest."""


def number_gap(key: str, books: Books, policy: Policy) -> Iterator[Finding]:
    """M-25: a number of a running series was neither issued nor cancelled."""
    for number, gap in missing_numbers(key, books):
        yield Finding(
            discriminator=key_of(number),
            expected=("accounted",),
            found=("nothing",),
            evidence=(gap.id,),
            deadline=gap.rec + days(policy.gap_days),
            artefact=books.alike(About.CERTIFICATE, certificate_key(key, number)),
        )


def missing_numbers(issuer: str, books: Books) -> Iterator[tuple[str, Gap]]:
    """The lowest numbers that the running series of an issuer lack, each with its gap."""
    for series in books.numbers(issuer):
        if _watched(series):
            missing = ((gap, value) for gap in series.gaps for value in _values(gap))
            for gap, value in islice(missing, MISSING_NUMBERS_MAX):
                yield f"{series.prefix}{value:0{gap.digits}d}", gap


def _watched(series: Series) -> bool:
    span = series.highest - series.lowest + 1
    return series.known >= WATCHED_NUMBERS_MIN and 2 * series.known >= span


def _values(gap: Gap) -> range:
    return range(gap.first, gap.last + 1)


RULES: Final = (Rule("M-25", "number-gap", "N", "M", ((SubjectKind.ISSUER, number_gap),)),)
