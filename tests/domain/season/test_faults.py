"""Faults plant exactly what their key says, and clean goods stay without a case."""

from collections import Counter

import pytest

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.errors import Misuse
from ledger.facts.documents import SealReportFiled
from ledger.facts.identity import Fact
from ledger.facts.lots import LotRecorded
from ledger.facts.record import Record
from ledger.facts.scalars import micros
from ledger.facts.seals import SealsApplied, SealsCounted, SealsDispatched, SealsReceived
from ledger.facts.shipments import ShipmentDeparted
from ledger.rules.audit import RULES, audit
from ledger.rules.policy import default_policy
from ledger.season import Case, Mix, Season, season
from ledger.season.faults import FAULTS

Row = tuple[str, str, str]
MUCH_LATER = "2027-04-30T00:00:00.000000+00:00"
"""Fresh rolls have lain for less than 180 days."""


def recorded(made: Season) -> Record:
    """The season as a log has it that records each fact at its own time or a little later."""
    rec, rows = 0, []
    for fact in made.facts():
        rec = max(rec + 1, fact.at)
        rows.append((fact, rec))
    return Record(rows)


def audited(made: Season) -> tuple[set[Row], set[Row]]:
    """The cases that the rules find at the key's time, and those of months later."""
    found = audit(recorded(made), default_policy(), micros(MUCH_LATER))
    now = micros(made.key().now)
    return (
        {(case.rule, case.subject, case.discriminator) for case in found if case.deadline <= now},
        {(case.rule, case.subject, case.discriminator) for case in found},
    )


def expected(made: Season) -> tuple[set[Row], set[Row]]:
    """The cases of the key, which time does not change."""
    rows: set[Row] = {
        (case.rule, case.subject, case.discriminator)
        for case in made.key().cases
        if case.rule in RULES
    }
    return rows, rows


@pytest.mark.parametrize(
    ("events", "seed"),
    [
        (400, 1),
        (900, 4),
        (5_000, 3),
        pytest.param(20_000, 7, marks=pytest.mark.slow),
        pytest.param(20_000, 11, marks=pytest.mark.slow),
    ],
)
def test_a_clean_season_has_no_case(events: int, seed: int) -> None:
    """No rule fires at the key's time, nor months later."""
    made = season(events, seed)

    assert audited(made) == (set(), set())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 11])
def test_all_faults_give_exactly_their_key(seed: int) -> None:
    """Every fault at once: nothing missing, nothing extra, now and months later."""
    made = season(20_000, seed, Mix.parse("all"))

    assert len(list(made.facts())) == 20_000
    assert audited(made) == expected(made)


def test_a_share_of_the_lots_can_fault() -> None:
    """A percentage plants that part of the lots, at least one."""
    made = season(6_000, 3, Mix.parse("10%"))

    assert made.key().cases
    assert audited(made) == expected(made)


def test_every_fault_says_what_it_breaks() -> None:
    """Each fault's own rule is among the cases it names."""
    for fault in FAULTS.values():
        made = season(1_000, 1, Mix.parse(fault.name))

        assert fault.rule in {case.rule for case in made.key().cases}, fault.name


def _one(name: str) -> tuple[list[Fact], Case]:
    made = season(1_000, 9, Mix.parse(name))
    (case,) = made.key().cases
    return list({fact.id: fact for fact in made.facts()}.values()), case


def test_over_sealing() -> None:
    """The lot named carries more sealed units than it has, and no other lot does."""
    facts, case = _one("over-sealing")
    corrected = {fact.corrects for fact in facts} | {getattr(fact, "target", 0) for fact in facts}
    sealed: Counter[str] = Counter()
    for fact in facts:
        if isinstance(fact, SealsApplied) and fact.id not in corrected:
            sealed[fact.lot] += fact.units
    units = {fact.lot: fact.units or 0 for fact in facts if isinstance(fact, LotRecorded)}

    over = [lot for lot, count in sealed.items() if lot in units and count > units[lot]]
    assert (case.rule, [case.subject], case.discriminator) == ("M-18", over, "JAS")


def test_count_variance() -> None:
    """The count named finds nine seals fewer than the moves leave in the stock."""
    facts, case = _one("count-variance")
    count = next(
        fact for fact in facts if isinstance(fact, SealsCounted) and fact.id == case.discriminator
    )
    book = 0
    for fact in facts:
        for move in moves(fact) if fact.at <= count.at else ():
            here = (Kind.STOCK, count.holder, count.site)
            book += move.seals * ((move.target == here) - (move.source == here))

    assert count.counted - book == -9
    assert case == Case("M-02", f"{count.mark} {count.holder} {count.site}", count.id)


def test_receipt_difference() -> None:
    """The dispatch named is the only one of which not everything arrives."""
    facts, case = _one("receipt-difference")
    difference: Counter[tuple[str, str]] = Counter()
    for fact in facts:
        if isinstance(fact, SealsDispatched):
            difference[fact.dispatch, fact.mark] += fact.count
        if isinstance(fact, SealsReceived):
            difference[fact.dispatch, fact.mark] -= fact.count

    assert {key: count for key, count in difference.items() if count} == {
        (case.subject, case.discriminator): 20
    }


def test_report_differs() -> None:
    """The report named says fewer seals than its shipment carries; all others agree."""
    facts, case = _one("report-differs")
    left: Counter[tuple[str, str, str]] = Counter()
    latest: dict[str, SealReportFiled] = {}
    for fact in facts:
        if isinstance(fact, ShipmentDeparted) and fact.sealing_mode == "CONSIGNED":
            for line in fact.lines:
                left[fact.shipment, line.lot, line.mark or "-"] += line.seals
        if isinstance(fact, SealReportFiled):
            latest[fact.report] = fact
    for report in latest.values():
        for told in report.lines:
            left[report.shipment, told.lot, told.mark] -= told.used

    assert case.rule == "M-06"
    assert [f"{lot} {mark}" for (_, lot, mark), difference in left.items() if difference] == [
        case.discriminator
    ]


MIXES: list[tuple[str, Mix | None]] = [
    ("all", Mix(everything=True)),
    ("M-02:3, over-sealing", Mix(named=(("M-02", 3), ("over-sealing", 1)))),
    ("", None),
    ("101%", None),
    ("M-02:0", None),
    ("M-02:x", None),
    ("M-02:1001", None),
    ("all,,", None),
]


@pytest.mark.parametrize(("text", "mix"), MIXES)
def test_mixes(text: str, mix: Mix | None) -> None:
    """A mix is all, a share, or names and rules with a number; anything else is refused."""
    if mix is None:
        with pytest.raises(Misuse, match="faults"):
            Mix.parse(text)
    else:
        assert Mix.parse(text) == mix


def test_every_rule_has_a_fault() -> None:
    """Whatever a rule looks for can be planted under the rule's number."""
    broken = {fault.rule for fault in FAULTS.values()}

    assert broken == set(RULES)


def test_an_unknown_fault_is_refused() -> None:
    """A name that no fault has is answered with those there are."""
    with pytest.raises(Misuse, match="over-sealing"):
        season(1_000, 1, Mix.parse("M-99"))


def test_faults_need_room() -> None:
    """All faults do not fit into a short season."""
    with pytest.raises(Misuse, match="do not suffice"):
        season(1_000, 1, Mix.parse("all"))
