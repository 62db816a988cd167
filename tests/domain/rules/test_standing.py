"""M-65, M-66 and M-67, and what of the registry binds: who may say what."""

from datetime import date
from itertools import permutations
from random import Random
from typing import Any

import pytest

from ledger.facts.catalogue import TYPES
from ledger.facts.criteria import CriterionShown
from ledger.facts.mentions import About
from ledger.facts.persons import works_as
from ledger.facts.registry import (
    CertificationChanged,
    ConsignmentContractSigned,
    MarkRegistered,
    PersonRegistered,
    SealTrainingCompleted,
    SourceRegistered,
)
from ledger.facts.standing import OPERATOR
from ledger.rules.standing import CRITICAL
from tests.domain.rules.trade import FACTS, trade
from tests.domain.rules.world import World, event_id

NOW = "2026-04-02T09:00"
STRANGER = "STR-1"
_SEALS: dict[str, Any] = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1", "count": 20}
_MARK = ("EXP-1", "IMP-1", "RCB-1")
_LINE: dict[str, Any] = {"lot": "L1", "product": "P1", "units": 10, "net_weight": "5.000"}
_PACKED = {**_LINE, "pack_weight": "0.500", "mark": "JAS-A", "seals": 20}
_SHIPMENT: dict[str, Any] = {
    "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1", "site": "W1",
    "sealing_mode": "CONSIGNED", "origin": "US", "destination": "JP", "transport": "SEA",
}  # fmt: skip
_CERTIFICATE: dict[str, Any] = {
    "issuer": "AG-1", "number": "7", "form": "TM_11", "mode": "PER_SHIPMENT", "exporter": "EXP-1",
    "importer": "IMP-1", "product_class": "PLANT", "certified": [_LINE], "statement": "s",
    "issued_on": "2026-04-02",
}  # fmt: skip

