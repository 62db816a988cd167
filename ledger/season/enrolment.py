"""What stands in the registry before a trade trades: parties, papers, persons, products, labels.

Everything that a clean sealing, grading, certificate or sale rests on is there, and proved by a
document where the trade asks for one. Each fact is reported by whom it binds: a source registers
itself, a party is registered by its own system, a mark by the body whose name stands on it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.facts import registry as r
from ledger.facts.criteria import CriterionShown
from ledger.facts.identity import Fact
from ledger.facts.scalars import Years
from ledger.season.book import Desk
from ledger.season.goods import Good, weight
from ledger.season.herds import CRITERIA
from ledger.season.moments import JAPAN, VALID_FROM
from ledger.season.trades import Mode, Trade

SCANNERS_A_LANE: Final = 3
AUTHORITY: Final = Desk("SYS-MAFF", JAPAN)
"""The ministry's system; what it says of designations comes in by the operator's hand."""
_TRAINED_ON: Final = date(2024, 3, 20)
_COPY_SENT_ON: Final = date(2024, 3, 28)
_SHOWN_ON: Final = date(2024, 3, 25)
PLANNED_YEARS: Final = (2024, 2025, 2026)
"""The fiscal years from registration until the answer key is written."""


class Entry(NamedTuple):
    """A registry fact to be: `key` says when two trades mean the same one."""

    key: tuple[str, ...]
    desk: Desk
    kind: type[Fact]
    documents: int
    fields: dict[str, Any]


def enrolment(trade: Trade) -> Iterator[Entry]:
    """Everything a trade needs registered, what others rest on first."""
    yield from _parties(trade)
    yield from _sources(trade)
    yield from _certifications(trade)
    yield _mark(trade)
    yield from _products(trade)
    if trade.mode is Mode.CONSIGNED:
        yield from _contract(trade)
    yield from _persons(trade)
    if trade.farms:
        yield from _criteria(trade)


def _entry(desk: Desk, kind: type[Fact], /, *key: str, documents: int = 0, **fields: Any) -> Entry:
    return Entry((kind.__name__, *key), desk, kind, documents, fields)


def body_roles(body: str) -> tuple[str, ...]:
    """The role of a body that certifies."""
    return ("CERTIFYING_AGENT",) if body.startswith("AGT") else ("RCB",)


def _parties(trade: Trade) -> Iterator[Entry]:
    home = "JP" if trade.scheme == "JAS" else trade.country
    made = trade.made_as
    known: dict[str, tuple[tuple[str, ...], str]] = {trade.rcb: (body_roles(trade.rcb), home)}
    if trade.agent:
        known[trade.agent] = (body_roles(trade.agent), trade.country)
    if trade.mode is Mode.SUBDIVIDED:
        known[trade.maker] = (("PROCESSOR",), "JP")
        known[trade.operator] = (("SUBDIVIDER",), "JP")
    else:
        roles: tuple[str, ...] = ("EXPORTER", made) if trade.importer != trade.operator else (made,)
        known[trade.operator] = (roles, trade.country)
    if trade.importer not in known:
        known[trade.importer] = (("IMPORTER",), "JP")
    for party, (roles, country) in known.items():
        yield from party_entries(party, roles, country, trade.office(party))


def party_entries(
    party: str, roles: tuple[str, ...], country: str, desk: Desk, name: str = ""
) -> Iterator[Entry]:
    """A party that registers itself by a system of its own, and that system."""
    yield _entry(
        desk, r.PartyRegistered, party, party=party, country=country,
        name=name or _called(party), roles=roles,
    )  # fmt: skip
    yield source_entry(desk, "SYSTEM", party)


def _called(party: str) -> str:
    """What a party is called that has no name of its own."""
    return party.replace("-", " ").title()


def source_entry(desk: Desk, kind: str, party: str, **more: Any) -> Entry:
    """A source that registers itself as a party's."""
    return _entry(
        desk._replace(actor=None), r.SourceRegistered, desk.source, registers=desk.source,
        kind=kind, party=party, **more,
    )  # fmt: skip


