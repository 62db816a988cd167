"""A scheme: the hooks by which it asks more than the dated tables say.

What a scheme leaves out holds as in `Scheme`. Its claims, shares, words and dates stand in the
tables. Hooks give reasons in any order and as often as they like; a verdict sorts them.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final, NamedTuple

from msgspec import Struct

from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import Ingredient, LabelApproved, PartyRegistered
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.certified import certified, enrolments
from ledger.labels.claims import ClaimRow, by_shares, composition, part_of
from ledger.labels.fields import FieldStatus
from ledger.labels.lots import LotFacts, Route, input_shown
from ledger.labels.recipe import Recipe
from ledger.labels.verdict import Reason, fails, unshown


class Operator(NamedTuple):
    """Who stands on a label, as registered or as given; None where not known."""

    name: str | None
    address: str | None

    @classmethod
    def given(cls, name: str | None, address: str | None) -> "Operator | None":
        """Who is to stand on a label as far as it is given; None where nothing is."""
        return None if name is None and address is None else cls(name, address)


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """One claim on one day, with what is known of its goods; None where not known or not asked.

    `name` and `operator` are those proposed for a label that nobody approved yet.
    """

    record: Record
    row: ClaimRow
    on: date
    recipe: Recipe | None
    facts: LotFacts | None
    route: Route | None
    label: tuple[str, int] | None
    approved: LabelApproved | None
    departed: ShipmentDeparted | None
    seals: tuple[SealsApplied, ...]
    text: str | None
    name: str | None = None
    operator: Operator | None = None

    @property
    def class_(self) -> str | None:
        """The class of the goods."""
        return None if self.recipe is None else self.recipe.class_

    @property
    def in_conversion(self) -> bool:
        """Whether an ingredient is in conversion."""
        return self.recipe is not None and any(
            entry.status == "IN_CONVERSION" for entry in self.recipe.ingredients
        )


class Wording(Struct, frozen=True, kw_only=True, gc=False):
    """The words of a label, and what they are compared with; None where not known or not asked.

    `name` = the name form or origin line of the label, `names` must stand in the text.
    """

    text: str
    row: ClaimRow
    on: date
    recipe: Recipe | None = None
    name: str | None = None
    names: tuple[str, ...] = ()
    operator: Operator | None = None
    to_japan: bool = False


class Arrangement(NamedTuple):
    """The country whose goods a scheme's certificate brings to Japan, and the claim they meet."""

    country: str
    claim: str


class Scheme:
    """What a scheme asks, by hook; these are the answers of one that asks nothing of its own."""

    last_step: ClassVar[bool] = False
    """Whether the certificate is that of whoever did the last step, not of the maker."""
    arrangement: ClassVar[Arrangement | None] = None
    not_to_japan: ClassVar[frozenset[str]] = frozenset()
    """Claims that no arrangement with Japan covers."""
    names_operator: ClassVar[bool] = False
    """Whether the operator's name and address stand on the label."""
    keeps_lots: ClassVar[bool] = False
    """Whether a lot with its claim is kept by R1 to R3, and until it has shipped."""
    keeps_parties: ClassVar[str] = ""
    """The rule that keeps the records of a party it ever certified."""
    keeps_forms: ClassVar[Mapping[str, str]] = {}
    """Forms of certificates, and the rule that keeps them from arrival on."""

    def __init__(self, code: str) -> None:
        self.code: Final = code

    def route(self, case: Case) -> Route | None:
        """On which route the lot may carry the mark; None where the scheme knows no routes."""
        return None

    def recipe(self, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """What a claim asks of its ingredients."""
        yield from composition(recipe, row)
        yield from by_shares(recipe, row, on, self.part)

    def recipe_alone(self, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """The same where neither a lot nor its route is known."""
        return self.recipe(recipe, row, on)

    def recipe_of(self, case: Case, recipe: Recipe) -> Iterable[Reason]:
        """The same of goods that are recorded."""
        return self.recipe(recipe, case.row, case.on)

    def part(self, entries: tuple[Ingredient, ...], count: str) -> tuple[Decimal, Iterable[Reason]]:
        """The weight of what a share counts, and what the ingredients leave open about it."""
        return part_of(entries, count, self.code)

    def name(self, text: str, recipe: Recipe, row: ClaimRow, on: date) -> Iterable[Reason]:
        """What is against a name form or an origin line."""
        return ()

    def notes(self, text: str, recipe: Recipe, on: date) -> Iterable[str]:
        """What another text would not allow of a name form or an origin line that this one does."""
        return ()

    def label(self, case: Case, recipe: Recipe, approved: LabelApproved) -> Iterable[Reason]:
        """What is against the name on an approved label, or against its having none."""
        if approved.name_form is None:
            return ()
        return self.name(approved.name_form, recipe, case.row, case.on)

    def words(self, said: Wording) -> Iterable[Reason]:
        """What the wording of a label lacks or has too much, beside the tables of words."""
        return ()

    def names(self, case: Case, facts: LotFacts) -> Iterable[str]:
        """Parties whose names a claim wants on the label, as far as they are registered."""
        return ()

    def lot(self, case: Case, facts: LotFacts, field: FieldStatus) -> Iterable[Reason]:
        """What is against the lot: its field, its inputs, its grading, its seals."""
        if case.row.recipe == "single" and facts.made.field is not None:
            return field.conversion.only({"CONVERSION_PERIOD"}).reasons
        return ()

    def operator(self, facts: LotFacts) -> str:
        """Whose certificate a claim rests on."""
        return facts.packer if self.last_step else facts.made.operator

    def certificates(self, case: Case, facts: LotFacts) -> Iterable[Reason]:
        """The certificate of the operator on the day, and the programme that a claim rests on."""
        operator = self.operator(facts)
        if not certified(case.record, operator, self.code, None, case.class_, case.on):
            yield from fails("CERT_LABEL")
        if case.row.programme:
            yield from enrolled(case, operator, case.row.programme, "SEAL_CONTRACT")

    def journey(self, case: Case, departed: ShipmentDeparted) -> Iterable[Reason]:
        """What the country of destination bars."""
        if case.row.claim in self.not_to_japan and departed.destination == "JP":
            yield from fails("SCOPE_CONTENT")


def enrolled(case: Case, party: str, programme: str, reason: str) -> list[Reason]:
    """The reason where a party is not enrolled; unproven without the contract's document."""
    found = enrolments(case.record, party, programme, case.on)
    if not found:
        return fails(reason)
    return [] if any(fact.documents for fact in found) else unshown("CONTRACT_DOCUMENT")


def inputs(case: Case, facts: LotFacts) -> list[Reason]:
    """INPUT_LABEL where the mark of an input was not checked by the day it was used."""
    shown = (input_shown(case.record, facts.made, entry) for entry in facts.made.inputs)
    return [] if all(shown) else unshown("INPUT_LABEL")


def registered_operator(record: Record, party: str) -> Operator:
    """Name and address of a party, as far as they are registered."""
    fact = record.latest(PartyRegistered, About.PARTY, party)
    return Operator(None, None) if fact is None else Operator(fact.name, fact.address)


def registered_name(record: Record, party: str) -> Iterator[str]:
    """The name of a party, where it is registered."""
    fact = record.latest(PartyRegistered, About.PARTY, party)
    if fact is not None:
        yield fact.name


OTHER: Final = Scheme("OTHER")
"""Certificates of schemes that have no claims here."""
SCHEMES: Final[dict[str, Scheme]] = {}
"""Every scheme by its code; the package fills it when it is loaded."""