EVENTS: dict[str, tuple[dict[str, Any], tuple[str, ...] | None]] = {
    "PartyRegistered": (FACTS["exporter"][1], ("EXP-1",)),
    "SourceRegistered": (
        {"registers": "SCN-1", "kind": "SCANNER", "party": "EXP-1"}, ("EXP-1",)
    ),
    "SourceHeartbeat": ({}, None),
    "CertificationChanged": (FACTS["licence"][1], ("RCB-1",)),
    "IssuerDesignated": (FACTS["body"][1], (OPERATOR,)),
    "MarkRegistered": (FACTS["mark"][1], ("IMP-1", "RCB-1")),
    "ConsignmentContractSigned": (FACTS["contract"][1], ("EXP-1", "IMP-1", "RCB-1")),
    "ConsignmentContractEnded": (
        {"contract": "C1", "on": "2026-12-31", "reason": "done"}, ("EXP-1", "IMP-1", "RCB-1")
    ),
    "ResponsiblePersonDesignated": (FACTS["person"][1], ("EXP-1",)),
    "SealTrainingCompleted": (FACTS["training"][1], ("AG-1", "EXP-1", "IMP-1", "RCB-1")),
    "PersonQualified": (
        {
            "person": "PER-1", "party": "EXP-1", "function": "GRADER", "schooling": "SCHOOL",
            "practice_years": "3.0", "from_": "2025-04-01",
        },
        ("AG-1", "EXP-1", "IMP-1", "RCB-1"),
    ),
    "PersonRegistered": (
        {
            "person": "PER-1", "party": "EXP-1", "from_": "2025-04-01",
            "works_as": ["EXPLAINER", "REPORTER"],
        },
        ("EXP-1",),
    ),
    "ProgrammeEnrolled": (FACTS["programme"][1], ("AG-1",)),
    "ProductRegistered": (FACTS["product"][1], ("EXP-1",)),
    "LabelApproved": (FACTS["label"][1], ("AG-1",)),
    "LabelWithdrawn": (
        {"label": "LB", "version": 1, "on": "2026-12-31", "reason": "old"}, ("AG-1",)
    ),
    "SealsIssued": (
        {"mark": "JAS-A", "holder": "IMP-1", "site": "W1", "count": 9}, ("IMP-1", "RCB-1")
    ),
    "SealsDispatched": (
        {
            "dispatch": "D1", "purpose": "TRANSFER", "mark": "JAS-A", "from_holder": "EXP-1",
            "from_site": "W1", "to_holder": "EXP-2", "to_site": "W2", "count": 5,
        },
        _MARK,
    ),
    "SealsReceived": ({"dispatch": "D1", **_SEALS, "condition": "GOOD"}, ("EXP-1",)),
    "SealsApplied": (
        {**_SEALS, "lot": "L1", "label": "LB", "label_version": 1, "units": 10}, _MARK
    ),
    "SealsSpoiled": ({**_SEALS, "reason": "WET"}, _MARK),
    "SealsSampled": ({**_SEALS, "purpose": "archive"}, _MARK),
    "SealsDestroyed": ({**_SEALS, "method": "burnt"}, _MARK),
    "SealsRemoved": (
        {
            **_SEALS, "lot": "L1", "found_at": "LOT", "units": 10, "method": "REMOVED",
            "cause": "torn",
        },
        _MARK,
    ),
    "SealsLost": ({**_SEALS, "cause": "LOST", "discovered_on": "2026-04-02"}, _MARK),
    "SealsCounted": (
        {
            "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "counted": 1, "counted_by": "PER-1",
        },
        _MARK,
    ),
    "StockAdjusted": (
        {
            "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "delta": 1,
            "count_event": event_id("count"), "reason": "LOSS", "approved_by": "PER-2",
        },
        _MARK,
    ),
    "LotRecorded": (FACTS["lot"][1], ("EXP-1",)),
    "LotGraded": (
        {
            "lot": "L1", "result": "CONFORMING", "grader": "PER-1", "records_complete": True,
            "linked_to_lot": True, "method_conforms": True, "label_conforms": True,
        },
        ("EXP-1",),
    ),
    "LotSubdivided": (
        {
            "lot": "L1", "operator": "SUB-1", "loss": "0.000",
            "children": [
                {"lot": "L2", "units": 1, "pack_weight": "0.500", "quantity": "0.500"}
            ],
        },
        ("EXP-1", "SUB-1"),
    ),
    "InputVerified": (
        {"lot": "L1", "operator": "SUB-1", "mark_seen": "JAS", "evidence": "PACK"},
        ("EXP-1", "SUB-1"),
    ),
    "ProcessRecorded": (
        {"lot": "L1", "operator": "EXP-1", "activity": "STORAGE", "on": "2026-03-02"}, ("EXP-1",)
    ),
    "HerdRecorded": (
        {
            "herd": "H1", "operator": "EXP-1", "site": "F1", "species": "LAYER",
            "individual": False, "heads": 100, "origin": "HATCHED", "organic_since": "2026-01-01",
        },
        ("EXP-1",),
    ),
    "AnimalsLeft": (
        {"herd": "H1", "operator": "EXP-1", "on": "2026-03-02", "heads": 3, "how": "DIED"},
        ("EXP-1",),
    ),
    "FeedingRecorded": (
        {
            "herd": "H1", "operator": "EXP-1", "from_": "2026-03-01", "until": "2026-03-31",
            "heads": 100, "stage": "LAYER_LAYING",
            "fed": [
                {
                    "name": "corn", "kind": "ORGANIC", "dry_matter": "279.000",
                    "roughage": False, "bought": True, "gmo": False, "antibiotic": False,
                }
            ],
        },
        ("EXP-1",),
    ),
    "LotHeld": ({"lot": "L1", "cause": "residue"}, ("AG-1", "EXP-1", "RCB-1")),
    "LotReleased": ({"lot": "L1", "reason": "clear"}, ("AG-1", "EXP-1", "RCB-1")),
    "ShipmentDeparted": ({**_SHIPMENT, "departed": [_PACKED]}, ("EXP-1",)),
    "ShipmentReceived": (
        {
            "shipment": "S1", "importer": "IMP-1", "site": "W9", "condition": "good",
            "certificate_seen": True, "report_seen": True, "originals_seen": True,
            "received_lines": [
                {"lot": "L1", "units": 10, "net_weight": "5.000", "mark": "JAS-A", "seals": 20}
            ],
        },
        ("IMP-1",),
    ),
    "GoodsReturned": (
        {
            "shipment": "S1", "importer": "IMP-1", "returned_from": "SHIPPED", "site": "W9",
            "returned": [{"lot": "L1", "units": 1, "mark": "JAS-A", "seals": 2}],
        },
        ("IMP-1",),
    ),
    "ShipmentDocumentsSent": (
        {"shipment": "S0", "certificate": None, "originals": True}, ("EXP-1",)
    ),
    "GoodsSold": (
        {
            "importer": "IMP-1", "lot": "L1", "product": "P1", "units": 1, "claim": "JAS_ORGANIC",
            "country": "JP",
        },
        ("IMP-1",),
    ),
    "SealReportFiled": (
        {
            "report": "R1", "version": 1, "contract": "C1", "shipment": "S1", "exporter": "EXP-1",
            "importer": "IMP-1", "rcb": "RCB-1", "agent": "AG-1", "grader": "PER-1",
            "reported": [],
        },
        ("EXP-1",),
    ),
    "ExportCertificateRequested": (
        {
            "request": "Q1", "shipment": "S1", "exporter": "EXP-1", "importer": "IMP-1",
            "agent": "AG-1", "invoice": "I", "bill_of_lading": "B", "lines": [],
        },
        ("EXP-1",),
    ),
    "ExportCertificateIssued": (_CERTIFICATE, ("AG-1",)),
    "ExportCertificateCancelled": (
        {"issuer": "AG-1", "number": "7", "kind": "VOIDED", "reason": "typo"}, ("AG-1",)
    ),
    "ComplaintReceived": ({"complaint": "K1", "party": "EXP-1", "kind": "COMPLAINT"}, None),
    "AnnualReportFiled": (
        {
            "party": "IMP-1", "fiscal_year": 2026, "role": "IMPORTER", "product": "P1",
            "quantity": "1.000", "filed_on": "2027-05-01", "rcb": "RCB-1",
        },
        ("IMP-1",),
    ),
    "CriterionShown": (
        {
            "party": "EXP-1", "criteria": "PROCESSED", "subject": "FACILITY", "items": ["WORKS"],
            "on": "2026-03-02", "met": True,
        },
        ("AG-1", "EXP-1"),
    ),
    "EventRetracted": (
        {"target": event_id("nothing"), "reason": "DUPLICATE"}, None
    ),
}  # fmt: skip
"""One event of every type about the trade in order, and who may say it; None: anybody."""


