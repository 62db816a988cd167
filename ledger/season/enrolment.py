"""What stands in the registry before a lane trades: parties, papers, persons, products, labels.

Everything that a clean sealing, grading, certificate or sale rests on is there, and proved by a
document where the trade asks for one. Each fact is reported by whom it binds: a source registers
itself, a party is registered by its own system, a mark by the body whose name stands on it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.facts import registry as r
from ledger.facts.identity import Fact
from ledger.facts.scalars import Years
from ledger.season.book import Desk
from ledger.season.goods import Good, weight
from ledger.season.lanes import Lane, Mode
from ledger.season.moments import JAPAN, VALID_FROM

SCANNERS_A_LANE: Final = 3
AUTHORITY: Final = Desk("SYS-MAFF", JAPAN)
"""The ministry's system; what it says of designations comes in by the operator's hand."""
_TRAINED_ON: Final = date(2024, 3, 20)
_COPY_SENT_ON: Final = date(2024, 3, 28)


class Entry(NamedTuple):
    """A registry fact to be: `key` says when two lanes mean the same one."""

    key: tuple[str, ...]
    desk: Desk
    kind: type[Fact]
    documents: int
    fields: dict[str, Any]


def enrolment(lane: Lane) -> Iterator[Entry]:
    """Everything a lane needs registered, what others rest on first."""
    yield from _parties(lane)
    yield from _sources(lane)
    yield from _certifications(lane)
    yield _mark(lane)
    yield from _products(lane)
    if lane.mode is Mode.CONSIGNED:
        yield from _contract(lane)
    yield from _persons(lane)


def _entry(desk: Desk, kind: type[Fact], /, *key: str, documents: int = 0, **fields: Any) -> Entry:
    return Entry((kind.__name__, *key), desk, kind, documents, fields)


def body_roles(body: str) -> tuple[str, ...]:
    """The role of a body that certifies."""
    return ("CERTIFYING_AGENT",) if body.startswith("AGT") else ("RCB",)


def _parties(lane: Lane) -> Iterator[Entry]:
    home = "JP" if lane.scheme == "JAS" else lane.country
    made = "PRODUCER" if lane.goods[0].crop else "PROCESSOR"
    known: dict[str, tuple[tuple[str, ...], str]] = {lane.rcb: (body_roles(lane.rcb), home)}
    if lane.agent:
        known[lane.agent] = (body_roles(lane.agent), lane.country)
    if lane.mode is Mode.SUBDIVIDED:
        known[lane.maker] = (("PROCESSOR",), "JP")
        known[lane.operator] = (("SUBDIVIDER",), "JP")
    else:
        roles: tuple[str, ...] = ("EXPORTER", made) if lane.importer != lane.operator else (made,)
        known[lane.operator] = (roles, lane.country)
    if lane.importer not in known:
        known[lane.importer] = (("IMPORTER",), "JP")
    for party, (roles, country) in known.items():
        yield from party_entries(party, roles, country, lane.office(party))


def party_entries(
    party: str, roles: tuple[str, ...], country: str, desk: Desk, name: str = ""
) -> Iterator[Entry]:
    """A party that registers itself by a system of its own, and that system."""
    yield _entry(
        desk, r.PartyRegistered, party, party=party, country=country,
        name=name or party.replace("-", " ").title(), roles=roles,
    )  # fmt: skip
    yield source_entry(desk, "SYSTEM", party)


def source_entry(desk: Desk, kind: str, party: str, **more: Any) -> Entry:
    """A source that registers itself as a party's."""
    return _entry(
        desk._replace(actor=None), r.SourceRegistered, desk.source, registers=desk.source,
        kind=kind, party=party, **more,
    )  # fmt: skip


def _sources(lane: Lane) -> Iterator[Entry]:
    yield from party_entries("MAFF", (), "JP", AUTHORITY, "Ministry of Agriculture")
    scanners = [(lane.scanner(n + 1), lane.sealer, lane.site) for n in range(SCANNERS_A_LANE)]
    if lane.importer != lane.sealer:
        scanners.append((lane.dock, lane.importer, lane.store))
    for scanner, party, site in scanners:
        yield source_entry(scanner, "SCANNER", party, site=site)


