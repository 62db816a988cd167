"""Goods for tables of label rules: a recipe in one line, and a world in which all else is right."""

import re
import uuid
from datetime import date
from typing import Any

from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Document, Fact
from ledger.facts.lots import Field, Input
from ledger.facts.record import Record
from ledger.facts.registry import Ingredient
from ledger.facts.scalars import Share, Weight, canonical_time
from ledger.labels.check import claim_check
from ledger.labels.claims import scheme_of
from ledger.labels.recipe import Recipe

DAY = date(2024, 5, 1)
_KINDS = {
    "a": "AGRICULTURAL", "l": "LIVESTOCK", "s": "SEAFOOD", "d": "ADDITIVE", "w": "WATER",
    "n": "SALT", "p": "PROCESSING_AID", "o": "OTHER",
}  # fmt: skip
_STATUS = {"O": "ORGANIC", "I": "IN_CONVERSION", "C": "CONVENTIONAL"}
_ENTRY = re.compile(
    r'(?:"(?P<quoted>[^"]+)"|(?P<name>.+?)) (?P<share>[0-9.]+) (?P<kind>[alsdwnpo])'
    r"(?P<status>[OIC]?)(?:\.(?P<scheme>[A-Z_]+))?(?: (?P<origin>[A-Z]{2}))?(?: !(?P<flag>\w+))?"
)
NAME_FORMS = {
    "PLANT": "有機品", "FUNGI": "有機品", "WILD_PLANT": "有機品", "LIVESTOCK": "有機畜産品",
    "FEED": "有機飼料", "PROCESSED_PLANT": "有機品", "PROCESSED_LIVESTOCK": "有機品",
    "PROCESSED_MIXED": "有機品", "ALCOHOL": "有機品",
}  # fmt: skip


def ingredients(text: str) -> tuple[Ingredient, ...]:
    """`soy 80 aO.JAS, sugar 20 aC` as ingredients; kind, status, scheme, origin, !flag."""
    found: list[Ingredient] = []
    for part in filter(None, text.split(", ")):
        match = _ENTRY.fullmatch(part)
        assert match is not None, part
        found.append(
            Ingredient(
                name=match["quoted"] or match["name"],
                share=Share.read(match["share"]),
                kind=_KINDS[match["kind"]],  # type: ignore[arg-type] # a symbol of the table above
                status=_STATUS[match["status"] or "C"],  # type: ignore[arg-type] # likewise
                scheme=match["scheme"],  # type: ignore[arg-type] # the vectors name real schemes
                origin=match["origin"],
                gmo=match["flag"] == "gmo",
                irradiated=match["flag"] == "irradiated",
            )
        )
    return tuple(found)


def recipe(text: str, class_: str = "PROCESSED_PLANT", name: str = "品") -> Recipe:
    """A recipe in one line."""
    return Recipe(class_=class_, name=name, ingredients=ingredients(text))