def said(kind: str, by: str | None, door: str | None = "http", **own: Any) -> tuple[World, str]:
    """The trade in order, a shipment S0 and a scanner SCN-1 of it; one more event, and its id."""
    world = trade()
    world.add("SourceRegistered", "2025-03-01", registers="SCN-1", kind="SCANNER", party="EXP-1")
    world.add("ShipmentDeparted", "2026-04-01", **{**_SHIPMENT, "shipment": "S0"},
              departed=[_PACKED])  # fmt: skip
    fields = {**EVENTS[kind][0], **own}
    return world, world.add(kind, NOW, by=by, door=door, **fields).id


def test_every_event_has_a_row() -> None:
    """The table above leaves no type out."""
    assert set(EVENTS) == set(TYPES)


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_who_may_say_it_is_not_flagged(kind: str) -> None:
    """Each party with standing, the operator's door, and an unknown speaker say it in silence."""
    may = EVENTS[kind][1] or (STRANGER,)
    for by in may:
        door = "file" if by == OPERATOR else "http"
        assert said(kind, by, door)[0].cases("M-65") == [], by
    assert said(kind, OPERATOR, "file")[0].cases("M-65") == []
    assert said(kind, None, "kafka")[0].cases("M-65") == []


@pytest.mark.parametrize("kind", [kind for kind in sorted(EVENTS) if EVENTS[kind][1] is not None])
def test_a_stranger_is_flagged(kind: str) -> None:
    """Vouched for by the door, or by the registration of its source: expected, found, severity."""
    expected = tuple(sorted(EVENTS[kind][1] or ()))
    grave = "C" if TYPES[kind] in CRITICAL else "H"
    own = [said(kind, STRANGER, "http"), said(kind, None, "kafka", source="STR-S")]
    own[1][0].add("SourceRegistered", NOW, source="STR-S", registers="STR-S", kind="SYSTEM",
               party=STRANGER, by=None, door="kafka")  # fmt: skip

    for world, it in own:
        found = world.only("M-65")
        assert (found.subject, found.discriminator) == (it, "")
        assert (found.expected, found.found) == (expected, (STRANGER,))
        assert (found.severity, found.family) == (grave, "D")


