"""Every question has one answer: the database's is that of all facts in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise, product
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ledger.custody.moves import moves
from ledger.facts.herds import HerdRecorded
from ledger.facts.identity import Fact
from ledger.facts.mentions import About
from ledger.facts.scalars import canonical_time, time_text
from ledger.facts.seals import SealsApplied, SealsIssued
from ledger.log import Log
from ledger.questions import Questions, QuestionsAtHand
from ledger.questions.herds import Arrival, arrival_of
from ledger.questions.snapshot import SnapshotQuestions
from ledger.season import Mix, season
from ledger.views.projection import Projector, reading
from tests.auditing import CONTRACTORS, RECORDED, AuditWorld, entry_somewhere, known, shuffled
from tests.contract.views import world
from tests.contract.views.world import EXPORTERS, HOLDERS, HOUR, LOTS, MARKS, SITES, T0
from tests.databases import Cluster
from tests.herding import FARMS, HERDS, SPECIES, TENDED_ON

MINUTE = 60_000_000
Question = tuple[str, tuple[Any, ...]]


@contextmanager
def both(dsn: str, facts: list[Fact], chance: Random) -> Iterator[tuple[Questions, Questions]]:
    """The answers from the database and those from memory, after the facts came in some order."""
    with Log.open(dsn, clock=lambda: RECORDED) as log:
        log.append([entry_somewhere(fact) for fact in facts])
        projector = Projector(log)
        projector.make()
        while projector.run_batch(chance.randrange(1, 90)):
            pass
        record = known(log)
        with reading(log) as rows:
            yield SnapshotQuestions(rows, log), QuestionsAtHand(record)


FORMS: dict[str, Callable[[Any], Any]] = {
    "account": lambda of: (
        of.current, of.first_in, of.oldest, of.last_count,
        {
            name: month for name, month in of.months.items() if month.spoiled or month.applied
        },
    ),
    "dips": list,
    "sealed": lambda sums: [(*each[:10], each.last, each.rec) for each in sums],
    "naming": lambda of: of and (of.events, of.first_rec, of.events > 100 or sorted(of.evidence)),
    "stocks": lambda stocks: {site: held for site, held in stocks.items() if held},
    "contracts_named": lambda names: sorted(map(str, names)),
    "ranged": lambda events: [event.id for event in events],
    "worked": lambda entries: [entry for entry in entries if entry.units],
    "applications_of": list,
    "lots_of_herd": list,
    "feedings_of": list,
    "first_application": lambda first: first,
    "contractors": list,
}  # fmt: skip
"""What of an answer is compared: its meaning, not its shape."""


def answers(questions: Questions, ask: Question) -> Any:
    """What is answered, in a form that compares."""
    name, arguments = ask
    return FORMS.get(name, lambda found: found)(getattr(questions, name)(*arguments))


def of_world(facts: list[Fact]) -> Iterator[Question]:
    """Every question about everything that a world knows."""
    places = {(move.mark, place) for fact in facts for move in moves(fact)
              for place in (move.source, move.target)}  # fmt: skip
    times = sorted({fact.at for fact in facts})[::5]
    for mark, place in sorted(places):
        yield "dips", (mark, place)
        for at in (None, *times):
            yield "balance", (mark, place, at)
    yield from of_accounts()
    for mark, holder in product(MARKS, HOLDERS):
        yield "stocks", (mark, holder)
        yield "contracts_named", (holder, mark)
        for contract in (None, "C1"):
            for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)):
                yield "first_application", (holder, mark, contract, day, date(2026, 4, 3))
    for lot in LOTS:
        yield "sealed", (lot,)
        for marks in (MARKS, MARKS[:1]):
            yield "applications_of", (lot, marks)
            yield "lot_shot_twice", (lot, marks, 90 * MINUTE)
        for person in ("P1", "P2", "P9"):
            yield "sealed_by", (lot, person)
    for version in (1, 2):
        yield "labelled", ("LB-1", version)
        yield "attached_under", ("LB-1", version)
    yield from of_outside_work()
    yield from of_marks()
    yield from of_conduct(facts)
    yield from of_herds(facts)
    yield from of_husbandry()


def of_outside_work() -> Iterator[Question]:
    """Every question about work that others do for a party."""
    for party in EXPORTERS:
        yield "contractors", (party,)
        for contractor, first in product(CONTRACTORS, range(30, 33)):
            day = date(2026, 3, 1) + timedelta(days=first - 1)
            yield "first_outside", (party, contractor, day, date.max)
            yield "first_outside", (party, contractor, date.min, day)


def of_accounts() -> Iterator[Question]:
    """Every question about accounts."""
    for mark, holder, site in product(MARKS, HOLDERS, SITES):
        yield "account", (mark, holder, site)
        yield "off_counts", (mark, holder, site)
        for month in ("2026-03", "2026-04"):
            yield "spoiled_in", (mark, holder, site, month)


def of_marks() -> Iterator[Question]:
    """Every question about marks and their numbers."""
    for mark in MARKS:
        yield "naming", (mark,)
        for first in range(0, 260, 40):
            yield "ranged", (mark, first, first + 30)
            yield "ranged", (mark, first, first + 30, SealsIssued)
            yield "ranged", (mark, first, first, SealsApplied)
        for year in (2025, 2026):
            yield "worked", (mark, year)
            yield "first_of_year", (mark, year)


def of_conduct(facts: list[Fact]) -> Iterator[Question]:
    """Every question about sources, persons, single events and look-alikes."""
    for source in ("SC-1", "SC-2", "SC-3", "SC-9"):
        yield "two_sites", ("source", source, 120 * MINUTE)
        for days in (1, 7):
            yield "late_days", (source, days)
            yield "late_on", (source, "2026-04-10", days)
        for month in ("2026-03", "2026-04"):
            yield "reversed_in", (source, month)
        yield "reversed_months", (source,)
        yield "busy_hours", (source, 40)
        yield "last_heard", (source,)
        yield "hour_shot_twice", (source, "2026-04-01T03", 90 * MINUTE)
    for person in ("P1", "P2"):
        yield "two_sites", ("person", person, 120 * MINUTE)
    for issuer in ("AG-1", "AG-2", *EXPORTERS):
        yield "numbers", (issuer,)
    for fact in facts:
        yield "double_shot", (fact.id, 90 * MINUTE)
        yield "repeat_of", (fact.id,)
    for about, key in (
        (About.LOT, "L-1"), (About.LOT, "L1"), (About.MARK, "JASA"), (About.DISPATCH, "d1"),
        (About.SHIPMENT, "S-1"), (About.CONTRACT, "CI"), (About.LABEL, "LB_1"),
        (About.CERTIFICATE, "AG-1 N%20I"), (About.CERTIFICATE, "AG-1 N1"),
    ):  # fmt: skip
        yield "looks_alike", (about, key)


def of_herds(facts: list[Fact]) -> Iterator[Question]:
    """Every question about arrivals, and about days before and behind all of them."""
    arrivals = {arrival_of(fact) for fact in facts if isinstance(fact, HerdRecorded)}
    for arrival in sorted(filter(None, arrivals)):
        yield "replaced", (arrival,)
    for operator, species in product(FARMS[1:], set(SPECIES)):
        for day in (date(2024, 1, 1), date(2025, 3, 1), date(2025, 12, 31)):
            yield "replaced", (Arrival(operator, species, day, 0, str(UUID(int=0))),)


def of_husbandry() -> Iterator[Question]:
    """Every question about what was done with herds, on and beside the days they know."""
    days = sorted({*map(date.fromisoformat, TENDED_ON), date.min, date.max, date(2026, 3, 2)})
    for herd in HERDS:
        for first, last in pairwise(days):
            yield "lots_of_herd", (herd, first, last)
            yield "feedings_of", (herd, first, last)
        yield "feedings_of", (herd, date(2025, 1, 1), date(2025, 12, 31))
    for herds in (HERDS[:1], HERDS[1:3], HERDS, ()):
        for day in days:
            for activity in ("MEDICINE", "MILKING", "RUN", "SLAUGHTER"):
                yield "any_did", (herds, activity, day)
            yield "each_fed", (herds, day)
        for day in (date(2025, 5, 31), date(2025, 6, 1)):
            yield "each_fed", (herds, day)


@settings(
    max_examples=15,
    deadline=None,
    # The server stays, each example makes a database of its own; a seed has nothing to shrink.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@given(st.integers(0, 2**32))
@example(1029)
def test_both_answers_are_the_same(embedded_cluster: Cluster, seed: int) -> None:
    """Whatever is asked of a dense world, in whatever order its facts came."""
    chance = Random(seed)  # noqa: S311 -- a seed gives a story; nothing here is secret
    facts = AuditWorld(seed).draw(chance.randrange(20, 250))
    coming = shuffled(facts, chance)
    with embedded_cluster.database() as dsn, both(dsn, coming, chance) as (views, memory):
        for ask in of_world(facts):
            assert answers(views, ask) == answers(memory, ask), ask


class LongWorld(AuditWorld):
    """Two hundred days of mostly one mark, one stock and one lot."""

    def time(self) -> str:
        """A time on a grid of four hours."""
        at = T0 + self.random.randrange(0, 1_200) * 4 * HOUR
        return time_text(at, self.random.choice((540, -420, 0)))

    def one(self, values: tuple[str, ...]) -> str:
        """Mostly the first one."""
        return values[0] if self.random.random() < 0.8 else super().one(values)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@given(st.integers(0, 2**32))
def test_both_answers_are_the_same_of_a_long_history(embedded_cluster: Cluster, seed: int) -> None:
    """Places that are below zero for days, weeks and within a day; counts long before and after."""
    chance = Random(seed)  # noqa: S311 -- a seed gives a story; nothing here is secret
    facts = LongWorld(seed).draw(chance.randrange(100, 400))
    coming = shuffled(facts, chance)
    with embedded_cluster.database() as dsn, both(dsn, coming, chance) as (views, memory):
        for ask in of_world(facts):
            assert answers(views, ask) == answers(memory, ask), ask


@pytest.mark.parametrize(
    ("first", "second", "hours"),
    [
        ("02:59:30", "03:00:27", ["02", "03"]),
        ("02:59:30", "03:00:30", ["02", "03"]),
        ("02:59:30", "03:00:31", []),
        ("03:10:00", "03:10:57", ["03"]),
        ("01:59:10", "01:59:59", ["01"]),
    ],
)
def test_a_duplicate_beyond_the_hour_is_one(
    database: str, first: str, second: str, hours: list[str]
) -> None:
    """Shot twice within a minute across the hour: both hours have it, and no other."""
    made = [
        world.fact(
            "SealsApplied", str(UUID(int=number << 96 | 7 << 76 | 2 << 62)),
            canonical_time(f"2026-04-01T{clock}Z"), source="SC-1", mark="JAS-A", holder="IMP-1",
            site="W1", lot="L1", label="LB-1", label_version=1, units=5, count=5,
        )
        for number, clock in enumerate((first, second), 1)
    ]  # fmt: skip
    with both(database, made, Random(1)) as (views, memory):  # noqa: S311 -- see above
        for questions in (views, memory):
            found = [
                hour for hour in ("00", "01", "02", "03", "04")
                if questions.hour_shot_twice("SC-1", f"2026-04-01T{hour}", MINUTE)
            ]  # fmt: skip
            assert found == hours


@pytest.mark.parametrize(
    ("time", "year"),
    [("0001-01-05T09:00:00Z", 0), ("0001-04-05T09:00:00Z", 1), ("9999-12-29T09:00:00Z", 9_999)],
)
def test_years_at_the_ends_of_the_calendar(database: str, time: str, year: int) -> None:
    """A scanner whose clock is centuries off applies in a year like any other."""
    made = world.fact(
        "SealsApplied", str(UUID(int=7 << 76)), canonical_time(time), mark="JAS-A", holder="IMP-1",
        site="W1", lot="L1", label="LB-1", label_version=1, units=1, count=1,
    )  # fmt: skip
    with both(database, [made], Random(1)) as (views, memory):  # noqa: S311 -- see above
        for of in (year - 1, year, year + 1):
            asks: list[Question] = [("first_of_year", ("JAS-A", of)), ("worked", ("JAS-A", of))]
            for ask in asks:
                assert answers(views, ask) == answers(memory, ask), ask
        assert views.first_of_year("JAS-A", year) == made.id


def test_a_season_has_the_same_answers(database: str) -> None:
    """Accounts and lots of a made season, as rules ask about them."""
    made = list(season(2_500, 2, Mix.parse("over-sealing,M-01,M-38,M-40,M-43")).facts())
    asks: dict[Question, None] = {}
    build: dict[str, Callable[[Any], Question]] = {
        "site": lambda f: ("account", (f.mark, f.holder, f.site)),
        "label": lambda f: ("sealed", (f.lot,)),
    }
    for fact in made:
        for field, ask in build.items():
            if all(hasattr(fact, name) for name in ("mark", "holder", field)) and (
                field == "site" or isinstance(fact, SealsApplied)
            ):
                asks[ask(fact)] = None
        for move in moves(fact):
            asks["dips", (move.mark, move.source)] = None
    with both(database, made, Random(1)) as (views, memory):  # noqa: S311 -- see above
        for ask_ in asks:
            assert answers(views, ask_) == answers(memory, ask_), ask_
