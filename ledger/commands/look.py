"""`ledger event` and `ledger receipt`: one event, as it was recorded and what became of it."""

import json
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from ledger.commands.home import opened
from ledger.commands.output import Format, FormatOption, print_json, show
from ledger.custody.moves import moves
from ledger.errors import Misuse
from ledger.facts.canonical import decode
from ledger.facts.catalogue import DECISIONS
from ledger.facts.scalars import time_text
from ledger.log import Log, Recorded

_RECEIPT: Final = ("recorded_at", "door", "by", "person", "sha256")
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The event's id, a UUID.")]


def event(event_id: IdArgument, form: FormatOption = Format.TABLE) -> None:
    """Show an event as recorded, with its receipt and what it moved.

    Example: ledger event 0198c0de-0000-7000-8000-000000000001
    """
    asked = _uuid(event_id)
    with opened() as log:
        stream = log.get([asked]).get(asked)
        if stream is None:
            raise Misuse(_unknown(log, asked))
        shown = [_shown(recorded) for recorded in stream]
    if form is Format.JSON:
        print_json(shown[0] if len(shown) == 1 else shown)
        return
    for one in shown:
        fields = [{"field": name, "value": _text(value)} for name, value in one["event"].items()]
        show(fields, form, title=f"{one['topic']} at position {one['position']}")
        told = [{"receipt": name, "value": _text(one[name] or "-")} for name in _RECEIPT]
        show(told, form)
        show(
            one["moves"], form, columns=("mark", "from", "to", "seals"), empty="It moved no seals."
        )


def receipt(event_id: IdArgument, form: FormatOption = Format.TABLE) -> None:
    """Show what the ledger answered for an event: recorded, or refused and why.

    Example: ledger receipt 0198c0de-0000-7000-8000-000000000001 --format json
    """
    asked = _uuid(event_id)
    with opened() as log:
        rows = [_receipt(recorded) for recorded in log.get([asked]).get(asked, [])]
        rows += [
            {
                "id": str(asked),
                "outcome": "refused",
                "position": None,
                "recorded_at": time_text(letter.recorded_at, 0),
                "sha256": letter.refusal.sha256.hex(),
                "reason": letter.refusal.reason,
                "path": letter.refusal.path,
                "place": letter.refusal.place,
                "door": letter.refusal.door,
                "by": letter.refusal.by,
                "person": letter.refusal.person,
            }
            for letter in log.refused(asked)
        ]
    if not rows:
        raise Misuse(f"Nothing was ever reported under {asked}.")
    show(rows, form, data=rows[0] if len(rows) == 1 else rows)


def _unknown(log: Log, asked: UUID) -> str:
    letters = log.refused(asked)
    if letters:
        last = letters[-1].refusal
        return f"{asked} was refused: {last.reason} {last.path}".rstrip() + "."
    return f"There is no event {asked}."


def _shown(recorded: Recorded) -> dict[str, Any]:
    posted = () if recorded.topic in DECISIONS else moves(decode(recorded.state))
    return {
        "topic": recorded.topic,
        "version": recorded.version,
        **_receipt(recorded),
        "event": json.loads(recorded.state),
        "moves": [
            {
                "mark": move.mark,
                "from": move.source.name(),
                "to": move.target.name(),
                "seals": move.seals,
            }
            for move in posted
        ],
    }


def _receipt(recorded: Recorded) -> dict[str, Any]:
    return {
        "id": str(recorded.id),
        "outcome": "recorded",
        "position": recorded.position,
        "recorded_at": time_text(recorded.recorded_at, 0),
        "sha256": sha256(recorded.state).hexdigest(),
        "door": recorded.door,
        "by": recorded.by,
        "person": recorded.person,
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise Misuse(f"{text!r} is no event id: give a UUID.") from None