@pytest.mark.parametrize("door", [None, "import"])
@pytest.mark.parametrize("kind", [kind for kind in sorted(EVENTS) if EVENTS[kind][1] is not None])
def test_what_was_recorded_before_doors_were_kept_is_not_judged(
    kind: str, door: str | None
) -> None:
    """An event without a door keeps its force and is not flagged, whoever its source belongs to."""
    world, _ = said(kind, None, door, source="STR-S")
    world.add("SourceRegistered", NOW, source="STR-S", registers="STR-S", kind="SYSTEM",
              party=STRANGER, by=None, door="kafka")  # fmt: skip
    assert world.cases("M-65") == []


def test_the_wait_is_none_where_critical() -> None:
    """A stranger's issue of seals is flagged at once, its spoilage after the grace."""
    at_once, later = said("SealsIssued", STRANGER)[0], said("SealsSpoiled", STRANGER)[0]

    assert at_once.cases("M-65", now="2026-04-02T09:00")
    assert not later.cases("M-65", now="2026-04-03T08:59")
    assert later.cases("M-65", now="2026-04-03T09:00")


def test_a_hired_scanner_speaks_for_the_holder_that_registered_it() -> None:
    """Scans come from a source, and the holder is who it was registered to."""
    world, _ = said("SealsApplied", None, "kafka", source="SCN-1")
    assert world.cases("M-65") == []


def test_a_registration_that_comes_late_gives_standing() -> None:
    """The stranger becomes licensee of the mark by word of its body: nothing is flagged."""
    world, _ = said("SealsSpoiled", STRANGER)
    world.add("MarkRegistered", NOW, by="RCB-1", door="http",
              **{**FACTS["mark"][1], "importer": STRANGER})  # fmt: skip
    assert world.cases("M-65") == []


# -- what binds


def licensee(world: World, mark: str = "JAS-A") -> str | None:
    """Whose mark it is."""
    found = world.record().latest(MarkRegistered, About.MARK, mark)
    return None if found is None else found.importer


def test_a_stranger_moves_no_mark() -> None:
    """A registration by a party without standing is passed over, whatever time it gives."""
    stolen = {**FACTS["mark"][1], "importer": STRANGER, "rcb": STRANGER}
    for time in ("2024-01-01", NOW, "2030-01-01"):
        world = trade()
        world.add("MarkRegistered", time, rec=NOW, by=STRANGER, door="http", **stolen)
        assert licensee(world) == "IMP-1"


def test_its_body_may_give_a_mark_to_another_importer() -> None:
    """Body and importer of the founder may register the mark anew."""
    for by in ("RCB-1", "IMP-1"):
        world = trade()
        world.add("MarkRegistered", NOW, by=by, door="http",
                  **{**FACTS["mark"][1], "importer": "IMP-2"})  # fmt: skip
        assert licensee(world) == "IMP-2"


def test_only_a_body_founds_its_mark() -> None:
    """A stranger that comes first founds nothing; the body that comes later does."""
    world = World()
    world.add("MarkRegistered", "2026-01-01", by=STRANGER, door="http", **FACTS["mark"][1])
    assert licensee(world) is None
    world.add("MarkRegistered", "2026-01-02", by="RCB-1", door="http", **FACTS["mark"][1])
    assert licensee(world) == "IMP-1"
    founder = world.record().founder(MarkRegistered, About.MARK, "JAS-A")
    assert founder is not None
    assert founder.time.startswith("2026-01-02")


@pytest.mark.parametrize(
    ("by", "door", "binds"),
    [
        ("RCB-1", "http", True), (OPERATOR, "file", True), (None, "kafka", True),
        (None, None, True), (STRANGER, "http", False), ("IMP-1", "http", False),
    ],
)  # fmt: skip
def test_who_may_take_a_registration_back(by: str | None, door: str | None, *, binds: bool) -> None:
    """Who said it, who may say it, or nobody known: of others the registration goes on binding."""
    for kind, own in (
        ("EventRetracted", {"target": event_id("mark"), "reason": "DUPLICATE"}),
        ("SourceHeartbeat", {"corrects": event_id("mark")}),
    ):
        world = World()
        world.add("MarkRegistered", "2026-01-01", name="mark", by="RCB-1", door="http",
                  **FACTS["mark"][1])  # fmt: skip
        world.add(kind, NOW, name="it", by=by, door=door, **own)
        assert (licensee(world) is None) == binds
        assert (("M-49", event_id("it"), "party") in world.cases("M-49")) == (
            by in (STRANGER, "IMP-1")
        )


