"""Which page shows the subject of a case, where one does."""

from collections.abc import Mapping
from typing import Final

from ledger.rules.violation import SubjectKind, parts_of

_NAMED: Final[Mapping[SubjectKind, tuple[str, tuple[str, ...]]]] = {
    SubjectKind.ACCOUNT: ("statement", ("mark", "holder", "site")),
    SubjectKind.LOT: ("lot", ("lot",)),
    SubjectKind.SHIPMENT: ("shipment", ("shipment",)),
    SubjectKind.CERTIFICATE: ("certificates", ("issuer", "number")),
    SubjectKind.ISSUER: ("certificates", ("issuer",)),
    SubjectKind.APPLICATION: ("event", ("id",)),
    SubjectKind.EVENT: ("event", ("id",)),
    SubjectKind.SOURCE: ("sources", ("source",)),
}
"""By kind of subject: its page, and what the parts of its key are called there."""


def page_of(kind: SubjectKind, key: str) -> tuple[str, dict[str, str]] | None:
    """The page of a subject and the words its address takes; None where none shows it."""
    found = _NAMED.get(kind)
    if found is None:
        return None
    page, names = found
    return page, dict(zip(names, parts_of(key), strict=False))
