"""A trade in order of which everybody said its own part, and what a stranger may say of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from uuid import UUID

from consumers.auditor.running import catch_up
from ledger.facts.canonical import encode
from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.standing import OPERATOR, REGISTRY
from ledger.log import Entry, Log
from ledger.views.projection import Projector
from tests.auditing import FAR, POLICY
from tests.domain.rules.test_standing import EVENTS
from tests.domain.rules.trade import FACTS
from tests.domain.rules.world import World

STRANGER: Final = "STR-1"
SECRETS: Final = ("W-SECRET", "N-SECRET", "PER-SECRET")
"""What the parties of the trade say of their own, and the stranger never does."""
KINDS: Final = (*sorted(kind.__name__ for kind in REGISTRY), "LotRecorded")
DOORS: Final = {
    "token": ("http", STRANGER, f"{STRANGER}-SYS"),
    "own source": ("kafka", None, f"{STRANGER}-SYS"),
}
"""How a stranger sends: the door, the party that it vouches for, the source.

Of a source that nobody registered, over a shared topic, nothing is claimed and nothing denied: who
may write there is the topic's ACL."""
NOBODY: Final = "nobody's source"
"""A door that is none of these: what comes through it opens nothing all the same."""
_KEYS: Final = {
    "PartyRegistered": "party", "SourceRegistered": "registers", "MarkRegistered": "mark",
    "CertificationChanged": "number", "ConsignmentContractSigned": "contract",
    "ConsignmentContractEnded": "contract", "ResponsiblePersonDesignated": "contract",
    "SealTrainingCompleted": "person", "PersonQualified": "person",
    "PersonRegistered": "person",
    "ProgrammeEnrolled": "programme", "ProductRegistered": "product", "LabelApproved": "label",
    "LabelWithdrawn": "label", "LotRecorded": "lot", "IssuerDesignated": "scheme",
    "CriterionShown": "party",
}  # fmt: skip
_PARTIES: Final = ("party", "rcb", "importer", "exporter", "agent", "issuer", "operator")
_OTHERWISE: Final[dict[str, dict[str, Any]]] = {
    "CertificationChanged": {"status": "WITHDRAWN", "from_": "2026-03-01"},
    "ConsignmentContractSigned": {"from_": "2026-03-01", "until": None},
    "LotRecorded": {"quantity": "1.000", "units": 2},
    "LabelApproved": {"seals_per_unit": 3},
    "PartyRegistered": {"country": "FR"},
    "SourceRegistered": {"kind": "SYSTEM"},
}  # fmt: skip
"""What a registration of the stranger's says besides of what it registers."""
LATER: Final = "2026-04-20T09:00"
_names = count()


@dataclass(frozen=True)
class Said:
    """A fact with how it came in."""

    fact: Fact
    door: str
    by: str | None

    @property
    def entry(self) -> Entry:
        """The same for the log."""
        name = type(self.fact).__name__
        return Entry(
            UUID(self.fact.id), name, encode(self.fact), 1, self.fact.at, self.door, self.by
        )


def trade() -> list[Said]:
    """A trade with some cases of every kind, each fact from who may say it."""
    world = World()
    given: list[tuple[str, str | None]] = []

    def add(by: str, kind: str, time: str = "2025-03-01", /, **fields: Any) -> None:
        door = "file" if by == OPERATOR else "http"
        world.add(kind, time, by=by, door=door, **fields)
        given.append((door, by))

    for by, source, kind in (
        ("EXP-1", "SYS-1", "SYSTEM"), ("EXP-1", "SCN-1", "SCANNER"), ("AG-1", "AG-SYS", "SYSTEM"),
        (STRANGER, f"{STRANGER}-SYS", "SYSTEM"),
    ):  # fmt: skip
        add(by, "SourceRegistered", registers=source, kind=kind, party=by,
            source="SYS-1" if by == "EXP-1" else source)  # fmt: skip
    saying = {"licence": "RCB-1", "certificate": "AG-1", "importer": "IMP-1", "mark": "RCB-1"}
    for name, (kind, fields) in FACTS.items():
        own = fields | ({"number": "N-SECRET"} if name == "lot" else {})
        may = EVENTS[kind][1]
        assert may is not None
        add(saying.get(name, "EXP-1" if "EXP-1" in may else may[0]), kind, **own)
    add("EXP-1", "PersonQualified", **EVENTS["PersonQualified"][0])
    add("EXP-1", "PersonRegistered", **EVENTS["PersonRegistered"][0])
    _seals(add)
    _papers(add)
    return [Said(fact, door, by) for (fact, _), (door, by) in zip(world.facts, given, strict=True)]