def test_a_retraction_that_may_not_is_nothing_to_another_that_may() -> None:
    """After a stranger's retraction that of the body itself still takes the mark back."""
    world = World()
    world.add("MarkRegistered", "2026-01-01", name="mark", by="RCB-1", door="http",
              **FACTS["mark"][1])  # fmt: skip
    for by, there in ((STRANGER, "IMP-1"), ("RCB-1", None)):
        world.add("EventRetracted", NOW, by=by, door="http", target=event_id("mark"),
                  reason="DUPLICATE")  # fmt: skip
        assert licensee(world) == there


def test_a_scanner_stays_whose_it_was() -> None:
    """Registered again by a stranger, a source speaks for its founder's party all the same."""
    world = trade()
    world.add("SourceRegistered", "2025-03-01", registers="SCN-1", kind="SCANNER", party="EXP-1",
              by="EXP-1", door="http")  # fmt: skip
    world.add("SourceRegistered", NOW, registers="SCN-1", kind="SCANNER", party=STRANGER,
              by=STRANGER, door="http")  # fmt: skip
    assert world.record().party_of("SCN-1") == "EXP-1"
    found = world.record().latest(SourceRegistered, About.SOURCE, "SCN-1")
    assert found is not None
    assert found.party == "EXP-1"


def test_sources_that_register_each_other_end_somewhere() -> None:
    """In a circle of sources each addition is settled, and the same whatever is asked first."""
    world = World()
    for number in range(6):
        world.add("SourceRegistered", f"2026-01-0{number + 1}", source=f"S{number}",
                  registers=f"S{(number + 1) % 6}", kind="SYSTEM",
                  party=f"P{number % 3}")  # fmt: skip
    ways = {
        tuple(world.record().party_of(source) for source in order)
        for order in permutations([f"S{number}" for number in range(6)], 3)
    }
    alone = {source: world.record().party_of(source) for source in map("S{}".format, range(6))}
    assert all(tuple(alone[source] for source in order) in ways for order in permutations(alone, 3))


def test_a_stranger_trains_nobody() -> None:
    """A training binds by word of the party, or of its contract's importer, body or agent."""
    for by, binds in (("EXP-1", 1), ("IMP-1", 1), ("AG-1", 1), (STRANGER, 0)):
        world = trade(training=None)
        world.add("SealTrainingCompleted", NOW, by=by, door="http", **FACTS["training"][1])
        people = world.record().about(SealTrainingCompleted, About.PERSON, "PER-1")
        assert len(people) == binds, by


def test_certifications_are_their_issuers() -> None:
    """A party certifies itself in vain."""
    world = trade(licence=None)
    world.add("CertificationChanged", NOW, by="IMP-1", door="http", **FACTS["licence"][1])
    assert world.record().about(CertificationChanged, About.PARTY, "IMP-1") == []


def test_criteria_are_shown_by_the_party_or_its_body() -> None:
    """A stranger shows nothing; a body does from its certification on, whichever came first."""
    criterion, certificate = EVENTS["CriterionShown"][0], FACTS["certificate"][1]
    for by, certified, binds in (
        ("EXP-1", "", 1), (STRANGER, "before", 0), ("AG-1", "before", 1), ("AG-1", "after", 1),
        ("AG-1", "", 0), ("RCB-1", "before", 0),
    ):  # fmt: skip
        world = trade(certificate=None)
        for moment in ("before", "criterion", "after"):
            if moment == "criterion":
                world.add("CriterionShown", NOW, by=by, door="http", **criterion)
            elif moment == certified:
                world.add("CertificationChanged", NOW, by="AG-1", door="http", **certificate)
        shown = world.record().about(CriterionShown, About.PARTY, "EXP-1")
        assert len(shown) == binds, (by, certified)


ENTRIES = [  # lot, herd, who may say an entry of them
    ("L1", None, ("EXP-1",)),
    (None, "H1", ("FRM-1",)),
    ("L1", "H2", ("EXP-1",)),
    ("L1", "H1", ()),
    ("L1", "H9", ("EXP-1",)),
    ("L9", "H1", ("FRM-1",)),
    (None, "H9", None),
]