class Goods:
    """Facts of one lot L1 by operator OP; every condition met unless a test says otherwise."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self._made = 0

    def add(self, kind: str, day: str = "2001-01-01", /, **own: Any) -> Fact:
        """One fact at noon of a day in Japan, or at a full time."""
        time = canonical_time(day if "T" in day else f"{day}T12:00:00+09:00")
        own = {name.rstrip("_") + ("_" if name == "from_" else ""): v for name, v in own.items()}
        if "class" in own:
            own["class_"] = own.pop("class")
        self._made += 1
        fact = TYPES[kind](id=str(uuid.UUID(int=self._made)), time=time, source="SYS", **own)
        self.facts.append(fact)
        return fact

    def record(self) -> Record:
        """All facts, recorded at once."""
        return Record((fact, 0) for fact in self.facts)

    def certify(self, party: str, scheme: str, role: str, **own: Any) -> None:
        """A certificate of a party, open unless dates are given."""
        values = {"issuer": "BODY", "number": "1", "status": "GRANTED", "from_": date(2000, 1, 1)}
        self.add("CertificationChanged", party=party, scheme=scheme, role=role, **{**values, **own})

    def enrol(self, party: str, programme: str) -> None:
        """A programme, its contract on file."""
        paper = Document(name="contract.pdf", sha256="0" * 64)
        self.add("ProgrammeEnrolled", party=party, programme=programme, agent="AGENT",
                 from_=date(2000, 1, 1), documents=(paper,))  # fmt: skip

    def train(self, person: str, course: str, on: date = date(2001, 1, 1)) -> None:
        """A course of a person of OP."""
        self.add("SealTrainingCompleted", person=person, party="OP", course=course,
                 completed_on=on)  # fmt: skip

    def operator(self, scheme: str, country: str) -> None:
        """OP, certified under a scheme, with its people trained."""
        self.add("PartyRegistered", party="OP", name="Operator", country=country, address="1 Road")
        self.certify("OP", scheme, "PROCESSOR")
        for end in ("PLANT", "PROCESSED", "LIVESTOCK"):
            self.train("P1", f"MANAGEMENT_{end}")
            self.train("P1", f"GRADING_{end}")

    def product(self, text: str, class_: str, name: str = "品") -> None:
        """Product PR1, version 1."""
        self.add("ProductRegistered", product="PR1", name=name, operator="OP", class_=class_,
                 recipe_version=1, ingredients=ingredients(text))  # fmt: skip

    def lot(self, **own: Any) -> None:
        """Lot L1 of PR1."""
        values = {
            "lot": "L1", "operator": "OP", "number": "1", "product": "PR1",
            "quantity": Weight.read("100.000"), "status": "ORGANIC", "produced_on": DAY,
        }  # fmt: skip
        self.add("LotRecorded", "2024-05-01", **{**values, **own})

    def label(self, claim: str, name_form: str | None, seals: int, **own: Any) -> None:
        """Label LB, version 1, for PR1."""
        values = {"scheme": scheme_of(claim), "agent": "AGENT"}
        self.add("LabelApproved", label="LB", version=1, product="PR1", claim=claim,
                 name_form=name_form, seals_per_unit=seals, carrier="STICKER",
                 pack_weight=Weight.read("1.000"), from_=date(2000, 1, 1),
                 **{**values, **own})  # fmt: skip

    def apply(self, day: str, **own: Any) -> None:
        """Seals of mark M, licensed to OP, on L1 under LB."""
        values = {"mark": "M", "holder": "OP", "site": "W1", "lot": "L1", "label": "LB",
                  "label_version": 1, "units": 1, "count": 1}  # fmt: skip
        self.add("SealsApplied", day, **{**values, **own})

    def mark(self, scheme: str = "JAS", importer: str = "OP") -> None:
        """Mark M of body BODY, designated in Japan."""
        self.add("MarkRegistered", mark="M", scheme=scheme, rcb="BODY", importer=importer,
                 design="d", carrier="STICKER", serialised=False)  # fmt: skip
        self.add("IssuerDesignated", issuer="BODY", country="JP", scheme="JAS",
                 from_=date(2000, 1, 1))  # fmt: skip

    def depart(self, day: str, mode: str, origin: str, destination: str = "JP", **own: Any) -> None:
        """Shipment S1 of L1 to importer IMP."""
        values = {"shipment": "S1", "exporter": "OP", "importer": "IMP", "site": "W1",
                  "sealing_mode": mode, "origin": origin, "destination": destination,
                  "transport": "SEA"}  # fmt: skip
        self.add("ShipmentDeparted", day, **{**values, **own})


def turning(name_form: str | None) -> str | None:
    """A name form that says in conversion."""
    return None if name_form is None else f"{name_form}(転換期間中)"


def judged(  # noqa: PLR0917 - the columns of a table of vectors
    claim: str,
    text: str,
    class_: str = "PROCESSED_PLANT",
    on: date = DAY,
    route: str = "JAS",
    status: str = "ORGANIC",
    **own: Any,
) -> tuple[str, ...]:
    """The codes of a claim on goods for which everything else is in order."""
    goods = Goods()
    scheme = scheme_of(claim) or "JAS"
    conversion = claim == "JAS_IN_CONVERSION"
    goods.operator(route if scheme == "JAS" else scheme, own.pop("country", "JP"))
    if own.pop("licence", True):
        for party in ("OP", "IMP"):
            goods.enrol(party, "BIO_SUISSE_LICENCE")
    goods.enrol("OP", "BIO_SUISSE_IMPORT")
    if own.pop("contract", True):
        goods.enrol("OP", "ACT_SEAL_USE")
    goods.product(text, class_, own.pop("name", "品"))
    if conversion and class_ != "PROCESSED_PLANT":
        status = "IN_CONVERSION"
    produced = own.pop("produced_on", on)
    goods.lot(status=own.pop("lot_status", status), produced_on=produced,
              field=own.pop("field", None), inputs=own.pop("inputs", ()))  # fmt: skip
    form = NAME_FORMS.get(class_) if scheme == "JAS" else None
    form = own.pop("name_form", turning(form) if conversion else form)
    goods.label(claim, form, 0)
    shipment = own.pop("shipment", None)
    if shipment:
        goods.depart("2024-05-02", **shipment)
    label_text = own.pop("label_text", None)
    more = own.pop("more", None)
    assert not own, own
    if more is not None:
        more(goods)
    verdict = claim_check(claim, goods.record(), on=on, lot="L1", label=("LB", 1),
                          shipment="S1" if shipment else None, label_text=label_text)  # fmt: skip
    return verdict.codes


__all__ = ["DAY", "Field", "Goods", "Input", "ingredients", "judged", "recipe"]
