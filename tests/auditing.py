"""What tests of the audit share: a denser world, the audit from nothing, and what is standing."""

from collections.abc import Callable, Iterable
from random import Random
from uuid import UUID

from consumers.auditor.running import catch_up
from ledger.cases.canonical import TOPICS
from ledger.cases.discrepancy import Picture
from ledger.facts.canonical import decode, encode
from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.facts.scalars import canonical_time, micros
from ledger.facts.standing import OPERATOR
from ledger.log import Entry, Log
from ledger.rules.audit import audit
from ledger.rules.policy import default_policy
from ledger.rules.violation import Violation
from ledger.views.projection import reading
from tests import herding
from tests.contract.views import world as w

FAR = micros(canonical_time("2099-01-01T00:00:00Z"))
"""A moment by which every deadline has passed."""
RECORDED = micros(canonical_time("2026-04-10T00:00:00Z"))
POLICY = default_policy()
Standing = tuple[
    str, str, str, str, str, tuple[str, ...], tuple[str, ...], bool, tuple[str, ...], int
]


class AuditWorld(w.World):
    """Also draws labels, lots' facts, people and scanners; events have actors and sources."""

    def add(self, kind: str, /, **fields: object) -> Fact:
        """One more fact, of some source and person."""
        fields.setdefault("source", self.one(("SC-1", "SC-2", "SC-3")))
        fields.setdefault("actor", self.random.choice((None, "P1", "P2")))
        return super().add(kind, **fields)

    def draw(self, events: int) -> list[Fact]:
        """A registry for some marks, then so many events of any kind."""
        for mark in w.MARKS[:2]:
            self.mark(mark)
        makers = (*w.EVENTS, *MORE)
        common = (w.applied, w.dispatched, w.received, w.applied)
        for made in self.random.choices((*makers, *common), k=events):
            made(self)
        return self.facts


def source(world: w.World) -> None:
    """A source, mostly a scanner."""
    world.add(
        "SourceRegistered", registers=world.one(("SC-1", "SC-2", "SC-3")),
        kind=world.one(("SCANNER", "SCANNER", "SYSTEM")), party=world.one(w.HOLDERS),
        heartbeat_minutes=world.random.choice((None, 60)),
    )  # fmt: skip


def label(world: w.World) -> None:
    """A label version, approved or withdrawn."""
    if world.random.random() < 0.3:
        world.add(
            "LabelWithdrawn", label=world.one(("LB-1", "LB-2")), version=1, on="2026-04-02",
            reason="new wording",
        )  # fmt: skip
        return
    world.add(
        "LabelApproved", label=world.one(("LB-1", "LB-2")), version=1, product=world.one(PRODUCTS),
        scheme=world.one(("JAS", "JAS", "EU")), claim="ORGANIC", seals_per_unit=1,
        carrier=world.one(("STICKER", "INVOICE_MARK")), pack_weight="0.500", agent="AG-1",
        **{"from": world.one(("2026-03-01", "2026-04-01"))},
    )  # fmt: skip


PRODUCTS = ("P1", "P2")
_STATUSES = ("GRANTED", "GRANTED", "SUSPENDED", "WITHDRAWN", "REINSTATED")


def certification(world: w.World) -> None:
    """A certification changes."""
    world.add(
        "CertificationChanged", party=world.one((*w.HOLDERS, "RCB-1")), scheme=world.one(("JAS",
        "NOP")), role=world.one(("IMPORTER", "EXPORTER", "PROCESSOR", "RCB")),
        issuer=world.one(("RCB-1", "RCB-2", "AG-1")), number="1", status=world.one(_STATUSES),
        **{"from": world.one(("2026-03-01", "2026-04-01"))},
    )  # fmt: skip


def designated(world: w.World) -> None:
    """A body is designated."""
    world.add(
        "IssuerDesignated", issuer=world.one(("RCB-1", "RCB-2", "AG-1", "AG-2")), country="US",
        scheme="JAS", **{"from": "2026-01-01"},
    )  # fmt: skip


