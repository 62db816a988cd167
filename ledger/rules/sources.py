"""Sources: scanners in one place at a time, on time, at a line's speed, and heard from."""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from ledger.facts.identity import Fact
from ledger.facts.lots import LotRecorded
from ledger.facts.mentions import About, mentions
from ledger.facts.record import Known
from ledger.facts.registry import MarkRegistered, SourceRegistered
from ledger.facts.scalars import micros
from ledger.questions import Questions
from ledger.rules.moments import MICROS_A_MINUTE, start_of, utc_text, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import Holds, On, Rule, Says, counting
from ledger.rules.subjects import marks_of
from ledger.rules.violation import Finding, SubjectKind, told


def two_sites_person(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-46 on a person: scans at two sites within less than the way between them."""
    yield from _crossings("person", key, questions, policy)


def two_sites_source(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-46 on a source: scans at two sites within less than the way between them."""
    yield from _crossings("source", key, questions, policy)


def _crossings(
    of: Literal["person", "source"], key: str, questions: Questions, policy: Policy
) -> Iterator[Finding]:
    crossings = questions.two_sites(of, key, policy.travel_minutes * MICROS_A_MINUTE)
    for crossing, more in told(crossings.first, crossings.scans):
        minutes = (crossing.second_at - crossing.first_at) // MICROS_A_MINUTE
        sites = sorted((crossing.first_site, crossing.second_site))
        yield Finding(
            discriminator=crossing.second,
            expected=("one site",),
            found=(*sites, f"{minutes} min", *more),
            evidence=(crossing.first, crossing.second),
            deadline=0,
        )


def late_scans(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-47 on a source: a scanner's events came in long after they happened."""
    registered = questions.record.latest(SourceRegistered, About.SOURCE, key)
    if registered is None or registered.kind != "SCANNER":
        return
    for late in questions.late_days(key, policy.late_days):
        named = tuple(questions.late_on(key, late.day, policy.late_days))
        yield Finding(
            discriminator=late.day,
            expected=(f"{policy.late_days} d",),
            found=(str(late.events), utc_text(late.oldest)),
            evidence=named,
            more=late.events - len(named),
            deadline=0,
        )


def ahead(_known: Known, _questions: Questions, policy: Policy) -> Holds | None:
    """When M-47 speaks of the future: where an event lies ahead of its recording."""
    skew = policy.clock_skew
    return lambda _fact, at, rec: at - rec > skew


def future_event(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-47 on an event: it was recorded before it happened."""
    known = counting(key, questions)
    if known is not None:
        yield Finding(
            discriminator="future",
            expected=(utc_text(known.rec),),
            found=(utc_text(known.at),),
            evidence=(key,),
            deadline=0,
            severity="M",
        )


def ancient(_known: Known, _questions: Questions, _policy: Policy) -> Holds | None:
    """When M-47 may speak of the past: where an event is dated before 2000."""
    return lambda _fact, at, _rec: at < _ANCIENT


def ancient_event(key: str, questions: Questions, _policy: Policy) -> Iterator[Finding]:
    """M-47 on an event: it is dated before 2000, and before anything it is about was registered.

    What a source, mark or lot was founded by may be as old as it likes, and what came after that.
    """
    known = counting(key, questions)
    if known is None:
        return
    founders = [*_founders(known.fact, questions)]
    if any(founder.at <= known.at for founder in founders):
        return
    since = min((_ANCIENT, *(founder.at for founder in founders)))
    yield Finding(
        discriminator="ancient",
        expected=(utc_text(since),),
        found=(utc_text(known.at),),
        evidence=(key, *sorted(founder.id for founder in founders)),
        deadline=0,
        severity="H",
    )


def _founders(fact: Fact, questions: Questions) -> Iterator[Fact]:
    """What registered the source, marks and lots that a fact is about, as far as they are."""
    sources, marks, lots = {fact.source}, {*marks_of(fact)}, set[str]()
    of = {About.SOURCE: sources, About.MARK: marks, About.LOT: lots, About.LINE: lots}
    for about, key in mentions(fact):
        if about in of:
            of[about].add(key)
    for kind, about, keys in (
        (SourceRegistered, About.SOURCE, sources),
        (MarkRegistered, About.MARK, marks),
        (LotRecorded, About.LOT, lots),
    ):
        for key in sorted(keys):
            if (founder := questions.record.founder(kind, about, key)) is not None:
                yield founder


def beyond_capacity(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-51: a source applied more seals in an hour than a line can."""
    for busy in questions.busy_hours(key, policy.line_capacity):
        yield Finding(
            discriminator=busy.hour,
            expected=(str(policy.line_capacity),),
            found=(str(busy.seals),),
            evidence=busy.evidence,
            more=busy.applications - len(busy.evidence),
            deadline=wait(policy.grace_scan, busy.rec),
            artefact=questions.hour_shot_twice(key, busy.hour, policy.double_shot),
        )


def silent_source(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-60: a source that promised a heartbeat was not heard from."""
    registered = questions.record.latest(SourceRegistered, About.SOURCE, key)
    if registered is None or registered.heartbeat_minutes is None:
        return
    heard = questions.last_heard(key)
    since = questions.record.rec(registered)
    if heard is not None:
        since = max(since, heard)
    silence = policy.missed_heartbeats * registered.heartbeat_minutes * MICROS_A_MINUTE
    yield Finding(
        discriminator="",
        expected=(),
        found=("never" if heard is None else utc_text(heard),),
        evidence=(registered.id,),
        deadline=min(since + silence, _NEVER),
    )


_EVENT: Final = SubjectKind.EVENT
_SOURCE: Final = SubjectKind.SOURCE
_NEVER: Final = start_of(date.max)
"""The end of the calendar: whatever the policy says, no deadline lies behind it."""
_ANCIENT: Final = micros("2000-01-01T00:00:00.000000+00:00")
"""Before that there were neither seals nor scanners of them: clocks without a battery say so."""

RULES: Final = (
    Rule(
        number="M-46",
        slug="two-sites-at-once",
        family="D",
        severity="M",
        subjects=(On(SubjectKind.PERSON, two_sites_person), On(_SOURCE, two_sites_source)),
        says=(
            Says(SubjectKind.PERSON, "_", "_", "site site2:site gap:minutes beyond?"),
            Says(SubjectKind.SOURCE, "_", "_", "site site2:site gap:minutes beyond?"),
        ),
    ),
    Rule(
        number="M-47",
        slug="clock",
        family="D",
        severity="L",
        subjects=(
            On(_SOURCE, late_scans),
            On(_EVENT, future_event, when=ahead),
            On(_EVENT, ancient_event, when=ancient),
        ),
        says=(
            Says(SubjectKind.SOURCE, "day", "limit:days", "count oldest:moment"),
            Says(SubjectKind.EVENT, "=future", "recorded:moment", "told:moment"),
            Says(SubjectKind.EVENT, "=ancient", "since:moment", "told:moment"),
        ),
    ),
    Rule(
        number="M-51",
        slug="beyond-capacity",
        family="D",
        severity="M",
        subjects=(On(_SOURCE, beyond_capacity),),
        says=(Says(SubjectKind.SOURCE, "hour", "limit:seals", "seals"),),
    ),
    Rule(
        number="M-60",
        slug="silent-source",
        family="N",
        severity="L",
        subjects=(On(_SOURCE, silent_source),),
        says=(Says(SubjectKind.SOURCE, found="last:moment?"),),
    ),
)