def _certified(
    party: str, scheme: str, role: str, issuer: str, *, desk: Desk, classes: tuple[str, ...]
) -> Entry:
    number = f"{scheme}-{party}-{issuer}"
    return _entry(
        desk, r.CertificationChanged, number, role, documents=1, party=party, scheme=scheme,
        role=role, issuer=issuer, number=number, status="GRANTED", from_=VALID_FROM,
        product_classes=classes,
    )  # fmt: skip


def _designated(issuer: str, country: str, scheme: str) -> Entry:
    return _entry(
        AUTHORITY, r.IssuerDesignated, issuer, country, scheme, issuer=issuer, country=country,
        scheme=scheme, from_=VALID_FROM,
    )  # fmt: skip


def _certifications(lane: Lane) -> Iterator[Entry]:
    classes = tuple(sorted({good.class_ for good in (*lane.goods, *lane.unsealed)}))
    role = "PRODUCER" if lane.goods[0].crop else "PROCESSOR"
    body = lane.office(lane.rcb)
    yield _designated(lane.rcb, "JP" if lane.scheme == "JAS" else lane.country, lane.scheme)
    if lane.agent:
        yield _designated(lane.agent, lane.country, lane.own_scheme)
        yield _certified(
            lane.operator, lane.own_scheme, role, lane.agent, desk=lane.office(lane.agent),
            classes=classes,
        )  # fmt: skip
        yield _certified(lane.licensee, "JAS", "IMPORTER", lane.rcb, desk=body, classes=())
    elif lane.mode is Mode.SUBDIVIDED:
        yield _certified(lane.operator, "JAS", "SUBDIVIDER", lane.rcb, desk=body, classes=classes)
        yield _certified(lane.maker, "JAS", "PROCESSOR", lane.rcb, desk=body, classes=classes)
    else:
        yield _certified(lane.operator, lane.scheme, role, lane.rcb, desk=body, classes=classes)
        if lane.scheme not in ("JAS", "NOP", "COR"):
            yield from _also_jas(lane, role, classes)
    for scheme in sorted({dict(good.more).get("scheme", lane.scheme) for good in lane.unsealed}):
        if scheme != lane.scheme:
            yield _certified(lane.operator, scheme, role, lane.rcb, desk=body, classes=classes)
    programme = {"BIO_SUISSE": "BIO_SUISSE_LICENCE", "ACT": "ACT_SEAL_USE"}.get(lane.scheme)
    if programme:
        yield _programme(lane.operator, programme, lane.rcb, body)


def _also_jas(lane: Lane, role: str, classes: tuple[str, ...]) -> Iterator[Entry]:
    """Makers abroad keep a JAS certificate beside their own, so their lots are graded under it."""
    body = Desk("SYS-RCB-AKI", JAPAN)
    yield from party_entries("RCB-AKI", ("RCB",), "JP", body)
    yield _designated("RCB-AKI", "JP", "JAS")
    yield _certified(lane.operator, "JAS", role, "RCB-AKI", desk=body, classes=classes)


def _programme(party: str, programme: str, agent: str, desk: Desk) -> Entry:
    return _entry(
        desk, r.ProgrammeEnrolled, party, programme, agent, documents=1, party=party,
        programme=programme, agent=agent, from_=VALID_FROM,
    )  # fmt: skip


def _mark(lane: Lane) -> Entry:
    return _entry(
        lane.office(lane.rcb), r.MarkRegistered, lane.mark, mark=lane.mark, scheme=lane.scheme,
        rcb=lane.rcb, importer=lane.licensee, carrier=lane.carrier, serialised=lane.serialised,
        design=f"{lane.scheme} mark, 10 mm, {lane.rcb}",
    )  # fmt: skip


def _products(lane: Lane) -> Iterator[Entry]:
    for good in (*lane.goods, *lane.unsealed):
        yield product_entry(lane, good)
        yield label_entry(lane, good)


