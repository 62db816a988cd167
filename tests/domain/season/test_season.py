"""A made season is repeatable, complete, exact in length, and its books are in order."""

from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise

import pytest

from ledger.custody.moves import moves
from ledger.custody.places import SIGNED, Kind, Place
from ledger.errors import Misuse
from ledger.facts.canonical import decode, encode
from ledger.facts.catalogue import TYPES
from ledger.facts.corrections import EventRetracted
from ledger.facts.documents import ExportCertificateIssued, SealReportFiled
from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.facts.registry import LabelApproved, PersonRegistered, SourceHeartbeat
from ledger.facts.scalars import MICROS_A_DAY, micros
from ledger.facts.seals import SealsApplied, SealsCounted
from ledger.facts.shipments import GoodsSold, ShipmentDeparted
from ledger.labels.check import claim_check
from ledger.labels.claims import CLAIMS
from ledger.season import Mix, season

SIZES = [(400, 1), (777, 2), (3_000, 3), (20_000, 7), (20_000, 11)]


@cache
def facts_of(events: int, seed: int) -> tuple[Fact, ...]:
    """A season's facts, made once for all tests that ask for the same."""
    return tuple(season(events, seed).facts())


def counting(facts: list[Fact]) -> list[Fact]:
    """The facts that count, each once, in order of time."""
    gone = {fact.target for fact in facts if isinstance(fact, EventRetracted)}
    gone |= {fact.corrects for fact in facts if fact.corrects is not None}
    once = {fact.id: fact for fact in facts if fact.id not in gone}
    return sorted(once.values(), key=lambda fact: (fact.at, fact.id))


@pytest.mark.parametrize(("events", "seed"), SIZES)
def test_a_season_is_exactly_as_long_as_asked(events: int, seed: int) -> None:
    """Duplicates are among the lines, one in fifty, and byte for byte the same."""
    facts = list(facts_of(events, seed))

    assert len(facts) == events
    copies = Counter(encode(fact) for fact in facts)
    assert len(copies) == len({fact.id for fact in facts}) == events - events // 50
    assert max(copies.values()) == 2


def test_one_seed_makes_one_season() -> None:
    """The same seed gives the same bytes, another seed others; asking twice changes nothing."""
    made = season(2_000, 5)
    first = [encode(fact) for fact in made.facts()]

    assert first == [encode(fact) for fact in made.facts()]
    assert first == [encode(fact) for fact in season(2_000, 5).facts()]
    assert first != [encode(fact) for fact in season(2_000, 6).facts()]


def test_every_fact_is_valid() -> None:
    """What a season says is what a decoder accepts; ids are of version 7."""
    for fact in facts_of(20_000, 7):
        assert fact == decode(encode(fact))
        assert fact.id[14] == "7"
        assert fact.id[19] in "89ab"


def test_every_kind_of_event_occurs() -> None:
    """A season of 20,000 has every type of the catalogue but heartbeats, and nobody who decides."""
    kinds = {type(fact) for fact in facts_of(20_000, 7)}

    assert set(TYPES.values()) - kinds == {SourceHeartbeat, PersonRegistered}


@pytest.mark.parametrize(("events", "seed"), SIZES)
def test_no_place_is_ever_below_zero(events: int, seed: int) -> None:
    """In order of time, every place holds what is taken from it; the sum of all is nothing."""
    balance: defaultdict[tuple[str, Place], int] = defaultdict(int)
    for fact in counting(list(facts_of(events, seed))):
        for move in moves(fact):
            balance[move.mark, move.source] -= move.seals
            balance[move.mark, move.target] += move.seals
            assert move.source.kind in SIGNED or balance[move.mark, move.source] >= 0, fact
    assert sum(balance.values()) == 0


def test_counts_agree_with_the_book() -> None:
    """What was counted is what the book held, apart from what was adjusted with a reason."""
    facts = counting(list(facts_of(20_000, 11)))
    adjusted = {getattr(fact, "count_event", None): getattr(fact, "delta", 0) for fact in facts}
    balance: Counter[tuple[str, str]] = Counter()
    counts = 0
    for fact in facts:
        for move in moves(fact):
            balance[move.mark, move.source.name()] -= move.seals
            balance[move.mark, move.target.name()] += move.seals
        if isinstance(fact, SealsCounted):
            book = balance[fact.mark, f"STOCK {fact.holder} {fact.site}"]
            assert fact.counted == book + adjusted.get(fact.id, 0)
            counts += 1
    assert counts > 50


def test_reports_agree_with_departures() -> None:
    """The latest version of each report lists the seals that left, lot by lot."""
    facts = counting(list(facts_of(20_000, 7)))
    left: Counter[tuple[str, str]] = Counter()
    reports: dict[str, SealReportFiled] = {}
    for fact in facts:
        if isinstance(fact, ShipmentDeparted) and fact.sealing_mode == "CONSIGNED":
            for line in fact.lines:
                left[fact.shipment, line.lot] += line.seals
        if isinstance(fact, SealReportFiled):
            reports[fact.report] = max(
                fact, reports.get(fact.report, fact), key=lambda report: report.version
            )
    used: Counter[tuple[str, str]] = Counter()
    for report in reports.values():
        for told in report.lines:
            used[report.shipment, told.lot] += told.used

    assert left == used
    assert len(reports) > 20


