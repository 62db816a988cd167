"""Stock: what a holder has of a mark at a site, against what it counted."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ledger.custody.places import Kind, Place
from ledger.questions import Questions
from ledger.questions.accounts import AccountState
from ledger.rules.figures import miscounted
from ledger.rules.moments import days, next_month, start_of, utc_text, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says
from ledger.rules.violation import Finding, SubjectKind, key_of, parts_of


def negative_stock(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-01: a holder had fewer than no usable seals at some moment."""
    yield from _dips(key, Kind.STOCK, questions, policy)


def destroyed_not_spoiled(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-40: more seals were destroyed than had been spoiled."""
    for finding in _dips(key, Kind.SPOILED, questions, policy):
        yield finding._replace(artefact=False)


def _dips(key: str, kind: Kind, questions: Questions, policy: Policy) -> Iterator[Finding]:
    mark, holder, site = _account_of(key)
    dips = questions.dips(mark, Place(kind, holder, site))
    if dips:
        yield Finding(
            discriminator="",
            expected=("0",),
            found=(str(min(dip.lowest for dip in dips)), utc_text(dips[-1].start)),
            evidence=tuple(dip.opener for dip in dips),
            deadline=min(wait(policy.grace_scan, dip.rec) for dip in dips),
            artefact=any(questions.double_shot(dip.opener, policy.double_shot) for dip in dips),
        )


def count_variance(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-02: a count and the book differ, and no accepted adjustment explains it."""
    for count in questions.off_counts(*_account_of(key)):
        if count.unexplained:
            limit = max(Decimal(policy.count_abs), policy.count_share * count.book)
            yield Finding(
                discriminator=count.id,
                expected=(str(count.book),),
                found=(str(count.counted), str(count.unexplained)),
                evidence=(count.id, *count.adjustments),
                deadline=wait(policy.grace_count, count.rec),
                artefact=miscounted(count.book, count.counted),
                severity="C" if abs(count.unexplained) > limit or count.before else "H",
            )
        if count.spoiled_counted is not None and count.spoiled_counted != count.spoiled_book:
            yield Finding(
                discriminator=key_of(count.id, "spoiled"),
                expected=(str(count.spoiled_book),),
                found=(
                    str(count.spoiled_counted),
                    str(count.spoiled_counted - count.spoiled_book),
                ),
                evidence=(count.id,),
                deadline=wait(policy.grace_count, count.rec),
                artefact=miscounted(count.spoiled_book, count.spoiled_counted),
                severity="H",
            )


def _account_of(key: str) -> tuple[str, str, str]:
    mark, holder, site = parts_of(key)
    return mark, holder, site


_SETTLED_ON: Final = 3
"""The day of the next month by which a month's scans are in."""


def high_spoilage(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-38: too large a share of a month's seals was spoiled; orderly disposal is no spoilage."""
    for name, month in sorted(_account(key, questions).months.items()):
        used = month.applied + month.spoiled
        if month.spoiled >= policy.spoil_min and month.spoiled > policy.spoil_limit * used:
            yield Finding(
                discriminator=name,
                expected=(f"{(policy.spoil_limit * 100).normalize():f} %",),
                found=(str(month.spoiled), str(month.applied)),
                evidence=tuple(questions.spoiled_in(*_account_of(key), name)),
                deadline=start_of(next_month(name).replace(day=_SETTLED_ON)),
            )


def aged_seals(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-43: the oldest seal in stock, first in first out, lies there too long."""
    account = _account(key, questions)
    if account.current > 0 and account.oldest is not None:
        yield Finding(
            discriminator="",
            expected=(),
            found=(str(account.current), utc_text(account.oldest.at)),
            evidence=(account.oldest.id,),
            deadline=account.oldest.at + days(policy.aged_days),
        )


def count_overdue(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-44: a stock that is not empty was not counted for too long."""
    account = _account(key, questions)
    last = account.last_count
    since = [] if account.first_in is None else [account.first_in.at]
    if last is not None:
        since.append(last.at)
    if account.current and since:
        yield Finding(
            discriminator="",
            expected=(),
            found=("none" if last is None else utc_text(last.at),),
            evidence=() if last is None else (last.id,),
            deadline=max(since) + days(policy.count_days),
        )


def _account(key: str, questions: Questions) -> AccountState:
    return questions.memo(("account", key), lambda: questions.account(*_account_of(key)))


_ON_ACCOUNTS: Final = SubjectKind.ACCOUNT

RULES: Final = (
    Rule(
        number="M-01",
        slug="negative-stock",
        family="P",
        severity="C",
        subjects=(On(_ON_ACCOUNTS, negative_stock),),
        says=(
            Says(
                SubjectKind.ACCOUNT,
                expected="allowed:seals",
                found="low:seals since:moment",
                impact="low",
            ),
        ),
    ),
    Rule(
        number="M-02",
        slug="count-variance",
        family="D",
        severity="H",
        subjects=(On(_ON_ACCOUNTS, count_variance),),
        says=(
            Says(
                SubjectKind.ACCOUNT,
                "_",
                "book:seals",
                "counted:seals difference:seals",
                impact="difference",
            ),
            Says(
                SubjectKind.ACCOUNT,
                "_ =spoiled",
                "book:seals",
                "counted:seals _",
                impact="book-counted",
            ),
        ),
    ),
    Rule(
        number="M-38",
        slug="high-spoilage",
        family="D",
        severity="M",
        subjects=(On(_ON_ACCOUNTS, high_spoilage),),
        says=(
            Says(
                SubjectKind.ACCOUNT,
                "month",
                "limit:percent",
                "spoiled:seals applied:seals",
                impact="spoiled over limit",
            ),
        ),
    ),
    Rule(
        number="M-40",
        slug="destroyed-not-spoiled",
        family="D",
        severity="H",
        subjects=(On(_ON_ACCOUNTS, destroyed_not_spoiled),),
        says=(
            Says(
                SubjectKind.ACCOUNT,
                expected="allowed:seals",
                found="low:seals since:moment",
                impact="low",
            ),
        ),
    ),
    Rule(
        number="M-43",
        slug="aged-seals",
        family="N",
        severity="L",
        subjects=(On(_ON_ACCOUNTS, aged_seals),),
        says=(Says(SubjectKind.ACCOUNT, found="held:seals since:moment", impact="held"),),
    ),
    Rule(
        number="M-44",
        slug="count-overdue",
        family="P",
        severity="M",
        subjects=(On(_ON_ACCOUNTS, count_overdue),),
        says=(Says(SubjectKind.ACCOUNT, found="last:moment?"),),
    ),
)