@pytest.mark.parametrize(("lot", "herd", "may"), ENTRIES)
def test_an_entry_is_said_by_whose_lot_and_herd_it_is(
    lot: str | None, herd: str | None, may: tuple[str, ...] | None
) -> None:
    """Of a lot and a herd at once only who has both may say something; of unknown ones anybody."""
    for by in ("EXP-1", "FRM-1", STRANGER):
        world = trade()
        herds = EVENTS["HerdRecorded"][0]
        for name, operator in (("H1", "FRM-1"), ("H2", "EXP-1")):
            world.add("HerdRecorded", "2026-03-01", **{**herds, "herd": name, "operator": operator})
        world.add("ProcessRecorded", NOW, by=by, door="http", lot=lot, herd=herd, operator=by,
                  activity="STORAGE", on="2026-03-02")  # fmt: skip
        assert (world.cases("M-65") == []) == (may is None or by in may), by


@pytest.mark.parametrize("kind", ["HerdRecorded", "AnimalsLeft", "FeedingRecorded"])
def test_a_herd_is_its_founders(kind: str) -> None:
    """Who recorded a herd first says what it is and was fed, whatever operator others name."""
    for by, silent in (("EXP-1", True), (STRANGER, False)):
        world = trade()
        world.add("HerdRecorded", "2026-03-01", **EVENTS["HerdRecorded"][0])
        fields = {**EVENTS[kind][0], "operator": by}
        world.add(kind, NOW, by=by, door="http", **fields)
        assert (world.cases("M-65") == []) == silent, by


@pytest.mark.parametrize("seed", range(20))
def test_what_binds_is_the_same_in_any_order(seed: int) -> None:
    """Told in any order, with when each was recorded: the same binds, the same party speaks."""
    chance = Random(seed)  # noqa: S311 -- a seed gives a story; nothing here is secret
    world, parties = World(), ("RCB-1", "IMP-1", "EXP-1", STRANGER)
    sources = [f"S{number}" for number in range(4)]
    for number in range(40):
        day = f"2026-01-{number % 28 + 1:02d}T{number % 24:02d}:00"
        by, door = chance.choice(
            [(OPERATOR, "file"), (None, "kafka"), (None, None), *((p, "http") for p in parties)]
        )
        head = {"source": chance.choice(sources), "by": by, "door": door, "rec": day}
        kind = chance.choice(
            ("mark", "contract", "source", "back", "training", "certificate", "criterion", "person")
        )
        if kind == "source":
            world.add("SourceRegistered", day, registers=chance.choice(sources), kind="SYSTEM",
                      party=chance.choice(parties), **head)  # fmt: skip
        elif kind == "back" and world.facts:
            target = chance.choice(world.facts)[0].id
            world.add("EventRetracted", day, target=target, reason="DUPLICATE", **head)
        elif kind == "criterion":
            world.add("CriterionShown", day, **EVENTS["CriterionShown"][0], **head)
        elif kind == "person":
            functions = chance.choice((["ADMIN", "SIGNER"], ["SIGNER"], ["ADMIN"]))
            world.add("PersonRegistered", day, person=chance.choice(("PER-1", "PER-2")),
                      party="EXP-1", from_="2026-01-01", works_as=functions, **head)  # fmt: skip
        elif kind in FACTS:
            name, fields = FACTS[kind]
            world.add(name, day, **fields, **head)
    expected = _bound(world)

    for _ in range(4):
        chance.shuffle(world.facts)
        assert _bound(world) == expected


def _bound(world: World) -> tuple[Any, ...]:
    record = world.record()
    kinds = (
        MarkRegistered, ConsignmentContractSigned, SourceRegistered, SealTrainingCompleted,
        CertificationChanged, CriterionShown, PersonRegistered,
    )  # fmt: skip
    bound = {fact.id for kind in kinds for fact in record.all(kind)}
    return bound, [record.party_of(f"S{number}") for number in range(4)]


# -- registered persons


def _registered(*told: tuple[str, str | None, list[str]]) -> list[str]:
    """Whose registrations bind: each given as person, for whom the door vouches, works as."""
    world = World()
    world.add("SourceRegistered", "2026-01-01", name="own", source="OPS", registers="OPS",
              kind="SYSTEM", party="OPS-1", by="OPS-1", door="http")  # fmt: skip
    for number, (person, by, functions) in enumerate(told, 1):
        world.add("PersonRegistered", f"2026-01-{number + 1:02d}", name=person, source="OPS",
                  by=by, door="file" if by == OPERATOR else "http", person=person, party="EXP-1",
                  from_="2026-01-01", works_as=functions)  # fmt: skip
    return [fact.person for fact in world.record().all(PersonRegistered)]


