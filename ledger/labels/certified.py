"""Certification: who held which certificate on a day.

The state of a certificate is that of its last change on or before the day; a suspension ends only
by reinstating.
"""

from collections.abc import Collection, Iterable
from datetime import date

from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import (
    CertificationChanged,
    ConsignmentContractSigned,
    IssuerDesignated,
    LabelApproved,
    PersonQualified,
    ProgrammeEnrolled,
    SealTrainingCompleted,
)
from ledger.labels.rows import years_after

_VALID = ("GRANTED", "REINSTATED")


def certifications(
    record: Record,
    party: str,
    on: date,
    *,
    scheme: str | None = None,
    roles: Collection[str] = (),
    class_: str | None = None,
) -> tuple[CertificationChanged, ...]:
    """The changes by which a party is certified on a day, one for each valid certificate.

    What is not named is free; an empty list of classes on a certificate restricts nothing.
    """
    return tuple(
        last
        for changes in _by_certificate(record, party)
        if (last := _valid(changes, on)) is not None
        and scheme in (None, last.scheme)
        and (not roles or last.role in roles)
        and (class_ is None or not last.product_classes or class_ in last.product_classes)
    )


def running_out(record: Record, on: date, by: date) -> list[tuple[date, CertificationChanged]]:
    """Certificates of whoever, valid on a day, whose last day is `by` or before: the first first.

    Each with that day and the change by which it is valid.
    """
    parties = {known.fact.party for known in record if isinstance(known.fact, CertificationChanged)}
    found = [
        (until, last)
        for party in sorted(parties)
        for changes in _by_certificate(record, party)
        if (valid := _valid_until(changes, on)) is not None
        for until, last in [valid]
        if until is not None and until <= by
    ]
    return sorted(found, key=lambda one: (one[0], one[1].party, one[1].number))


def certified(  # noqa: PLR0917 - the order in which everybody reads these six
    record: Record,
    party: str,
    scheme: str | None,
    role: str | Collection[str] | None,
    class_: str | None,
    on: date,
) -> bool:
    """Whether any one certificate of the party is valid on the day for scheme, role and class."""
    roles = () if role is None else (role,) if isinstance(role, str) else role
    return bool(certifications(record, party, on, scheme=scheme, roles=roles, class_=class_))


def certified_for_years(
    record: Record, party: str, scheme: str, class_: str | None, on: date, *, years: int
) -> bool:
    """Whether a certificate valid on a day was granted at least so many years before it.

    Withdrawal and expiry break the time; a suspension does not.
    """
    for last in certifications(record, party, on, scheme=scheme, class_=class_):
        since: date | None = None
        for changes in _by_certificate(record, party):
            if _key(changes[0]) != _key(last):
                continue
            for change in changes:
                if change.from_ > on:
                    break
                if change.status in ("WITHDRAWN", "EXPIRED"):
                    since = None
                elif change.status in _VALID and since is None:
                    since = change.from_
        if since is not None and years_after(since, years) <= on:
            return True
    return False


def designated(
    record: Record,
    issuer: str,
    on: date,
    *,
    country: str,
    scheme: str,
    class_: str | None,
) -> bool:
    """Whether a country lets a body issue under a scheme, for the class, on the day."""
    return any(
        fact.country == country
        and fact.scheme == scheme
        and (class_ is None or not fact.product_classes or class_ in fact.product_classes)
        and in_force(fact, on)
        for fact in record.about(IssuerDesignated, About.ISSUER, issuer)
    )


def enrolments(
    record: Record, party: str, programme: str, on: date
) -> tuple[ProgrammeEnrolled, ...]:
    """The enrolments of a party in a programme that hold on a day."""
    return tuple(
        fact
        for fact in record.about(ProgrammeEnrolled, About.PARTY, party)
        if fact.programme == programme and in_force(fact, on)
    )


def in_force(
    fact: ConsignmentContractSigned
    | IssuerDesignated
    | LabelApproved
    | PersonQualified
    | ProgrammeEnrolled,
    on: date,
) -> bool:
    """Whether what a fact says holds on a day; both limits are inside."""
    return fact.from_ <= on and (fact.until is None or on <= fact.until)


def trained(
    record: Record, party: str, courses: Collection[str] | None, on: date, person: str | None = None
) -> bool:
    """Whether somebody of the party, or that person, had completed a course; None = any."""
    return any(
        (courses is None or fact.course in courses)
        and fact.completed_on <= on
        and person in (None, fact.person)
        for fact in record.about(SealTrainingCompleted, About.PARTY, party)
    )


def _key(change: CertificationChanged) -> tuple[str, ...]:
    return change.scheme, change.role, change.issuer, change.number


def _by_certificate(record: Record, party: str) -> Iterable[list[CertificationChanged]]:
    """The changes of each certificate in order of (from, time, id)."""
    groups: dict[tuple[str, ...], list[CertificationChanged]] = {}
    for change in record.about(CertificationChanged, About.PARTY, party):
        groups.setdefault(_key(change), []).append(change)
    for changes in groups.values():
        changes.sort(key=lambda change: (change.from_, change.at, change.id))
    return groups.values()


def _valid(changes: list[CertificationChanged], on: date) -> CertificationChanged | None:
    found = _valid_until(changes, on)
    return None if found is None else found[1]


def _valid_until(
    changes: list[CertificationChanged], on: date
) -> tuple[date | None, CertificationChanged] | None:
    """By which change a certificate is valid on a day, and until when; None where it is not."""
    last: CertificationChanged | None = None
    kept: date | None = None
    for change in changes:
        if change.from_ > on:
            break
        last = change
        if change.status in _VALID:
            kept = change.until or kept
    if last is None or last.status not in _VALID:
        return None
    until = kept if last.status == "REINSTATED" else last.until
    return (until, last) if until is None or on <= until else None