def product_entry(lane: Lane, good: Good, version: int = 1) -> Entry:
    """A product as its maker registers it."""
    return _entry(
        lane.office(lane.producer), r.ProductRegistered, lane.product(good), str(version),
        product=lane.product(good), name=good.name, operator=lane.producer, class_=good.class_,
        food_group=good.food_group, species=good.species, recipe_version=version,
        ingredients=good.recipe,
    )  # fmt: skip


def label_entry(lane: Lane, good: Good, version: int = 1) -> Entry:
    """A label as the body that answers for it approves it."""
    approver = lane.agent or lane.rcb
    fields: dict[str, Any] = {
        "label": lane.label(good), "version": version, "product": lane.product(good),
        "scheme": lane.scheme, "claim": good.claim, "name_form": good.name_form,
        "seals_per_unit": good.seals_per_unit, "carrier": lane.carrier,
        "pack_weight": weight(good.pack_grams), "agent": approver, "from_": good.label_from,
        **dict(good.more),
    }  # fmt: skip
    return _entry(
        lane.office(approver), r.LabelApproved, lane.label(good), str(version), documents=1,
        **fields,
    )  # fmt: skip


def _contract(lane: Lane) -> Iterator[Entry]:
    office = lane.office(lane.operator)
    person = lane.person("responsible")
    yield _entry(
        office, r.ConsignmentContractSigned, lane.contract, documents=1, contract=lane.contract,
        exporter=lane.operator, importer=lane.licensee, rcb=lane.rcb, agent=lane.agent,
        sites=(lane.site,), products=tuple(lane.product(good) for good in lane.goods),
        from_=VALID_FROM, copy_sent_to_agent_on=_COPY_SENT_ON,
    )  # fmt: skip
    yield _entry(
        office, r.ResponsiblePersonDesignated, lane.contract, contract=lane.contract,
        person=person, from_=VALID_FROM,
    )  # fmt: skip
    yield _trained(lane, person, lane.operator, "SEAL_ATTACHMENT", (lane.licensee, lane.agent))
    yield _programme(lane.operator, "JAPAN_EXPORT", lane.agent, lane.office(lane.agent))


def course(class_: str) -> str:
    """Which of the courses on grading and management a class belongs to."""
    if class_ in ("PLANT", "FUNGI", "WILD_PLANT"):
        return "PLANT"
    return "LIVESTOCK" if class_ == "LIVESTOCK" else "PROCESSED"


def _trained(lane: Lane, person: str, party: str, name: str,
             proof: tuple[str, ...] = ()) -> Entry:  # fmt: skip
    return _entry(
        lane.office(party), r.SealTrainingCompleted, person, name, documents=1, person=person,
        party=party, course=name, completed_on=_TRAINED_ON, proof_sent_to=proof,
    )  # fmt: skip


def _qualified(lane: Lane, person: str, party: str, function: str) -> Entry:
    return _entry(
        lane.office(party), r.PersonQualified, person, function, person=person, party=party,
        function=function, schooling="SCHOOL", practice_years=Years("6.0"), from_=VALID_FROM,
    )  # fmt: skip


def _persons(lane: Lane) -> Iterator[Entry]:
    grader = lane.person("grader")
    yield _qualified(lane, grader, lane.producer, "GRADER")
    for name in sorted({course(good.class_) for good in lane.goods}):
        yield _trained(lane, grader, lane.producer, f"GRADING_{name}")
        if lane.jas_route:
            manager = lane.person("manager")
            yield _trained(lane, manager, lane.producer, f"MANAGEMENT_{name}")
            yield _qualified(lane, manager, lane.producer, "RESPONSIBLE_MANAGER")
    if lane.mode is not Mode.CONSIGNED:
        yield _trained(lane, lane.person("line1"), lane.sealer, "GRADING_LABEL")
        yield _qualified(lane, lane.person("line1"), lane.sealer, "LABELLER")
    if lane.mode is Mode.SUBDIVIDED:
        divider = lane.person("divider")
        yield _trained(lane, divider, lane.operator, "SUBDIVISION")
        yield _qualified(lane, divider, lane.operator, "SUBDIVIDING_PERSON")
