"""The cases are a function of the facts: any order, any repetition, any split, any crash."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from consumers.auditor.auditor import Auditor
from consumers.auditor.proof import unsettled
from ledger.errors import Conflict, Unavailable
from ledger.facts.identity import Fact
from ledger.facts.registry import (
    CertificationChanged,
    ConsignmentContractEnded,
    ConsignmentContractSigned,
    IssuerDesignated,
    LabelApproved,
    LabelWithdrawn,
    ProgrammeEnrolled,
)
from ledger.log import Entry, Log, Receipt
from ledger.season import Mix, season
from ledger.views.projection import Projector
from tests.auditing import (
    FAR,
    POLICY,
    RECORDED,
    AuditWorld,
    caught_up,
    entry,
    entry_somewhere,
    from_nothing,
    shuffled,
)
from tests.contract.views.world import fact
from tests.databases import Cluster
from tests.domain.rules.world import World

seeds = st.integers(0, 2**32)
few = settings(
    max_examples=12,
    deadline=None,
    # The database stays, each example makes its own beside it; a seed has nothing to shrink.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)


class FlakyLog(Log):
    """A log whose commits are lost now and then, or whose answers are."""

    chance: Random

    def decide(
        self, entries: Sequence[Entry], *, inside: Callable[[Any], None] | None = None
    ) -> list[Receipt]:
        """Record decisions, or fail before or after."""
        if self.chance.random() < 0.15:
            raise Unavailable("gone before")
        receipts = super().decide(entries, inside=inside)
        if self.chance.random() < 0.15:
            raise Unavailable("gone after")
        return receipts


def clock() -> Callable[[], int]:
    """A clock that stands still: every fact is recorded at one moment, in whatever order."""
    return lambda: RECORDED


def audit_somehow(log: FlakyLog, random: Random) -> None:
    """Project and audit for a while: new auditors, old ones, lost commits, lost answers."""
    projector = Projector(log)
    projector.make()
    auditor = Auditor(log, POLICY, lambda: RECORDED)
    for _ in range(random.randrange(0, 6)):
        if random.random() < 0.5:
            projector.run_batch(random.randrange(1, 80))
        if random.random() < 0.3:
            now = RECORDED + random.randrange(0, 60 * 86_400_000_000)
            auditor = Auditor(log, POLICY, lambda: now)  # noqa: B023 -- used up within the round
        try:
            auditor.step()
        except (Unavailable, Conflict):
            continue


@few
@given(seeds)
def test_any_order_any_split_any_crash(embedded_cluster: Cluster, seed: int) -> None:
    """However facts came and the audit fell over: the cases are those of the facts."""
    random = Random(seed)  # noqa: S311 -- a seed gives a story; nothing here is secret
    facts = AuditWorld(seed).draw(random.randrange(20, 160))
    with embedded_cluster.database() as dsn, FlakyLog.open(dsn, clock=clock()) as log:
        log.chance = random
        coming = shuffled(facts, random)
        while coming:
            part = random.randrange(1, 60)
            log.append([entry_somewhere(fact) for fact in coming[:part]])
            coming = coming[part:]
            audit_somehow(log, random)
        log.chance = Random(0)  # noqa: S311 -- see above
        with Log.open(dsn) as sound:
            found = caught_up(sound)

            assert from_nothing(sound, FAR) == found
            assert unsettled(sound, POLICY) == []


DATED = (
    CertificationChanged, ConsignmentContractSigned, ConsignmentContractEnded, IssuerDesignated,
    LabelWithdrawn, LabelApproved, ProgrammeEnrolled,
)  # fmt: skip
SLIPS = "licensee-suspended,exporter-suspended,label-lapsed,no-contract,body-not-designated"


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_registry_facts_come_late_and_go_again(database: str, seed: int) -> None:
    """A trade in order, whose registry comes after its scans, some of it taken back in the end."""
    random = Random(seed)  # noqa: S311 -- a seed gives a story; nothing here is secret
    facts = list(season(1_500, seed, Mix.parse(SLIPS)).facts())
    late = [fact for fact in facts if isinstance(fact, DATED) and random.random() < 0.6]
    waiting = {fact.id for fact in late}
    random.shuffle(late)
    gone = [retraction(fact, random) for fact in random.sample(facts, 30) if not fact.corrects] + [
        retraction(fact, random) for fact in late[::5]
    ]
    with Log.open(database, clock=clock()) as log:
        log.append([entry(fact) for fact in facts if fact.id not in waiting])
        for part in (late[::3], late[1::3], late[2::3], gone):
            caught_up(log)
            log.append([entry(fact) for fact in part])
        found = caught_up(log)

        assert from_nothing(log, FAR) == found
        assert unsettled(log, POLICY) == []


def retraction(of: Fact, random: Random) -> Fact:
    """What takes a fact back."""
    return fact(
        "EventRetracted", str(UUID(int=random.getrandbits(128) & ~(0xF << 76) | 7 << 76)),
        of.time, target=of.id, reason="DID_NOT_HAPPEN",
    )  # fmt: skip


def test_what_a_removed_seal_stood_for_is_known_late(database: str) -> None:
    """An application of last year, told after the removal of this year, weighs the removal."""
    world = World()
    world.add("MarkRegistered", "2026-01-01", mark="JAS-A", scheme="JAS", rcb="RCB-1",
              importer="IMP-1", design="leaf", carrier="STICKER", serialised=False)  # fmt: skip
    world.add("LabelApproved", "2026-01-01", label="LB", version=1, product="P1", scheme="JAS",
              claim="JAS_ORGANIC", seals_per_unit=1, carrier="STICKER", pack_weight="1.000",
              agent="AG-1", from_="2026-01-01")  # fmt: skip
    world.add("LotRecorded", "2026-01-01", lot="L1", operator="EXP-1", number="1", product="P1",
              quantity="250.000", status="ORGANIC", produced_on="2026-01-01")  # fmt: skip
    world.add("AnnualReportFiled", "2026-04-02", party="IMP-1", fiscal_year=2026, product="P1",
              role="IMPORTER", quantity="0.500", filed_on="2026-04-02", rcb="RCB-1")  # fmt: skip
    sealed: dict[str, Any] = {
        "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "lot": "L1", "units": 100,
    }  # fmt: skip
    world.add("SealsRemoved", "2026-04-05", **sealed, count=100, found_at="LOT", method="REMOVED",
              cause="torn")  # fmt: skip
    with Log.open(database, clock=clock()) as log:
        log.append([entry(fact) for fact, _ in world.facts])
        assert not any(rule == "M-52" for rule, *_ in caught_up(log))

        applied = world.add("SealsApplied", "2026-03-20", **sealed, count=100, label="LB",
                            label_version=1)  # fmt: skip
        log.append([entry(applied)])
        assert {each[5:7] for each in caught_up(log) if each[0] == "M-52"} == {
            (("-100.000",), ("0.500",))
        }

        gone = world.add("EventRetracted", "2026-04-06", target=applied.id, reason="DUPLICATE")
        log.append([entry(gone)])
        assert not any(rule == "M-52" for rule, *_ in caught_up(log))


@pytest.mark.parametrize("seed", range(3))
def test_once_caught_up_there_is_nothing_to_do(database: str, seed: int) -> None:
    """Catching up again, or an auditor who knows nothing of the first, decides nothing more."""
    facts = AuditWorld(seed).draw(120)
    with Log.open(database, clock=clock()) as log:
        log.append([entry(fact) for fact in facts])
        found = caught_up(log)
        position = log.position()

        assert caught_up(log) == found
        assert log.position() == position
