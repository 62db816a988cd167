"""Whom a case concerns: its pairs and the parties that may explain it, whatever came first."""

from collections.abc import Iterator
from typing import Any

import pytest

from consumers.auditor.showing import context_of, row_of
from ledger.cases.judging import case_of
from ledger.log import Log
from ledger.questions import QuestionsAtHand
from ledger.rules.audit import audit
from ledger.views.discrepancies import Listed, Wanted, listed
from ledger.views.projection import reading
from ledger.views.shown import shown_of
from tests.auditing import FAR, POLICY, RECORDED, AuditWorld, caught_up, entry, known
from tests.domain.rules.world import World, event_id

ACCOUNT = {"mark": "JAS-A", "holder": "EXP-1", "site": "W1"}
LINE = {
    "lot": "L1", "product": "P1", "units": 10, "pack_weight": "0.500", "net_weight": "5.000",
    "seals": 0,
}  # fmt: skip


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """A log whose clock stands still."""
    with Log.open(database, clock=lambda: RECORDED) as opened:
        yield opened


class Told(World):
    """A world that is audited whenever it is told of."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log
        self._told = 0

    def tell(self) -> None:
        """Record what is new and audit it."""
        new = self.facts[self._told :]
        self._told = len(self.facts)
        self._log.append([entry(fact) for fact, _ in new])
        caught_up(self._log)

    def mark(self, mark: str = "JAS-A", **own: Any) -> None:
        """A mark of IMP-1 and RCB-1."""
        given: dict[str, Any] = {"design": "leaf", "name": mark} | own
        self.add("MarkRegistered", "2026-03-01", mark=mark, scheme="JAS", rcb="RCB-1",
                 importer="IMP-1", carrier="STICKER", serialised=False, **given)  # fmt: skip

    def applied(self, **own: Any) -> None:
        """Seals of JAS-A on L1 under LB 1."""
        given: dict[str, Any] = {
            "lot": "L1",
            "label": "LB",
            "label_version": 1,
            "units": 10,
            "count": 10,
        } | own
        self.add("SealsApplied", "2026-03-03", **ACCOUNT, **given)

    def case(self, rule: str, subject: str) -> Listed:
        """The one case of a rule about a subject."""
        with reading(self._log) as rows:
            (found,) = listed(rows, self._log, Wanted(rules=(rule,), subject=subject))
        return found


def test_a_label_is_of_the_marks_it_is_applied_with(log: Log) -> None:
    """Of no pair before, then of the mark's; another version is another label."""
    told = Told(log)
    part = {"name": "rice", "share": "100.000", "kind": "AGRICULTURAL", "status": "CONVENTIONAL",
            "gmo": False, "irradiated": False}  # fmt: skip
    told.mark()
    told.add("ProductRegistered", "2026-03-01", product="P1", name="n", operator="EXP-9",
             class_="PROCESSED_PLANT", recipe_version=1, ingredients=[part])  # fmt: skip
    told.add("LabelApproved", "2026-03-01", label="LB", version=1, product="P1", scheme="JAS",
             claim="ORGANIC", seals_per_unit=1, carrier="STICKER", pack_weight="0.500",
             agent="AG-1", from_="2026-03-01")  # fmt: skip
    told.applied(label_version=2)
    told.tell()
    before = told.case("M-15", "LB 1")
    told.applied()
    told.tell()
    after = told.case("M-15", "LB 1")

    assert (before.marks, before.parties, before.pairs) == ([], ["EXP-9"], [])
    assert (after.marks, after.parties) == (["JAS-A"], ["EXP-9"])
    assert after.pairs == [("IMP-1", "RCB-1")]


def test_an_unregistered_mark_concerns_those_who_name_it(log: Log) -> None:
    """Who holds the seals can say where they are from; of another's events nobody learns so."""
    told = Told(log)
    received: dict[str, Any] = {
        "dispatch": "D1",
        "mark": "JAS-X",
        "site": "W1",
        "count": 10,
        "condition": "GOOD",
    }
    told.add("SealsDispatched", "2026-03-03", dispatch="D1", purpose="TRANSFER", mark="JAS-X",
             from_holder="EXP-2", from_site="W2", to_holder="EXP-1", to_site="W1",
             count=10)  # fmt: skip
    told.add("SealsReceived", "2026-03-04", holder="EXP-1", **received)
    told.tell()
    one = told.case("M-34", "JAS-X").parties
    told.add("SealsReceived", "2026-03-05", holder="EXP-3", **received)
    told.tell()

    assert (one, told.case("M-34", "JAS-X").parties) == (["EXP-1"], [])


def test_a_registration_is_of_its_own_pair(log: Log) -> None:
    """Of two that differ the later is the case, and belongs where its mark does."""
    told = Told(log)
    told.mark(name="a1")
    told.mark(name="a2", design="tree")
    told.tell()

    assert told.case("M-48", event_id("a2")).pairs == [("IMP-1", "RCB-1")]


def test_a_shipment_without_marks_is_of_its_importer_whenever_its_mark_is_known(log: Log) -> None:
    """Also where the mark is registered after the case was opened."""
    told = Told(log)
    told.add("ShipmentDeparted", "2026-03-04", shipment="S1", exporter="EXP-1", importer="IMP-1",
             site="W1", sealing_mode="IMPORTER_APPLIES", origin="US", destination="JP",
             transport="SEA", departed=[LINE])  # fmt: skip
    told.tell()
    before = told.case("M-59", "S1").pairs
    told.mark()
    told.tell()

    assert before == []
    assert told.case("M-59", "S1").pairs == [("IMP-1", "RCB-1")]


def test_an_event_on_a_lot_is_of_the_marks_applied_to_it_later(log: Log) -> None:
    """A complaint about a lot belongs to the pair whose seals the lot bears by now."""
    told = Told(log)
    told.mark()
    told.add("ComplaintReceived", "2026-03-04", complaint="K1", party="EXP-9", kind="COMPLAINT",
             lot="L1", name="k1")  # fmt: skip
    told.tell()
    before = told.case("M-61", event_id("k1")).pairs
    told.applied()
    told.tell()

    assert before == []
    assert told.case("M-61", event_id("k1")).pairs == [("IMP-1", "RCB-1")]


def test_what_stands_around_a_case_is_what_the_facts_at_hand_say(log: Log) -> None:
    """Impact, cause, what it names and whom: of every kind of case as stored and as in memory."""
    facts = AuditWorld(7).draw(400)
    log.append([entry(fact) for fact in facts])
    caught_up(log)
    questions = QuestionsAtHand(known(log))
    holds = {case_of(one): one for one in audit(known(log), POLICY, FAR)}
    with reading(log) as rows:
        shown = shown_of(rows, sorted(holds))

    right = [
        row_of(row.id, one, context_of(one, questions), row.due, questions)
        for row in shown
        for one in [holds[row.id]]
    ]

    assert len(shown) == len(holds) > 50
    assert len({row.cause.split(" ")[0] for row in shown}) > 15
    for row, other in zip(shown, right, strict=True):
        assert row._replace(evidence=[]) == other._replace(evidence=[])