FIRST_ADMIN = [
    # registrations of EXP-1's, in order: person, by, works as · whose bind
    ([("P1", OPERATOR, ["ADMIN"])], ["P1"]),
    ([("P1", OPERATOR, ["SIGNER"])], []),
    ([("P1", OPERATOR, ["ADMIN"]), ("P2", OPERATOR, ["ADMIN"])], ["P1"]),
    ([("P1", "EXP-1", ["ADMIN"]), ("P2", OPERATOR, ["ADMIN"])], ["P1"]),
    ([("P1", "EXP-1", ["SIGNER"]), ("P2", OPERATOR, ["ADMIN"])], ["P1", "P2"]),
    ([("P1", OPERATOR, ["ADMIN"]), ("P2", "EXP-1", ["ADMIN"])], ["P1", "P2"]),
    ([("P1", STRANGER, ["ADMIN"]), ("P2", OPERATOR, ["ADMIN"])], ["P2"]),
]  # fmt: skip


@pytest.mark.parametrize(("told", "bind"), FIRST_ADMIN)
def test_the_operator_registers_the_first_admin_alone(
    told: list[tuple[str, str | None, list[str]]], bind: list[str]
) -> None:
    """All other persons are registered by the party itself."""
    assert _registered(*told) == bind


ON_A_DAY = [
    # registrations of P1 at EXP-1, in time: from, until, works as · day · what it works as then
    ([("2026-01-10", None, ["SIGNER"])], "2026-01-09", None),
    ([("2026-01-10", None, ["SIGNER"])], "2026-01-10", {"SIGNER"}),
    ([("2026-01-10", "2026-03-31", ["SIGNER"])], "2026-03-31", {"SIGNER"}),
    ([("2026-01-10", "2026-03-31", ["SIGNER"])], "2026-04-01", None),
    ([("2026-01-10", None, ["SIGNER"]), ("2026-02-01", None, ["DECIDER"])], "2026-03-01",
     {"DECIDER"}),
    ([("2026-01-10", None, ["SIGNER"]), ("2026-02-01", None, ["DECIDER"])], "2026-01-20", None),
    ([("2026-01-10", None, [])], "2026-01-20", set()),
]  # fmt: skip


@pytest.mark.parametrize(("told", "day", "expected"), ON_A_DAY)
def test_the_latest_registration_says_what_holds_on_a_day(
    told: list[tuple[str, str | None, list[str]]], day: str, expected: set[str] | None
) -> None:
    """By the time it gives; what was registered before it is no longer asked."""
    world = World()
    for number, (first, last, functions) in enumerate(told, 1):
        world.add("PersonRegistered", f"2026-01-{number:02d}", by="EXP-1", door="http",
                  person="P1", party="EXP-1", from_=first, until=last,
                  works_as=functions)  # fmt: skip
    record = world.record()

    found = works_as(record, "P1", "EXP-1", date.fromisoformat(day))

    assert (None if found is None else set(found)) == expected
    assert works_as(record, "P1", "EXP-2", date.fromisoformat(day)) is None


# -- M-66 and M-67


def test_an_adjustment_needs_its_count() -> None:
    """The count of that very stock: none, one of another stock, or another event is flagged."""
    account: dict[str, Any] = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}
    adjusted = EVENTS["StockAdjusted"][0]
    counted: dict[str, Any] = {"counted": 1, "counted_by": "PER-1"}
    for there, found in (
        (None, ("absent",)),
        (account, None),
        ({**account, "site": "W2"}, ("SealsCounted", "JAS-A EXP-1 W2")),
        ({**account, "holder": "EXP-2"}, ("SealsCounted", "JAS-A EXP-2 W1")),
    ):
        world = trade()
        if there is not None:
            world.add("SealsCounted", "2026-04-01", name="count", **there, **counted)
        world.add("StockAdjusted", NOW, name="it", **adjusted)
        cases = [v for v in world.violations() if v.rule == "M-66"]
        assert [(v.subject, v.discriminator, v.expected, v.found, v.severity, v.family)
                for v in cases] == (
            [] if found is None
            else [(event_id("it"), "", (event_id("count"),), found, "H", "P")]
        )  # fmt: skip
        assert not world.cases("M-66", now="2026-04-03T08:59")


def test_a_retracted_count_is_none() -> None:
    """An adjustment rests on a count that counts, and not on another kind of event."""
    world = trade()
    world.add("SealsCounted", "2026-04-01", name="count", mark="JAS-A", holder="EXP-1", site="W1",
              counted=1, counted_by="PER-1")  # fmt: skip
    world.add("StockAdjusted", NOW, **EVENTS["StockAdjusted"][0])
    assert world.cases("M-66") == []
    world.add("EventRetracted", NOW, target=event_id("count"), reason="DUPLICATE")
    assert world.only("M-66").found == ("absent",)