def _sources(trade: Trade) -> Iterator[Entry]:
    yield from party_entries("MAFF", (), "JP", AUTHORITY, "Ministry of Agriculture")
    scanners = [(trade.scanner(n + 1), trade.sealer, trade.site) for n in range(SCANNERS_A_LANE)]
    if trade.importer != trade.sealer:
        scanners.append((trade.dock, trade.importer, trade.store))
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


def _certifications(trade: Trade) -> Iterator[Entry]:
    classes = tuple(sorted({good.class_ for good in (*trade.goods, *trade.unsealed)}))
    role = trade.made_as
    body = trade.office(trade.rcb)
    yield _designated(trade.rcb, "JP" if trade.scheme == "JAS" else trade.country, trade.scheme)
    if trade.agent:
        yield _designated(trade.agent, trade.country, trade.own_scheme)
        yield _certified(
            trade.operator, trade.own_scheme, role, trade.agent, desk=trade.office(trade.agent),
            classes=classes,
        )  # fmt: skip
        yield _certified(trade.licensee, "JAS", "IMPORTER", trade.rcb, desk=body, classes=())
    elif trade.mode is Mode.SUBDIVIDED:
        yield _certified(trade.operator, "JAS", "SUBDIVIDER", trade.rcb, desk=body, classes=classes)
        yield _certified(trade.maker, "JAS", "PROCESSOR", trade.rcb, desk=body, classes=classes)
    else:
        yield _certified(trade.operator, trade.scheme, role, trade.rcb, desk=body, classes=classes)
        if trade.scheme not in ("JAS", "NOP", "COR"):
            yield from _also_jas(trade, role, classes)
    for scheme in sorted({good.scheme or trade.scheme for good in trade.unsealed}):
        if scheme != trade.scheme:
            yield _certified(trade.operator, scheme, role, trade.rcb, desk=body, classes=classes)
    programme = {"BIO_SUISSE": "BIO_SUISSE_LICENCE", "ACT": "ACT_SEAL_USE"}.get(trade.scheme)
    if programme:
        yield _programme(trade.operator, programme, trade.rcb, body)


def _also_jas(trade: Trade, role: str, classes: tuple[str, ...]) -> Iterator[Entry]:
    """Makers abroad keep a JAS certificate beside their own, so their lots are graded under it."""
    body = Desk("SYS-RCB-AKI", JAPAN)
    yield from party_entries("RCB-AKI", ("RCB",), "JP", body)
    yield _designated("RCB-AKI", "JP", "JAS")
    yield _certified(trade.operator, "JAS", role, "RCB-AKI", desk=body, classes=classes)


def _programme(party: str, programme: str, agent: str, desk: Desk) -> Entry:
    return _entry(
        desk, r.ProgrammeEnrolled, party, programme, agent, documents=1, party=party,
        programme=programme, agent=agent, from_=VALID_FROM,
    )  # fmt: skip


def _mark(trade: Trade) -> Entry:
    return _entry(
        trade.office(trade.rcb), r.MarkRegistered, trade.mark, mark=trade.mark, scheme=trade.scheme,
        rcb=trade.rcb, importer=trade.licensee, carrier=trade.carrier, serialised=trade.serialised,
        design=f"{trade.scheme} mark, 10 mm, {trade.rcb}",
    )  # fmt: skip


def _products(trade: Trade) -> Iterator[Entry]:
    for good in (*trade.goods, *trade.unsealed):
        yield _product(trade, good)
        yield _label(trade, good)


def _product(trade: Trade, good: Good) -> Entry:
    """A product as its maker registers it."""
    return _entry(
        trade.office(trade.producer), r.ProductRegistered, trade.product(good), "1",
        product=trade.product(good), name=good.name, operator=trade.producer, class_=good.class_,
        food_group=good.food_group, species=good.species, recipe_version=1,
        ingredients=good.recipe,
    )  # fmt: skip


