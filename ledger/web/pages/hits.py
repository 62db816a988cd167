"""What a search found, in a line each: what it is, since when, and how many cases are open."""

from collections.abc import Callable
from typing import Any, Final

from ledger.custody.places import Kind
from ledger.web.asking.search import Answer, Found
from ledger.web.pages.dates import in_japan
from ledger.web.pages.language import Language, language
from ledger.web.pages.rendering import page_of
from ledger.web.pages.words import PAPERS
from ledger.web.problems import said

FOUND_BY: Final[dict[str, str]] = {
    "invoice": said("invoice number"),
    "lading": said("bill of lading"),
    "seal": said("container seal"),
    "pack": said("number on the pack"),
    "number": said("number"),
}
"""By what besides an id or a name something was found."""


LEFT: Final = said("left")
ARRIVED: Final = said("arrived")


def address_of(found: Found) -> tuple[str, dict[str, str]] | None:
    """The page of what was found, and the words of its address."""
    kind, key = found.hit.kind, found.hit.key
    if kind == "site":
        return "statements", {"holder": key.partition(" ")[0]}
    if kind == "document":
        return "event", {"id": key}
    if kind == "period":
        importer, rcb, period = key.split(" ")
        return "period", {"importer": importer, "rcb": rcb, "period": period}
    return page_of(kind, key)


def line_of(found: Found, spoken: Language) -> str:
    """What a hit is, in a line."""
    parts = [*_told(found, spoken)]
    if found.hit.what in FOUND_BY and found.hit.kind != "seal":
        parts.append(spoken.say(FOUND_BY[found.hit.what]))
    if found.hit.kind not in _WITHOUT_CASES:
        word = spoken.say(said("live cases") if found.hit.live else said("no case"))
        parts.append(f"{word}: {spoken.number(found.hit.live)}" if found.hit.live else word)
    return ", ".join(parts)


_WITHOUT_CASES: Final = frozenset({"seal", "site", "document", "period", "event", "case", "herd"})


def _told(found: Found, spoken: Language) -> list[str]:
    if found.hit.kind == "seal":
        return [_place(found, spoken)]
    if found.told is None:
        return []
    of = found.told.told
    tell: Callable[[dict[str, Any], Found, Language], list[str]] | None
    tell = _TELL.get(found.hit.kind)
    return [] if tell is None else [part for part in tell(of, found, spoken) if part]


def _place(found: Found, spoken: Language) -> str:
    if not found.steps:
        return spoken.say(said("not issued"))
    last = found.steps[0]
    if last.kind is None:
        return spoken.say(said("not yours to see"))
    kind = Kind(last.kind)
    key = f"{last.key} {last.site}".strip() if kind is Kind.STOCK else last.key or ""
    return spoken.word(kind.name, "place").replace("{}", key)


def _shipment(of: dict[str, Any], found: Found, spoken: Language) -> list[str]:
    del of
    assert found.told is not None  # noqa: S101 -- as whoever asks has looked
    left = f"{spoken.say(LEFT)} {spoken.day(in_japan(found.told.at).date())}"
    if found.beside is None:
        return [left, spoken.say(said("not arrived yet"))]
    return [left, f"{spoken.say(ARRIVED)} {spoken.day(in_japan(found.beside.at).date())}"]


def _certificate(of: dict[str, Any], found: Found, spoken: Language) -> list[str]:
    state = found.beside.told["status"] if found.beside else "LIVE"
    return [spoken.day(of["issued_on"]), spoken.say(PAPERS.get(state, state))]


_TELL: Final[dict[str, Callable[[dict[str, Any], Found, Language], list[str]]]] = {
    "party": lambda of, _, spoken: [spoken.word(role, "role") for role in of["roles"]],
    "mark": lambda of, _, _s: [f"{of['importer']} × {of['rcb']}"],
    "product": lambda of, _, _s: [of["operator"]],
    "label": lambda of, _, _s: [of["claim"], of["product"]],
    "lot": lambda of, _, spoken: [
        of.get("product") or "", spoken.day(of.get("produced_on")),
    ],
    "shipment": _shipment,
    "certificate": _certificate,
    "contract": lambda of, _, spoken: [
        f"{of['exporter']} – {of['importer']}", spoken.day(of["from"]),
    ],
    "dispatch": lambda of, _, spoken: [
        of["mark"], f"{of['from_holder']} → {of['to_holder']}", spoken.number(of["count"]),
    ],
    "report": lambda of, _, _s: [of["shipment"]],
    "request": lambda of, _, _s: [of["shipment"], of["invoice"]],
    "person": lambda of, _, _s: [of.get("party") or ""],
    "source": lambda of, _, _s: [of.get("party") or "", of.get("site") or ""],
    "complaint": lambda of, _, _s: [of["party"]],
}  # fmt: skip
"""By kind: what is told of it."""


RANKS: Final = ("exact", "number", "alike", "begins", "word", "else")
"""How well something fits, best first."""


def hit_rows(answer: Answer, spoken: Language | None = None) -> list[dict[str, Any]]:
    """What was found, a row each, lines in a language, else in English."""
    tongue = spoken or language("en")
    return [
        {
            "kind": one.hit.kind,
            "id": one.hit.key.replace("%20", " "),
            "name": one.name or None,
            "line": line_of(one, tongue),
            "cases": one.hit.live,
            "rank": RANKS[one.hit.rank],
            "total": one.hit.total,
        }
        for one in answer.found
    ]
