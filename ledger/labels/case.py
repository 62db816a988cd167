"""A case: one claim on one day, with all that is known of its goods.

Every check of a claim reads this and nothing else.
"""

from datetime import date

from msgspec import Struct

from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import LabelApproved, MarkRegistered, PartyRegistered
from ledger.facts.seals import SealsApplied
from ledger.facts.shipments import ShipmentDeparted
from ledger.labels.certified import certifications
from ledger.labels.claims import ClaimRow
from ledger.labels.lots import LotFacts, Route, country_of
from ledger.labels.recipe import Recipe


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """What a claim is judged by; None where it is not known or not asked."""

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

    @property
    def turning(self) -> bool:
        """Whether an ingredient is in conversion."""
        return self.recipe is not None and any(
            entry.status == "IN_CONVERSION" for entry in self.recipe.ingredients
        )

    @property
    def own_use(self) -> bool:
        """Whether a licensee attached its own mark."""
        return any(
            (mark := self.record.latest(MarkRegistered, About.MARK, applied.mark)) is not None
            and mark.importer == applied.holder
            for applied in self.seals
        )

    def names(self) -> tuple[str, ...]:
        """Names of parties that the claim wants on the label, as far as they are registered."""
        if self.facts is None:
            return ()
        if self.row.claim in ("ACT_ORGANIC", "ACT_LISTED"):
            return self._names(self.facts.operator)
        if self.row.claim == "KRAV_MARK":
            home = country_of(self.record, self.facts.packer)
            if home not in (None, "SE"):
                bodies = certifications(self.record, self.facts.packer, self.on, scheme="KRAV")
                return tuple(name for body in bodies for name in self._names(body.issuer))
        return ()

    def _names(self, party: str) -> tuple[str, ...]:
        fact = self.record.latest(PartyRegistered, About.PARTY, party)
        return () if fact is None else (fact.name,)