def test_facts_arrive_out_of_order_but_soon() -> None:
    """Scanners overtake each other within hours, never by the week that would look odd."""
    facts = list(facts_of(20_000, 7))
    latest, lag_max, late = 0, 0, 0
    seen: set[str] = set()
    for fact in facts:
        if fact.id not in seen:
            lag_max = max(lag_max, latest - fact.at)
            late += fact.at < latest
        seen.add(fact.id)
        latest = max(latest, fact.at)

    assert 0 < lag_max < MICROS_A_DAY
    assert late > 1_000


def test_certificates_run_without_a_gap() -> None:
    """Each agent numbers the certificates of an exporter one after the other."""
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    for fact in facts_of(20_000, 7):
        number = getattr(fact, "number", None)
        if isinstance(fact, ExportCertificateIssued) or (
            number and type(fact).__name__ == "ExportCertificateCancelled"
        ):
            trade, serial = str(number).rsplit("-", 1)
            numbers[trade].add(int(serial))

    assert numbers
    for serials in numbers.values():
        assert all(second - first == 1 for first, second in pairwise(sorted(serials)))


def test_goods_of_every_scheme_and_class_are_made() -> None:
    """A season of 20,000 seals goods of every scheme of the rules and every class of product."""
    facts = list(facts_of(20_000, 7))
    schemes = {getattr(fact, "scheme", None) for fact in facts}
    classes = {getattr(fact, "class_", None) for fact in facts}

    assert {"JAS", "NOP", "COR", "EU", "KRAV", "BIO_SUISSE", "ACT", "ACT_EU", "BIOGRO"} <= schemes
    assert {
        "PLANT", "WILD_PLANT", "FUNGI", "PROCESSED_PLANT", "PROCESSED_MIXED", "LIVESTOCK",
        "PROCESSED_LIVESTOCK", "FEED", "ALCOHOL", "HONEY", "ALGAE", "NON_FOOD",
    } <= classes  # fmt: skip
    assert sum(isinstance(fact, SealsApplied) for fact in facts) > 10_000


def test_every_claim_is_made_and_holds() -> None:
    """Each claim of the tables is on goods sold; those that bear a seal are sealed, others not."""
    record = Record((fact, fact.at) for fact in facts_of(20_000, 7))
    claims = {row.claim: row.seal for row in CLAIMS.rows()}
    sold = {fact.claim for fact in record.all(GoodsSold)}
    labels = {(fact.label, fact.version): fact for fact in record.all(LabelApproved)}
    sealed = {labels[fact.label, fact.label_version].claim for fact in record.all(SealsApplied)}

    assert sold == set(claims)
    assert sealed == {claim for claim, seal in claims.items() if seal == "yes"}
    made = {fact.product: label for label, fact in labels.items()}
    for sale in record.all(GoodsSold):
        label = made[sale.product]
        if claims[sale.claim] == "no":
            verdict = claim_check(
                sale.claim, record, on=sale.day, lot=sale.lot, label=label,
                label_text=labels[label].wording,
            )  # fmt: skip
            assert verdict.broken == (), sale


def test_a_season_goes_on() -> None:
    """At its end fresh seals lie with importers and exporters; nothing is on its way."""
    held: Counter[Kind] = Counter()
    for fact in counting(list(facts_of(20_000, 7))):
        for move in moves(fact):
            held[move.source.kind] -= move.seals
            held[move.target.kind] += move.seals

    assert held[Kind.STOCK] > 10_000
    assert held[Kind.TRANSIT] == held[Kind.SHIPPED] == 0
    assert min(held[Kind.DELIVERED], held[Kind.LOT]) > 0


def test_the_clock_of_the_key_lies_behind_everything() -> None:
    """The key is for a moment at which every fact of the season is past."""
    made = season(2_000, 3)

    assert made.key().cases == ()
    assert max(fact.at for fact in made.facts()) < micros(made.key().now)


@pytest.mark.parametrize("events", [0, 399, 10_000_001])
def test_a_season_has_a_size(events: int) -> None:
    """Too few events make no trade, too many are not asked for in earnest."""
    with pytest.raises(Misuse, match="events"):
        season(events, 1)


@pytest.mark.parametrize(
    ("events", "mix"),
    [(400, "M-18:12"), (2_000, "all")],
    ids=["twelve of one rule", "all"],
)
def test_the_events_said_to_suffice_do(events: int, mix: str) -> None:
    """A season too short for its faults names the least length that holds them."""
    faults = Mix.parse(mix)
    with pytest.raises(Misuse, match=r": [0-9]+ do$") as refused:
        season(events, 11, faults)
    said = int(str(refused.value).split()[-2])

    assert sum(1 for _ in season(said, 11, faults).facts()) == said
    with pytest.raises(Misuse, match=f": {said} do$"):
        season(said - 1, 11, faults)