def _seals(add: Any) -> None:
    mark = {"mark": "JAS-A"}
    stock = {**mark, "holder": "EXP-1", "site": "W-SECRET"}
    sent = {**mark, "dispatch": "D1", "count": 900}
    add("RCB-1", "SealsIssued", "2026-03-01", **mark, holder="IMP-1", site="W9", count=5_000)
    add("IMP-1", "SealsDispatched", "2026-03-02", **sent, purpose="SUPPLY", from_holder="IMP-1",
        from_site="W9", to_holder="EXP-1", to_site="W-SECRET")  # fmt: skip
    add("EXP-1", "SealsReceived", "2026-03-03", dispatch="D1", **stock, count=890,
        condition="GOOD")  # fmt: skip
    applied = {**mark, "holder": "EXP-1", "lot": "L1", "label": "LB", "label_version": 1,
               "source": "SCN-1", "actor": "PER-SECRET"}  # fmt: skip
    add("EXP-1", "SealsApplied", "2026-04-01T09:00", **applied, site="W-SECRET", units=10, count=21)
    add("EXP-1", "SealsApplied", "2026-04-01T09:10", **applied, site="W1", units=10, count=20)
    add("EXP-1", "SealsCounted", "2026-04-02", **stock, counted=800, counted_by="PER-SECRET")
    add("EXP-1", "SealsDestroyed", "2026-04-02", **stock, count=3, method="burnt")


def _papers(add: Any) -> None:
    line = {"lot": "L1", "product": "P1", "units": 10, "net_weight": "5.000"}
    sealed = {**line, "pack_weight": "0.500", "mark": "JAS-A", "seals": 20}
    departed = {**EVENTS["ShipmentDeparted"][0], "site": "W-SECRET", "departed": [sealed]}
    add("EXP-1", "ShipmentDeparted", "2026-04-03", **departed)
    add("IMP-1", "ShipmentReceived", "2026-04-13", **EVENTS["ShipmentReceived"][0])
    add("EXP-1", "SealReportFiled", "2026-04-04", **EVENTS["SealReportFiled"][0])
    request = {**EVENTS["ExportCertificateRequested"][0], "invoice": "N-SECRET"}
    add("EXP-1", "ExportCertificateRequested", "2026-04-04", **request)
    for number in ("A1", "A2", "A3", "A5", "A6", "A7"):
        certificate = {**EVENTS["ExportCertificateIssued"][0], "number": number}
        if number == "A1":
            certificate |= {"shipment": "S1"}
        add("AG-1", "ExportCertificateIssued", "2026-04-05", **certificate)
    add("IMP-1", "ComplaintReceived", "2026-04-05", complaint="K1", party="IMP-1",
        kind="COMPLAINT")  # fmt: skip
    add("EXP-1", "ComplaintReceived", "2026-04-05", complaint="K2", party="EXP-1",
        kind="COMPLAINT")  # fmt: skip
    add("IMP-1", "AnnualReportFiled", "2026-05-01", **EVENTS["AnnualReportFiled"][0])


def registrations(kind: str, door: str, lawful: list[Said]) -> list[Said]:
    """Whatever a stranger may say of one type: of what is the trade's and of its own.

    Naming itself as nobody, as each of the parties, and as all of them; then taking back and
    correcting each event of the type that the trade has.
    """
    base = EVENTS[kind][0] | _OTHERWISE.get(kind, {})
    parties = [name for name in _PARTIES if name in base]
    given = [(), *((name,) for name in parties), tuple(parties)]
    found = []
    for changed in dict.fromkeys(given):
        itself = dict.fromkeys(changed, STRANGER)
        found.append(_say(kind, door, **base | itself))
        if _KEYS[kind] not in changed and kind != "IssuerDesignated":
            found.append(_say(kind, door, **base | itself | {_KEYS[kind]: f"{STRANGER}-KEY"}))
    everybody = dict.fromkeys(parties, STRANGER)
    for said in lawful:
        if type(said.fact).__name__ == kind and said.by != STRANGER:
            found.append(_say("EventRetracted", door, target=said.fact.id, reason="DUPLICATE"))
            found.append(_say(kind, door, **base | everybody, corrects=said.fact.id))
    return found


def _say(kind: str, door: str, /, **fields: Any) -> Said:
    world = World()
    through, by, source = {**DOORS, NOBODY: ("kafka", None, f"{STRANGER}-GHOST")}[door]
    if kind == "ProgrammeEnrolled" and fields.get("programme") == f"{STRANGER}-KEY":
        fields["programme"] = "OTHER"
    name = f"s{next(_names):05d}"
    if "name" in TYPES[kind].__struct_fields__:
        fact = world.add(kind, LATER, source=source, **fields)
        fact = type(fact)(**{f: getattr(fact, f) for f in fact.__struct_fields__} | {"id": _id()})
    else:
        fact = world.add(kind, LATER, name=name, source=source, **fields)
    return Said(fact, through, by)


def _id() -> str:
    return str(UUID(bytes=b"s" + next(_names).to_bytes(5) + b"\x70\0\x80" + bytes(7)))


def record(log: Log, said: list[Said]) -> None:
    """Record facts, bring the views up to them, and audit long after every deadline."""
    log.append([one.entry for one in said])
    Projector(log).catch_up()
    catch_up(log, POLICY, lambda: FAR)


def words(value: Any) -> Iterator[str]:
    """Every text in an answer."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)
    elif isinstance(value, str):
        yield value
