"""Practice: how goods were made, as their records tell."""

from collections.abc import Callable, Iterator
from typing import Final

from ledger.facts.lots import LotGraded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.labels.entries import entry_of
from ledger.labels.livestock.acts import barred_act
from ledger.labels.livestock.medicine import legal_waiting_days, too_soon
from ledger.labels.process import process
from ledger.labels.schemes.jas.activities import missing_activities
from ledger.questions import Questions
from ledger.rules.moments import days, wait
from ledger.rules.policy import Policy
from ledger.rules.rule import On, Rule, Says, counting
from ledger.rules.violation import Finding, SubjectKind


def unfit_process(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-62: an entry of a process record shows what the standard excludes."""
    known = counting(key, questions)
    if known is None or not isinstance(known.fact, ProcessRecorded):
        return
    said, record = known.fact, questions.record
    for code in process(record, said, questions).broken:
        late = None
        if code == "WAITING_TIME" and said.herd is not None:
            late = next(too_soon(record, entry_of(record, said), questions), None)
        yield Finding(
            discriminator=code,
            expected=("allowed",),
            found=_figures(said, code),
            evidence=(key,) if late is None else (key, late.id),
            deadline=wait(policy.grace_registry, known.rec),
        )


def _figures(entry: ProcessRecorded, code: str) -> tuple[str, ...]:
    """What of an entry a code is about: the figures compared, or the substance."""
    told = _TOLD.get(code)
    found = (entry.substance,) if told is None else told(entry)
    return tuple("none" if figure is None else str(figure) for figure in found)


def _grazed(entry: ProcessRecorded) -> tuple[object, ...]:
    run = entry.run
    if run is None:
        return ()
    return run.clean_since, run.sown_on if run.use == "CROP" else run.first_grazed_on


def _slats(entry: ProcessRecorded) -> tuple[object, ...]:
    stable = entry.stable
    return () if stable is None else (stable.slats_m2, stable.floor_m2 or entry.indoor_m2)


_TOLD: Final[dict[str, Callable[[ProcessRecorded], tuple[object, ...]]]] = {
    "DENSITY": lambda entry: (entry.heads, entry.indoor_m2, entry.outdoor_m2),
    "SLATS": _slats,
    "WAITING_TIME": lambda entry: (f"{legal_waiting_days(entry)} d", entry.until or entry.on),
    "RUN_PERIOD": _grazed,
    "KEPT_IN": lambda entry: (entry.kept_in, entry.until or entry.on),
    "FINAL_PERIOD": lambda entry: (entry.on,),
    "FORBIDDEN_ACT": lambda entry: (barred_act(entry),),
    "DAY_LENGTH": lambda entry: (entry.light_hours,),
    "NO_RUN": lambda entry: (entry.outings_per_week,),
    "SEEDLING_SOIL": lambda entry: (entry.clean_since,),
}
"""By code, what of an entry it compares."""


def records_missing(key: str, questions: Questions, policy: Policy) -> Iterator[Finding]:
    """M-63: a grader called the records of a lot complete and an activity has none."""
    graded = questions.record.latest(LotGraded, About.LOT, key)
    if graded is None or not graded.records_complete:
        return
    for activity in missing_activities(questions.record, key, questions):
        yield Finding(
            discriminator=activity,
            expected=("recorded",),
            found=("nothing",),
            evidence=(graded.id,),
            deadline=wait(days(policy.evidence_days), questions.record.rec(graded)),
        )


_EVENT: Final = SubjectKind.EVENT

RULES: Final = (
    Rule(
        number="M-62",
        slug="unfit-process",
        family="H",
        severity="H",
        subjects=(On(_EVENT, unfit_process, of=(ProcessRecorded,)),),
        says=(
            Says(_EVENT, "=DENSITY", "_", "heads:count? indoor:area? outdoor:area?"),
            Says(_EVENT, "=WAITING_TIME", "_", "waiting:days last:day"),
            Says(_EVENT, "=SLATS", "_", "slats:area floor:area"),
            Says(_EVENT, "=RUN_PERIOD", "_", "since:day grazed:day"),
            Says(_EVENT, "=KEPT_IN", "_", "kept last:day"),
            Says(_EVENT, "=FINAL_PERIOD", "_", "began:day"),
            Says(_EVENT, "=FORBIDDEN_ACT", "_", "act?"),
            Says(_EVENT, "=DAY_LENGTH", "_", "hours"),
            Says(_EVENT, "=NO_RUN", "_", "outings:count?"),
            Says(_EVENT, "=SEEDLING_SOIL", "_", "since:day"),
            Says(_EVENT, "code", "_", "substance?"),
        ),
    ),
    Rule(
        number="M-63",
        slug="records-missing",
        family="P",
        severity="M",
        subjects=(On(SubjectKind.LOT, records_missing),),
        says=(Says(SubjectKind.LOT, "activity", "_", "_"),),
    ),
)