def _label(trade: Trade, good: Good) -> Entry:
    """A label as the body that answers for it approves it."""
    approver = trade.agent or trade.rcb
    fields: dict[str, Any] = {
        "label": trade.label(good), "version": 1, "product": trade.product(good),
        "scheme": good.scheme or trade.scheme, "claim": good.claim, "name_form": good.name_form,
        "seals_per_unit": good.seals_per_unit, "carrier": trade.carrier,
        "pack_weight": weight(good.pack_grams), "agent": approver, "from_": good.label_from,
        "wording": good.wording and good.wording.replace("{maker}", _called(trade.producer)),
    }  # fmt: skip
    return _entry(
        trade.office(approver), r.LabelApproved, trade.label(good), "1", documents=1,
        **fields,
    )  # fmt: skip


def _contract(trade: Trade) -> Iterator[Entry]:
    office = trade.office(trade.operator)
    person = trade.person("responsible")
    yield _entry(
        office, r.ConsignmentContractSigned, trade.contract, documents=1, contract=trade.contract,
        exporter=trade.operator, importer=trade.licensee, rcb=trade.rcb, agent=trade.agent,
        sites=(trade.site,), products=tuple(trade.product(good) for good in trade.goods),
        from_=VALID_FROM, copy_sent_to_agent_on=_COPY_SENT_ON,
    )  # fmt: skip
    yield _entry(
        office, r.ResponsiblePersonDesignated, trade.contract, contract=trade.contract,
        person=person, from_=VALID_FROM,
    )  # fmt: skip
    yield _trained(trade, person, trade.operator, "SEAL_ATTACHMENT", (trade.licensee, trade.agent))
    yield _programme(trade.operator, "JAPAN_EXPORT", trade.agent, trade.office(trade.agent))


def course(class_: str) -> str:
    """Which of the courses on grading and management a class belongs to."""
    if class_ in ("PLANT", "FUNGI", "WILD_PLANT"):
        return "PLANT"
    return "LIVESTOCK" if class_ == "LIVESTOCK" else "PROCESSED"


def _trained(trade: Trade, person: str, party: str, name: str,
             proof: tuple[str, ...] = ()) -> Entry:  # fmt: skip
    return _entry(
        trade.office(party), r.SealTrainingCompleted, person, name, documents=1, person=person,
        party=party, course=name, completed_on=_TRAINED_ON, proof_sent_to=proof,
    )  # fmt: skip


def _qualified(trade: Trade, person: str, party: str, function: str) -> Entry:
    return _entry(
        trade.office(party), r.PersonQualified, person, function, person=person, party=party,
        function=function, schooling="SCHOOL", practice_years=Years("6.0"), from_=VALID_FROM,
    )  # fmt: skip


def _persons(trade: Trade) -> Iterator[Entry]:
    grader = trade.person("grader")
    yield _qualified(trade, grader, trade.producer, "GRADER")
    for name in sorted({course(good.class_) for good in trade.goods}):
        yield _trained(trade, grader, trade.producer, f"GRADING_{name}")
        if trade.jas_route:
            manager = trade.person("manager")
            yield _trained(trade, manager, trade.producer, f"MANAGEMENT_{name}")
            yield _qualified(trade, manager, trade.producer, "RESPONSIBLE_MANAGER")
    if trade.mode is not Mode.CONSIGNED:
        yield _trained(trade, trade.person("line1"), trade.sealer, "GRADING_LABEL")
        yield _qualified(trade, trade.person("line1"), trade.sealer, "LABELLER")
    if trade.mode is Mode.SUBDIVIDED:
        divider = trade.person("divider")
        yield _trained(trade, divider, trade.operator, "SUBDIVISION")
        yield _qualified(trade, divider, trade.operator, "SUBDIVIDING_PERSON")


def _criteria(trade: Trade) -> Iterator[Entry]:
    """What a farm shows its body: sites, staff, rules, the plan of each year it trades in."""
    office, party = trade.office(trade.operator), trade.operator
    for criterion in CRITERIA:
        plan = criterion.subject == "YEARLY_PLAN"
        for year in PLANNED_YEARS if plan else (None,):
            yield _entry(
                office, CriterionShown, party, criterion.subject, str(year), documents=1,
                party=party, criteria="LIVESTOCK", subject=criterion.subject,
                items=tuple(criterion.items.split()), fiscal_year=year,
                sent_to=trade.rcb if plan else None, on=_SHOWN_ON, met=True,
            )  # fmt: skip
