"""The ids of the ledger's own streams: the same question always has the same one.

Facts with an id of version 8 are refused at every door, so nobody can occupy a case's place.
"""

from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("8f8e3c53-9d5b-5bb6-a4d1-0a6b7a5c9d10")
_VERSION_BITS: Final = 0xF << 76
_VERSION_8: Final = 8 << 76


def _own(*parts: str) -> UUID:
    # No part holds a line feed: ids and certificate numbers are printable.
    derived = uuid5(_NAMESPACE, "\n".join(parts))
    return UUID(int=derived.int & ~_VERSION_BITS | _VERSION_8)


def case_id(rule: str, subject_kind: str, subject: str, discriminator: str) -> UUID:
    """The id of the one discrepancy of a rule about a subject under a discriminator."""
    return _own("case", rule, subject_kind, subject, discriminator)


def period_id(importer: str, rcb: str, period: str) -> UUID:
    """The id of a pair's period."""
    return _own("period", importer, rcb, period)
