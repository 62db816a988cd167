"""The constants that a case may show; each has a word in every language.

Most are those of the facts' own types; one without a word is refused when the words are loaded.
"""

from collections.abc import Collection, Mapping
from typing import Final, get_args, get_type_hints

from ledger.custody.places import Kind
from ledger.facts.catalogue import TYPES as FACTS
from ledger.facts.criteria import CriterionShown
from ledger.facts.documents import ExportCertificateCancelled
from ledger.facts.herds import AnimalsLeft, FeedLine, HerdRecorded, Stage
from ledger.facts.identity import Fact
from ledger.facts.lots import LotGraded, ProcessRecorded
from ledger.facts.registry import CertificationChanged, PersonQualified, ProductRegistered
from ledger.facts.scalars import Carrier, ProductClass, Role, Scheme, Status
from ledger.facts.seals import SealsLost
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.schemes.jas.criteria import CRITERIA
from ledger.rules.fitness import CHECKS
from ledger.rules.order import COMPARED_FIELDS


def _members(kind: type[Fact], field: str) -> Collection[str]:
    found = get_type_hints(kind)[field]
    return frozenset(
        member
        for option in (found, *get_args(found))
        for member in get_args(option)
        if isinstance(member, str)
    )


ENUMS: Final[Mapping[str, Collection[str]]] = {
    "status": _members(CertificationChanged, "status"),
    "chain": ("licensee", "exporter", "rcb", "agent", "importer"),
    "role": get_args(Role),
    "class": get_args(ProductClass),
    "scheme": get_args(Scheme),
    "goods": get_args(Status),
    "carrier": get_args(Carrier),
    "grade": _members(LotGraded, "result"),
    "check": CHECKS,
    "cause": _members(SealsLost, "cause"),
    "cancellation": _members(ExportCertificateCancelled, "kind"),
    "transport": _members(ShipmentDeparted, "transport"),
    "mode": _members(ShipmentDeparted, "sealing_mode"),
    "activity": _members(ProcessRecorded, "activity"),
    "act": _members(ProcessRecorded, "act"),
    "kept": _members(ProcessRecorded, "kept_in"),
    "function": _members(PersonQualified, "function"),
    "came": _members(HerdRecorded, "origin"),
    "left": _members(AnimalsLeft, "how"),
    "fodder": get_args(get_type_hints(FeedLine)["kind"]),
    "criteria": _members(CriterionShown, "criteria"),
    "topic": _members(CriterionShown, "subject"),
    "item": frozenset(row.item for row in CRITERIA.rows() if row.item),
    "food": _members(ProductRegistered, "food_group"),
    "species": _members(ProductRegistered, "species"),
    "stage": get_args(Stage),
    "event": tuple(FACTS),
    "place": tuple(kind.name for kind in Kind),
    "field": COMPARED_FIELDS,
}
"""Every constant that has a word, by the table of words it stands in."""
ENUM_OF_FIELD: Final = {
    "scheme": "scheme",
    "carrier": "carrier",
    "food_group": "food",
    "species": "species",
    "class_": "class",
    "status": "goods",
    "sealing_mode": "mode",
}
"""Fields whose values are constants."""