def party(world: w.World) -> None:
    """A party registers."""
    world.add(
        "PartyRegistered", party=world.one(w.HOLDERS), name="n", country=world.one(("US", "JP")),
        roles=["EXPORTER"] if world.random.random() < 0.8 else ["PRINTER"],
    )  # fmt: skip


def product(world: w.World) -> None:
    """A product registers."""
    part = {
        "name": "rice", "share": "100.000", "kind": "AGRICULTURAL",
        "status": world.one(("ORGANIC", "CONVENTIONAL")), "gmo": False, "irradiated": False,
    }  # fmt: skip
    world.add(
        "ProductRegistered", product=world.one(PRODUCTS), name="n", operator="EXP-1",
        recipe_version=1, ingredients=[part],
        **{"class": world.one(("PROCESSED_PLANT", "PLANT", "HONEY"))},
    )  # fmt: skip


def graded(world: w.World) -> None:
    """A lot is graded."""
    world.add(
        "LotGraded", lot=world.one(w.LOTS), result=world.one(("CONFORMING", "NON_CONFORMING")),
        grader=world.one(("P1", "P3")), records_complete=True, linked_to_lot=True,
        method_conforms=True, label_conforms=world.random.random() < 0.8,
    )  # fmt: skip


def held(world: w.World) -> None:
    """A lot is held, or released."""
    if world.random.random() < 0.5:
        world.add("LotHeld", lot=world.one(w.LOTS), cause="smell")
    else:
        world.add("LotReleased", lot=world.one(w.LOTS), reason="air")


def sold(world: w.World) -> None:
    """Goods are sold."""
    world.add(
        "GoodsSold", importer=world.one(w.IMPORTERS), lot=world.one(w.LOTS), product="P1",
        units=world.count(), claim="ORGANIC", country="JP",
    )  # fmt: skip


def verified(world: w.World) -> None:
    """Somebody looked at the mark of an input."""
    world.add(
        "InputVerified", lot=world.one(w.LOTS), operator="EXP-1", mark_seen="JAS", evidence="PACK"
    )


def qualified(world: w.World) -> None:
    """A person is qualified."""
    world.add(
        "PersonQualified", person=world.one(("P1", "P2", "P3")), party=world.one(w.HOLDERS),
        function=world.one(("GRADER", "LABELLER", "SUBDIVIDING_PERSON")), schooling="NONE",
        practice_years="1.0", **{"from": "2026-01-01"},
    )  # fmt: skip


def responsible(world: w.World) -> None:
    """A person answers for a contract, and is trained."""
    world.add(
        "ResponsiblePersonDesignated", contract=world.one(("C1", "C2")), person="P1",
        **{"from": "2026-03-01"},
    )  # fmt: skip
    world.add(
        "SealTrainingCompleted", person="P1", party=world.one(w.EXPORTERS),
        course="SEAL_ATTACHMENT", completed_on="2026-03-01",
    )  # fmt: skip


def yearly(world: w.World) -> None:
    """A yearly report."""
    world.add(
        "AnnualReportFiled", party=world.one(w.IMPORTERS),
        fiscal_year=world.random.choice((2025, 2026)),
        role="IMPORTER", product=world.one(PRODUCTS), quantity="10.000", filed_on="2026-05-01",
        rcb=world.one(("RCB-1", "RCB-2")),
    )  # fmt: skip


def complained(world: w.World) -> None:
    """A complaint, perhaps answered."""
    world.add(
        "ComplaintReceived", complaint=world.one(("K1", "K2")), party="IMP-1", kind="COMPLAINT",
        answered_on=world.random.choice((None, "2026-04-03")),
    )  # fmt: skip


CONTRACTORS = ("CON-1", "CON-2", "EXP-1")
_DAYS = ("2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02")


def handed_out(world: w.World) -> None:
    """Work on a lot, perhaps by somebody else."""
    world.add(
        "ProcessRecorded", lot=world.one(w.LOTS), operator=world.one(w.EXPORTERS),
        activity="STORAGE", on=world.one(_DAYS), contractor=world.one(CONTRACTORS),
    )  # fmt: skip


