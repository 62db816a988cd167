"""`ledger event` and `ledger receipt`: one event, as it was recorded and what became of it."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from ledger.commands.home import opened
from ledger.commands.options import spread
from ledger.commands.output import Format, FormatOption, show
from ledger.commands.prefixes import event_of
from ledger.commands.printing import Printing, print_list
from ledger.errors import Misuse, Unavailable

if TYPE_CHECKING:
    from ledger.log import Log, Recorded

_RECEIPT: Final = ("recorded_at", "door", "by", "person", "sha256", "dead_letter")
_ALWAYS: Final = frozenset({"recorded_at", "door", "by", "person", "sha256"})
_WHAT: Final = ("outcome", "position", "recorded_at", "sha256")
_WHO: Final = ("door", "by", "person")
_RECORDED: Final = (*_WHAT, "warning", *_WHO, "dead_letter")
_REFUSED: Final = (*_WHAT, "reason", "path", "place", *_WHO, "dead_letter")
"""What is told of an event besides its id."""
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The event's id, or how that begins.")
]


@spread(Printing)
def event(event_id: IdArgument, printing: Printing) -> None:
    """Show an event as recorded, with its receipt and what it moved.

    Example: ledger event 0198c0de-0000-7000-8000-000000000001
    """
    with opened() as log:
        asked = event_of(log, event_id, refused=True)
        stream = log.get([asked]).get(asked)
        if stream is None:
            raise Misuse(_unknown(log, asked))
        letter = _letter(log, asked)
        found = [_shown(recorded, letter) for recorded in stream]
        notes = printing.notes(log, event=asked)
    if not printing.is_table:
        moved = [move for one in found for move in one["moves"]]
        whole = found[0] if len(found) == 1 else found
        print_list(moved, printing, "moves", data=whole, notes=notes)
        return
    form = Format.TABLE
    for one in found:
        fields = [{"field": name, "value": _text(value)} for name, value in one["event"].items()]
        show(fields, form, title=f"{one['topic']} at position {one['position']}")
        lines = [
            {"receipt": name, "value": _text(one[name] or "-")}
            for name in _RECEIPT
            if name in _ALWAYS or one[name]
        ]
        show(lines, form)
        show(
            one["moves"], form, columns=("mark", "from", "to", "seals"), empty="It moved no seals."
        )


def receipt(event_id: IdArgument, form: FormatOption = Format.TABLE) -> None:
    """Show what the ledger answered for an event: recorded, or refused and why.

    Example: ledger receipt 0198c0de-0000-7000-8000-000000000001 --format json
    """
    from ledger.web.asking.records import receipt as told

    with opened() as log:
        asked = event_of(log, event_id, refused=True)
        rows = [
            {"id": str(asked)} | {name: known[name] for name in names}
            for names, known in (
                *(
                    (_RECORDED, told(one, _letter(log, asked)))
                    for one in log.get([asked]).get(asked, ())
                ),
                *(
                    (_REFUSED, {**told(one), "place": one.refusal.place})
                    for one in log.refused(asked)
                ),
            )
        ]
    if not rows:
        raise Misuse(f"Nothing was ever reported under {asked}.")
    show(rows, form, data=rows[0] if len(rows) == 1 else rows)


def _letter(log: "Log", event_id: UUID) -> int | None:
    """The dead letter in whose place an event was recorded, as far as the views know."""
    from ledger.views.letters import letters_behind
    from ledger.views.reading import reading

    with suppress(Unavailable), reading(log) as rows:
        return letters_behind(rows, [event_id]).get(event_id)
    return None


def _unknown(log: "Log", asked: UUID) -> str:
    letters = log.refused(asked)
    if letters:
        last = letters[-1].refusal
        return f"{asked} was refused: {last.reason} {last.path}".rstrip() + "."
    return f"There is no event {asked}."


def _shown(recorded: "Recorded", letter: int | None) -> dict[str, Any]:
    """An event with its receipt; why it was refused is not asked, as it was not."""
    from ledger.web.asking.records import shown

    found = {"id": str(recorded.id), **shown(recorded, letter)}
    return {name: found[name] for name in ("topic", "version", "id", *_RECORDED, "event", "moves")}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
