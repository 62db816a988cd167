"""The parts of the desk: which a role has, which pages belong to each, where a page stands."""

from collections.abc import Mapping, Sequence
from typing import Final

from ledger.web.problems import said

_GOODS: Final = ("cases", "marks", "lots", "shipments")
SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "certifier": (
        "pairs", "months", "cases", "marks", "shipments", "certificates", "parties", "upload",
    ),
    "importer": ("pairs", "months", *_GOODS, "certificates", "upload"),
    "exporter": ("pairs", *_GOODS, "reports", "upload"),
    "processor": ("pairs", *_GOODS, "reports", "upload"),
    "scanner": ("pairs", "sources"),
    "operator": ("pairs", "months", "cases", "sources", "parties", "upload", "audit"),
}  # fmt: skip
"""By role: the parts of the desk that it has, in order."""
GROUPS: Final[Mapping[str, Sequence[str]]] = {
    "marks": ("marks", "statements", "dispatches", "contracts"),
    "lots": ("lots", "products", "labels", "unproven", "substances"),
    "shipments": ("shipments", "complaints"),
    "certificates": ("certificates", "reports", "requests"),
    "reports": ("reports", "certificates", "requests"),
    "parties": ("parties", "people", "years"),
    "sources": ("sources",),
}
"""By part: the lists that belong to it, its own first."""
_ELSEWHERE: Final[Mapping[str, Sequence[str]]] = {
    "marks": ("parties",),
    "lots": ("shipments", "parties"),
    "shipments": ("parties",),
    "certificates": ("reports", "parties"),
    "parties": ("marks",),
    "sources": ("parties", "marks"),
}
"""By part: where its lists stand for a role that does not have it."""
LIST_OF: Final[Mapping[str, str]] = {
    "mark": "marks", "seal": "marks", "statement": "statements", "dispatch": "dispatches",
    "contract": "contracts", "lot": "lots", "herd": "lots",
    "criteria": "parties", "product": "products", "label": "labels", "shipment": "shipments",
    "complaint": "complaints", "certificate": "certificates", "report": "reports",
    "request": "requests", "party": "parties", "person": "people", "year": "years",
    "source": "sources", "refusal": "sources", "event": "sources", "pair": "pairs",
    "figure": "pairs", "period": "months", "case": "cases", "cases-bulk": "cases",
    "upload-check": "upload", "upload-progress": "upload", "import": "upload",
}  # fmt: skip
"""By page of one thing: the list that it stands in."""
WORDS: Final[Mapping[str, str]] = {
    "pairs": said("Pairs"),
    "months": said("Month-end"),
    "cases": said("Cases"),
    "marks": said("Marks and stock"),
    "statements": said("Seal ledgers"),
    "dispatches": said("Dispatches"),
    "contracts": said("Contracts"),
    "lots": said("Lots"),
    "products": said("Products"),
    "labels": said("Labels"),
    "unproven": said("What is unproven"),
    "substances": said("Substances"),
    "shipments": said("Shipments"),
    "complaints": said("Complaints"),
    "certificates": said("Certificates"),
    "reports": said("Seal reports"),
    "requests": said("Requests for certificates"),
    "parties": said("Parties"),
    "people": said("People"),
    "years": said("Annual reports"),
    "sources": said("Sources"),
    "upload": said("Tables"),
    "audit": said("Trail"),
}
_OWN_WORDS: Final[Mapping[tuple[str, str], str]] = {
    ("exporter", "pairs"): said("My seals"),
    ("processor", "pairs"): said("My seals"),
    ("scanner", "pairs"): said("My device"),
    ("exporter", "reports"): said("Reports and certificates"),
    ("processor", "reports"): said("Reports and certificates"),
}
"""By role and part: what it is called there."""


def word_of(role: str, page: str) -> str:
    """What a part of the desk, or a list, is called for a role."""
    return _OWN_WORDS.get((role, page), WORDS.get(page, page))


def sections_of(role: str) -> list[tuple[str, str]]:
    """The parts that a role has, each with its word."""
    return [(page, word_of(role, page)) for page in SECTIONS.get(role, ())]


def lists_of(role: str, section: str) -> list[tuple[str, str]]:
    """The lists of a part, those of parts that the role has not included, each with its word."""
    mine = SECTIONS.get(role, ())
    found = [*GROUPS.get(section, ())] if section in mine else []
    for absent, others in _ELSEWHERE.items():
        if absent not in mine and section == next((one for one in others if one in mine), None):
            found += [page for page in GROUPS[absent] if page not in found]
    return [(page, WORDS[page]) for page in found] if len(found) > 1 else []


def section_of(role: str, page: str) -> str:
    """The part that a page belongs to, for a role."""
    of = LIST_OF.get(page, page)
    mine = SECTIONS.get(role, ())
    if of in mine:
        return of
    for section in mine:
        if of in (name for name, _ in lists_of(role, section)):
            return section
    return ""


def trail_of(role: str, page: str) -> list[tuple[str, str]]:
    """What stands above a page: the part and the list that it is in, each with its word."""
    of = LIST_OF.get(page)
    steps = [section_of(role, page), *([of] if of else [])]
    return [(name, word_of(role, name)) for name in dict.fromkeys(steps) if name and name != page]