def ended(**last: Any) -> World:
    """The trade in order with 900 seals in stock, its licensee's certification changed again."""
    world = trade()
    world.add("SealsIssued", "2026-01-10", mark="JAS-A", holder="IMP-1", site="W1", count=900)
    if last:
        fields = {**FACTS["licence"][1], "status": "WITHDRAWN", **last}
        world.add("CertificationChanged", "2026-03-01", **fields)
    return world


def test_stock_after_the_end_as_worked() -> None:
    """Withdrawn from 2026-03-01, 900 in stock: from 2026-03-17T00:00+09:00, 0 → 900, 2026-03-01."""
    world = ended(from_="2026-03-01")
    found = world.only("M-67")

    assert (found.subject, found.discriminator) == ("JAS-A", "stock")
    assert (found.expected, found.found) == (("0",), ("900", "2026-03-01"))
    assert (found.severity, found.family) == ("H", "N")
    assert not world.cases("M-67", now="2026-03-16T23:59:59+09:00")
    assert world.cases("M-67", now="2026-03-17T00:00+09:00")


@pytest.mark.parametrize(
    ("change", "since"),
    [
        ({"status": "EXPIRED", "from_": "2026-03-01"}, "2026-03-01"),
        ({"status": "GRANTED", "from_": "2026-01-01", "until": "2026-02-28"}, "2026-03-01"),
        ({"status": "SUSPENDED", "from_": "2026-03-01"}, None),
        ({"status": "GRANTED", "from_": "2026-03-01"}, None),
        ({"status": "WITHDRAWN", "from_": "2026-03-01", "issuer": "RCB-2"}, None),
        ({"status": "WITHDRAWN", "from_": "2026-03-01", "scheme": "EU"}, None),
    ],
)
def test_when_a_certification_has_ended(change: dict[str, Any], since: str | None) -> None:
    """Withdrawn, expired or run out, by the mark's own body; suspended is not ended."""
    cases = [v for v in ended(**change).violations() if v.rule == "M-67"]
    assert [v.found[1] for v in cases] == ([] if since is None else [since])


def test_what_cures_stock_after_the_end() -> None:
    """Seals given back and destroyed, or a certification that begins again."""
    for cure in ("destroyed", "certified"):
        world = ended(from_="2026-03-01")
        account: dict[str, Any] = {"mark": "JAS-A", "holder": "IMP-1", "site": "W1", "count": 900}
        if cure == "certified":
            fields = {**FACTS["licence"][1], "status": "REINSTATED", "from_": "2026-05-01"}
            world.add("CertificationChanged", "2026-05-01", **fields)
        else:
            world.add("SealsSpoiled", "2026-03-10", **account, reason="UNUSED")
        assert world.cases("M-67") == []


def test_issued_after_the_end_as_worked() -> None:
    """Issued 500 on 2026-03-20 to a licensee withdrawn from 2026-03-01: after 24 h, critical."""
    world = ended(from_="2026-03-01")
    world.add("SealsIssued", "2026-03-20", name="it", mark="JAS-A", holder="IMP-1", site="W1",
              count=500)  # fmt: skip
    (found,) = [v for v in world.violations() if (v.rule, v.discriminator) == ("M-67", "issued")]

    assert (found.subject, found.severity) == (event_id("it"), "C")
    assert (found.expected, found.found) == (("valid",), ("WITHDRAWN", "2026-03-01"))
    assert not world.cases("M-67", now="2026-03-16T00:00")
    assert ("M-67", event_id("it"), "issued") in world.cases("M-67", now="2026-03-21T00:00")


def test_seals_issued_while_certified_are_not_flagged() -> None:
    """On the last valid day, and after a reinstatement."""
    world = ended(from_="2026-03-01")
    account: dict[str, Any] = {"mark": "JAS-A", "holder": "IMP-1", "site": "W1", "count": 1}
    world.add("SealsIssued", "2026-02-28", **account)
    again = {**FACTS["licence"][1], "status": "REINSTATED", "from_": "2026-04-01"}
    world.add("CertificationChanged", "2026-04-01", **again)
    world.add("SealsIssued", "2026-04-01", **account)
    assert world.cases("M-67") == []
