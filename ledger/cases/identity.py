"""The ids of the ledger's own streams: the same question always has the same one.

Facts with an id of version 8 are refused at every door, so nobody can occupy a case's place.
"""

from hashlib import sha1
from typing import Final
from uuid import UUID

_NAMESPACE: Final = UUID("8f8e3c53-9d5b-5bb6-a4d1-0a6b7a5c9d10").bytes
_ID_BYTES: Final = 16
_FIXED_BITS: Final = 0xF << 76 | 0x3 << 62
_VERSION_8: Final = 8 << 76 | 2 << 62


def _own(*parts: str) -> UUID:
    # As an id of version 5 is derived, but of version 8. No part holds a line feed: ids and
    # certificate numbers are printable.
    name = "\n".join(parts).encode()
    derived = sha1(_NAMESPACE + name, usedforsecurity=False).digest()[:_ID_BYTES]
    return UUID(int=int.from_bytes(derived, "big") & ~_FIXED_BITS | _VERSION_8)


def case_id(rule: str, subject_kind: str, subject: str, discriminator: str) -> UUID:
    """The id of the one discrepancy of a rule about a subject under a discriminator."""
    return _own("case", rule, subject_kind, subject, discriminator)


def period_id(importer: str, rcb: str, period: str) -> UUID:
    """The id of a pair's period."""
    return _own("period", importer, rcb, period)


def letter_id(number: int) -> UUID:
    """The id of what people do about the dead letter of that number."""
    return _own("letter", str(number))