def criterion(world: w.World) -> None:
    """A party shows a criterion, or that it does not meet it."""
    world.add(
        "CriterionShown", party=world.one(w.HOLDERS), criteria=world.one(("IMPORT", "PROCESSED")),
        subject=world.one(("LABEL_RULES", "OUTSIDE_WORK", "YEARLY_PLAN")),
        items=["SELECTION", "CONTENT", "STEPS", "RECORDS"], contractor=world.one(CONTRACTORS),
        on=world.one(_DAYS), met=world.random.random() < 0.7,
        until=world.random.choice((None, "2026-04-01")),
    )  # fmt: skip


MORE: tuple[Callable[[w.World], None], ...] = (
    source, label, certification, designated, party, product, graded, held, sold, verified,
    qualified, responsible, yearly, complained, *herding.MAKERS, handed_out, criterion,
    w.applied, w.applied, w.applied,
)  # fmt: skip


_VOUCHED = (
    *[("file", OPERATOR)] * 5, ("kafka", None), ("http", "EXP-1"), ("http", "IMP-1"),
    ("http", "RCB-1"), (None, None),
)  # fmt: skip
"""Doors that events came in at, and for whom: most through the operator's."""


def entry(fact: Fact) -> Entry:
    """The fact as the log takes it at the operator's door."""
    name = type(fact).__name__
    return Entry(UUID(fact.id), name, encode(fact), 1, fact.at, "file", OPERATOR)


def load(log: Log, facts: list[Fact], batch: int = 40) -> None:
    """Append facts in their order."""
    for start in range(0, len(facts), batch):
        log.append([entry(fact) for fact in facts[start : start + batch]])


def entry_somewhere(fact: Fact) -> Entry:
    """The fact as the log takes it at one of the doors: always the same one."""
    event = UUID(fact.id)
    door, by = _VOUCHED[event.int % len(_VOUCHED)]
    return Entry(event, type(fact).__name__, encode(fact), 1, fact.at, door, by)


def known(log: Log) -> Record:
    """Every fact of a log, read from the beginning."""
    record = Record()
    for start in range(0, log.position(), 5_000):
        for event in log.read(start, 5_000):
            if event.topic not in TOPICS:
                record.add(decode(event.state), event.recorded_at, event.by, event.door)
    return record


def from_nothing(log: Log, now: int = FAR) -> set[Standing]:
    """What the audit of all facts in memory finds."""
    return {_standing(violation) for violation in audit(known(log), POLICY, now)}


def _standing(v: Violation) -> Standing:
    subject = v.subject_kind, v.subject, v.discriminator
    shown = Picture.of(v)
    said = v.severity, v.expected, v.found, v.artefact
    return v.rule, *subject, *said, tuple(sorted(shown.evidence)), shown.evidence_total


def live(log: Log) -> set[Standing]:
    """What the cases say that ask for attention."""
    with reading(log) as rows:
        rows.execute(
            "SELECT c.rule, c.subject_kind, c.subject, c.discriminator, s.severity, s.expected,"
            " s.found, s.artefact, s.evidence, s.evidence_total FROM cases AS c"
            " LEFT JOIN case_shown AS s ON s.id = c.id"
            " WHERE c.state IN ('OPEN', 'EXPLAINED', 'ESCALATED')"
        )
        return {
            (*row[:5], *map(tuple, row[5:7]), row[7], tuple(sorted(map(str, row[8]))), row[9])
            for row in rows.fetchall()
        }


def caught_up(log: Log, now: int = FAR) -> set[Standing]:
    """What the cases say once nothing is behind."""
    catch_up(log, POLICY, lambda: now)
    return live(log)


def shuffled(facts: Iterable[Fact], random: Random) -> list[Fact]:
    """The same facts in another order, some of them several times."""
    many = [fact for fact in facts for _ in range(random.choice((1, 1, 1, 2)))]
    random.shuffle(many)
    return many
