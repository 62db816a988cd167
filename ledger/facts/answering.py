"""What is said by nobody who is known, at a door where anybody may send, against what others said.

It may be the first word on something. It changes nothing that a party, or the operator, has
answered for.
"""

from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import Final

from ledger.facts import registry as r
from ledger.facts.identity import Fact
from ledger.facts.mentions import About, mentions
from ledger.facts.standing import FOUNDING, OPERATORS_DOORS

_TRUSTED_DOORS: Final = OPERATORS_DOORS | {None, "import"}
"""What came in there, or before doors were kept, nobody but the operator can have brought."""


def from_operator(door: str | None, speaker: str | None) -> bool:
    """Whether it is the operator who says an event, as no party is known to."""
    return speaker is None and door in _TRUSTED_DOORS


def answered_for(door: str | None, speaker: str | None) -> bool:
    """Whether a party that is known, or the operator, says an event."""
    return speaker is not None or door in _TRUSTED_DOORS


def changes(fact: Fact) -> tuple[type[Fact], About, str] | None:
    """The registration that a registry fact repeats, ends or rests on: its type and subject."""
    kind = _RESTS_ON.get(type(fact), type(fact))
    about = FOUNDING.get(kind)
    if about is None:
        return None
    return next((kind, about, key) for mention, key in mentions(fact) if mention is about)


def same(fact: Fact) -> Hashable | None:
    """What tells that two registry facts are about the same, beyond what is founded."""
    find = _SAME.get(type(fact))
    return None if find is None else (type(fact), find(fact))


_RESTS_ON: Final[dict[type[Fact], type[Fact]]] = {
    r.ConsignmentContractEnded: r.ConsignmentContractSigned,
    r.ResponsiblePersonDesignated: r.ConsignmentContractSigned,
    r.LabelWithdrawn: r.LabelApproved,
}
_SAME: Final[dict[type[Fact], Callable[[Fact], Hashable]]] = {
    r.CertificationChanged: attrgetter("party", "scheme", "role", "issuer", "number"),
    r.ConsignmentContractSigned: attrgetter("exporter", "importer", "rcb"),
}
"""A certification is its key; of contracts those of the same three parties."""
