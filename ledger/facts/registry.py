"""The registry: who may do what, and when."""

from datetime import date
from typing import ClassVar, Literal

from msgspec import Struct, field

from ledger.facts.identity import Fact
from ledger.facts.scalars import (
    Address,
    Carrier,
    CertificateNumber,
    CountOrZero,
    Country,
    Id,
    LongText,
    Minutes,
    Name,
    ProductClass,
    Role,
    Scheme,
    Share,
    Species,
    Status,
    Text,
    Version,
    Weight,
    WorksAs,
    Years,
)

_O = frozenset("O")
_C = frozenset("C")
_OC = frozenset("OC")


class PartyRegistered(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A party of the trade, its roles and its country."""

    channels: ClassVar[frozenset[str]] = _OC

    party: Id
    name: Name
    roles: tuple[Role, ...] = ()
    country: Country
    address: Address | None = None


class SourceRegistered(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A device, system or person that reports, and for whom; `registers` is its source id."""

    channels: ClassVar[frozenset[str]] = _OC

    registers: Id
    kind: Literal["SCANNER", "SYSTEM", "PERSON", "OTHER"]
    party: Id
    site: Id | None = None
    heartbeat_minutes: Minutes | None = None


class SourceHeartbeat(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A source is alive and has nothing else to say."""

    channels: ClassVar[frozenset[str]] = frozenset("S")


class CertificationChanged(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A certification of a party was granted, suspended, reinstated, withdrawn or expired."""

    channels: ClassVar[frozenset[str]] = _C

    party: Id
    scheme: Scheme
    role: Role
    issuer: Id
    number: CertificateNumber
    status: Literal["GRANTED", "SUSPENDED", "REINSTATED", "WITHDRAWN", "EXPIRED", "OTHER"]
    from_: date = field(name="from")
    until: date | None = None
    product_classes: tuple[ProductClass, ...] = ()


class IssuerDesignated(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A country lets a body issue certificates under a scheme."""

    channels: ClassVar[frozenset[str]] = _C

    issuer: Id
    country: Country
    scheme: Scheme
    product_classes: tuple[ProductClass, ...] = ()
    from_: date = field(name="from")
    until: date | None = None


class MarkRegistered(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A kind of seal: whose body's name stands on it and to whom it is licensed."""

    channels: ClassVar[frozenset[str]] = _C

    mark: Id
    scheme: Scheme
    rcb: Id
    importer: Id
    design: Text
    carrier: Carrier
    serialised: bool


class ConsignmentContractSigned(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """An importer lets an exporter abroad attach its seals; `agent` certifies the exporter."""

    channels: ClassVar[frozenset[str]] = _OC

    contract: Id
    exporter: Id
    importer: Id
    rcb: Id
    agent: Id
    sites: tuple[Id, ...] = ()
    products: tuple[Id, ...] = ()
    from_: date = field(name="from")
    until: date | None = None
    copy_sent_to_agent_on: date | None = None


class ConsignmentContractEnded(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A consignment contract ended on a day."""

    channels: ClassVar[frozenset[str]] = _OC

    contract: Id
    on: date
    reason: Text


class ResponsiblePersonDesignated(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """Who answers for the seals under a contract."""

    channels: ClassVar[frozenset[str]] = _O

    contract: Id
    person: Id
    from_: date = field(name="from")


class SealTrainingCompleted(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A person of a party completed a course; the proof went to parties."""

    channels: ClassVar[frozenset[str]] = _OC

    person: Id
    party: Id
    course: Id
    completed_on: date
    proof_sent_to: tuple[Id, ...] = ()


class PersonQualified(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """What schooling and practice qualify a person for at a party.

    `in_charge`: the one in charge of several; `subject`: whether the schooling taught the subject.
    """

    channels: ClassVar[frozenset[str]] = _OC

    person: Id
    party: Id
    function: Literal[
        "PROCESS_MANAGER", "RESPONSIBLE_MANAGER", "GRADER", "SUBDIVIDING_PERSON", "LABELLER",
        "OTHER",
    ]  # fmt: skip
    schooling: Literal["UNIVERSITY", "SCHOOL", "NONE", "OTHER"]
    practice_years: Years
    from_: date = field(name="from")
    until: date | None = None
    in_charge: bool | None = None
    subject: bool | None = None


class PersonRegistered(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A person acts for a party from a day on, and as what: nobody else decides for it."""

    channels: ClassVar[frozenset[str]] = _OC

    person: Id
    party: Id
    from_: date = field(name="from")
    until: date | None = None
    works_as: tuple[WorksAs, ...] = ()


class ProgrammeEnrolled(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A party takes part in a programme of an agent."""

    channels: ClassVar[frozenset[str]] = _C

    party: Id
    programme: Id
    agent: Id
    from_: date = field(name="from")
    until: date | None = None


class Ingredient(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """One ingredient of a recipe; `share` in per cent of the weight."""

    name: Name
    share: Share
    kind: Literal[
        "AGRICULTURAL", "LIVESTOCK", "SEAFOOD", "ADDITIVE", "WATER", "SALT", "PROCESSING_AID",
        "OTHER",
    ]  # fmt: skip
    status: Status
    scheme: Scheme | None = None
    origin: Country | None = None
    gmo: bool
    irradiated: bool


class ProductRegistered(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A product of an operator, by recipe version."""

    channels: ClassVar[frozenset[str]] = _O

    product: Id
    name: Name
    operator: Id
    food_group: (
        Literal[
            "DAIRY", "MEAT", "EGG", "CEREAL", "BEAN", "NOODLE", "BREAD", "CONFECTIONERY", "SUGAR",
            "VEGETABLE", "FRUIT", "OIL", "SEASONING", "CHEESE", "KONJAC", "DRINK", "OTHER",
        ]
        | None
    ) = None  # fmt: skip
    species: Species | None = None
    class_: ProductClass = field(name="class")
    recipe_version: Version
    ingredients: tuple[Ingredient, ...] = ()


class LabelApproved(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A version of a label was approved: its product, claim and seals a unit."""

    channels: ClassVar[frozenset[str]] = _C

    label: Id
    version: Version
    product: Id
    scheme: Scheme
    claim: Name
    name_form: Name | None = None
    seals_per_unit: CountOrZero
    carrier: Carrier
    pack_weight: Weight
    wording: LongText | None = None
    agent: Id
    from_: date = field(name="from")
    until: date | None = None


class LabelWithdrawn(Fact, tag=True, frozen=True, kw_only=True, gc=False):
    """A version of a label was withdrawn on a day."""

    channels: ClassVar[frozenset[str]] = _C

    label: Id
    version: Version
    on: date
    reason: Text


__all__ = [
    "CertificationChanged",
    "ConsignmentContractEnded",
    "ConsignmentContractSigned",
    "Ingredient",
    "IssuerDesignated",
    "LabelApproved",
    "LabelWithdrawn",
    "MarkRegistered",
    "PartyRegistered",
    "PersonQualified",
    "PersonRegistered",
    "ProductRegistered",
    "ProgrammeEnrolled",
    "ResponsiblePersonDesignated",
    "SealTrainingCompleted",
    "SourceHeartbeat",
    "SourceRegistered",
]
