"""What the OpenAPI document says of sources and of what was refused."""

from typing import Final

from ledger.web.api.openapi import Shape, link, listing, many, maybe, one_of, reading, shown_of

_SOURCE: Final[Shape] = {
    "source": "", "events": 0, "last_position": 0, "last_recorded": "", "last_time": "",
    "kind": maybe("SCANNER"), "party": maybe("EXP-1"), "site": maybe("W1"),
}  # fmt: skip
SOURCES: Final = listing("Who reports", "sources", many(_SOURCE), {})
_REFUSAL: Final[Shape] = {
    "number": 0, "recorded_at": "", "door": "", "place": "", "index": 0, "reason": "", "path": "",
    "id": maybe(), "size": maybe(kind=int), "sha256": "", "payload": "",
}  # fmt: skip
REFUSALS: Final = listing(
    "What was refused",
    "refusals",
    many(_REFUSAL),
    {"receipt": link("get_receipt", event_id="/refusals/0/id")},
)
_LETTER: Final[Shape] = {
    **_REFUSAL, "by": maybe("EXP-1"), "source": maybe("SCAN-1"),
    "state": one_of("new", "mended", "replayed", "dismissed"), "fact": maybe(),
    "settled_at": maybe(), "party": maybe(), "person": maybe(),
}  # fmt: skip
LETTERS: Final = listing(
    "Refused messages and what became of them",
    "dead_letters",
    many(_LETTER, shown_of(_LETTER)),
    {
        "dead_letter": link("get_dead_letter", number="/dead_letters/0/number"),
        "receipt": link("get_receipt", event_id="/dead_letters/0/id"),
    },
)
LETTER: Final = reading(
    "A refused message with what people did about it",
    {**_LETTER, "number": 7, "history": many()},
    links={"fact": link("get_event", event_id="/fact")},
)
