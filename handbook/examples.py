"""Examples for the pages of reference: what a made season says, and what the rules find in it.

The season is the same at every time, so the handbook is.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final, cast

from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.facts.registry import MarkRegistered, PersonRegistered, SourceHeartbeat
from ledger.facts.scalars import MICROS_A_DAY
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import GoodsReturned, ReturnedLine, ShipmentReceived
from ledger.questions import QuestionsAtHand
from ledger.rules.audit import RULES, audit, evaluate
from ledger.rules.policy import Policy, default_policy
from ledger.rules.texts import texts_of
from ledger.rules.violation import Violation
from ledger.season import Mix, season

_events: Final = 11_960
_seed: Final = 5
_FAR: Final = 4_070_908_800_000_000
"""2099: by then every wait of a season is over."""


@cache
def _facts() -> tuple[Fact, ...]:
    return tuple(season(_events, _seed, Mix.parse("all")).facts())


@cache
def event_examples() -> Mapping[str, Fact]:
    """By name of each event one: of a season the one that says most."""
    found: dict[str, Fact] = {}
    for fact in _facts():
        name = type(fact).__name__
        if name not in found or _said(fact) > _said(found[name]):
            found[name] = fact
    found |= {type(fact).__name__: fact for fact in _never_in_a_season(found)}
    return {name: found[name] for name in TYPES}


def _said(fact: Fact) -> int:
    return sum(getattr(fact, name) not in (None, ()) for name in fact.__struct_fields__)


def _never_in_a_season(found: Mapping[str, Fact]) -> tuple[Fact, ...]:
    """What no season holds: a sign of life, a person who decides, and goods that go back."""
    received = cast("ShipmentReceived", found["ShipmentReceived"])
    (first, *_) = received.lines
    return (
        SourceHeartbeat(
            id="019d4b40-5a00-7c33-9d2a-0a1b2c3d4e5f",
            time="2026-04-02T09:30:00.000000+09:00",
            source=found["SealsApplied"].source,
        ),
        PersonRegistered(
            id="019d4b40-5a00-7c33-9d2a-0a1b2c3d4e61",
            time="2026-04-02T09:30:00.000000+09:00",
            source=found["MarkRegistered"].source,
            person="P-9",
            party=cast("MarkRegistered", found["MarkRegistered"]).rcb,
            from_=date(2026, 4, 2),
            until=date(2027, 3, 31),
            works_as=("DECIDER", "SIGNER"),
        ),
        GoodsReturned(
            id="019d4b40-5a00-7c33-9d2a-0a1b2c3d4e60",
            time=received.time,
            source=received.source,
            shipment=received.shipment,
            importer=received.importer,
            returned_from="DELIVERED",
            site=received.site,
            lines=(
                ReturnedLine(lot=first.lot, units=first.units, mark=first.mark, seals=first.seals),
            ),
        ),
    )


@cache
def _record() -> Record:
    """The season as recorded at once, but for a scan that came a month late and one ahead of time.

    Those two are what no season holds: clocks and delays are of the record, not of the facts.
    """
    scans = [fact.id for fact in _facts() if isinstance(fact, SealsApplied)]
    strange = {scans[0]: 30 * MICROS_A_DAY, scans[1]: -MICROS_A_DAY}
    return Record([(fact, fact.at + strange.get(fact.id, 1)) for fact in _facts()])


@cache
def _questions() -> QuestionsAtHand:
    return QuestionsAtHand(_record())


@cache
def cases() -> Mapping[tuple[str, str], Violation]:
    """By (rule, kind of its cases) the first case of a season that holds every fault."""
    words, rules = texts_of("en")
    found: dict[tuple[str, str], Violation] = {}
    for case in audit(_record(), default_policy(), _FAR):
        for name, (kind, _) in rules[case.rule].say.items():
            if kind.values(case, words) is not None:
                found.setdefault((case.rule, name), case)
                break
    return found


class _Watched:
    """A policy that notes what is asked of it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.asked.add(name)
        return getattr(self._policy, name)


@cache
def waits_of(rule: str) -> tuple[str, ...]:
    """The parameters of the policy that a rule asks for in its cases here, in their order."""
    watched = _Watched(default_policy())
    for (number, _), case in cases().items():
        if number == rule:
            policy = cast("Policy", watched)
            evaluate(case.subject_kind, case.subject, _questions(), policy, rules={rule})
    asked = watched.asked | ({"grace_registry"} if RULES[rule].applications else set())
    return tuple(name for name in Policy.__struct_fields__ if name in asked)
