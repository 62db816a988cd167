"""Herds: where animals came from, what they were fed, how long they were kept before use."""

from collections.abc import Iterator
from typing import Final

from ledger.facts.herds import FeedingRecorded, HerdRecorded
from ledger.facts.mentions import About
from ledger.labels.livestock.feeding import feeding
from ledger.labels.livestock.keeping import keeping
from ledger.labels.livestock.measures import Measure, broken
from ledger.labels.livestock.origin import origin
from ledger.labels.lots import class_of_lot
from ledger.labels.schemes.jas.grading import route
from ledger.questions import Questions
from ledger.questions.herds import arrival_of
from ledger.rules import lot_facts
from ledger.rules.moments import wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says, counting
from ledger.rules.violation import Finding, SubjectKind


def latest(questions: Questions, herd: str) -> HerdRecorded | None:
    """What is known of a herd: its latest record."""
    return questions.record.latest(HerdRecorded, About.ANIMALS, herd)


def fed_so(fed: FeedingRecorded, questions: Questions) -> list[Measure]:
    """What is against a feeding, and what of it is not told, with what is known of its herd."""
    return feeding(fed, latest(questions, fed.herd))


def came_so(herd: HerdRecorded, questions: Questions) -> list[Measure]:
    """What is against the origin of a herd, with the sums of the year if it came last in it."""
    arrival = arrival_of(herd)
    return origin(herd, None if arrival is None else questions.replaced(arrival))


def unfit_feeding(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-70: animals were fed what the standard excludes, or too much of it."""
    known = counting(key, questions)
    if known is not None and isinstance(known.fact, FeedingRecorded):
        deadline = wait(policy.grace_registry, known.rec)
        yield from _findings(fed_so(known.fact, questions), key, deadline)


def unfit_animals(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-71: animals came from where, or as, the standard does not let them come."""
    known = counting(key, questions)
    if known is None or not isinstance(known.fact, HerdRecorded):
        return
    last = latest(questions, known.fact.herd)
    if last is not None and last.id == key:
        deadline = wait(policy.grace_registry, known.rec)
        yield from _findings(came_so(known.fact, questions), key, deadline)


def _findings(measures: list[Measure], key: str, deadline: int) -> Iterator[Finding]:
    for code, measure in broken(measures).items():
        yield Finding(
            discriminator=code,
            expected=measure.limit or ("allowed",),
            found=measure.figure,
            evidence=(key,),
            deadline=deadline,
        )


def kept_too_short(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-72: goods were made of animals that had not been kept organically long enough."""
    made = lot_facts.recorded(questions, key)
    if made is None or not made.herds or made.status != "ORGANIC":
        return
    record = questions.record
    if class_of_lot(record, made, made.produced_on) != "LIVESTOCK" or route(record, key) != "JAS":
        return
    for name in sorted(set(made.herds)):
        herd = latest(questions, name)
        for measure in () if herd is None else broken(keeping(herd, made.produced_on)).values():
            assert herd is not None  # noqa: S101 -- narrows: nothing is measured of no herd
            yield Finding(
                discriminator=name,
                expected=measure.limit,
                found=measure.figure,
                evidence=(made.id, herd.id),
                deadline=wait(policy.grace_registry, record.rec(made), record.rec(herd)),
            )


_EVENT: Final = SubjectKind.EVENT

RULES: Final = (
    Rule(
        number="M-70",
        slug="unfit-feeding",
        family="H",
        severity="H",
        subjects=(On(_EVENT, unfit_feeding, of=(FeedingRecorded,)),),
        says=(
            Says(_EVENT, "=FEED_OWN_FIELD", "below:kg? first:day?", "bought:kg? from:day?"),
            Says(_EVENT, "=FEED_STAGE", "species last:day?", "stage from:day?"),
            Says(_EVENT, "=FINAL_PERIOD", "first:day", "from:day"),
            Says(_EVENT, "=MILK_SOURCE", "first:day", "from:day"),
            Says(_EVENT, "code", "most:kg?", "given:kg", kind="amount"),
            Says(_EVENT, "code", "_", "feed:id"),
        ),
    ),
    Rule(
        number="M-71",
        slug="unfit-animals",
        family="H",
        severity="H",
        subjects=(On(_EVENT, unfit_animals, of=(HerdRecorded,)),),
        says=(
            Says(_EVENT, "=AGE_OVER", "before:day", "arrived:day"),
            Says(_EVENT, "=WEIGHT_OVER", "most:kg", "weight:kg"),
            Says(_EVENT, "=DAM_PERIOD", "first:day", "born:day"),
            Says(_EVENT, "=ORIGIN", "born:day?", "since:day?"),
            Says(_EVENT, "=DISASTER_LIMIT", "least:count most:count", "died:count heads:count"),
            Says(_EVENT, "code", "limit:count", "heads:count", kind="number"),
            Says(_EVENT, "code", "_", ""),
        ),
    ),
    Rule(
        number="M-72",
        slug="kept-too-short",
        family="L",
        severity="C",
        subjects=(On(SubjectKind.LOT, kept_too_short),),
        says=(Says(SubjectKind.LOT, "herd", "first:day?", "used:day"),),
    ),
)
