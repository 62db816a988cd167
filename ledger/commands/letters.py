"""`ledger dead-letters list`, `show`, `export`: what was refused, and what became of it.

Nothing is removed: a letter stays as it was refused, and beside it who mended it, sent its bytes
through the intake again, or dismissed it, and why.
"""

import base64
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, TextIO

import typer

from ledger.cases.letter import LetterState
from ledger.commands.home import opened
from ledger.commands.options import LimitOption, among, limited, since_option, spread
from ledger.commands.output import Format, FormatOption, say, show
from ledger.commands.printing import Printing, print_list
from ledger.commands.viewing import viewing
from ledger.errors import Misuse
from ledger.facts.scalars import time_text

if TYPE_CHECKING:
    from ledger.log import Log, Rows
    from ledger.views.letters import Asked, Kept

STDOUT: Final = "-"
_page_letters = 500
_REASONS: Final = (
    "too-large", "undecodable", "unknown-schema", "invalid", "not-permitted", "conflict",
)  # fmt: skip
_COLUMNS: Final = (
    "number", "recorded_at", "state", "reason", "path", "door", "by", "source", "size",
)  # fmt: skip
_DONE: Final = ("recorded_at", "decision", "person", "outcome", "fact", "reason", "text")
_ANY: Final = "all"


class Filters(NamedTuple):
    """Which dead letters a command is about: each field is an option."""

    reason: Annotated[
        list[str] | None,
        typer.Option("--reason", help=f"Only these reasons: {', '.join(_REASONS)}."),
    ] = None
    sender: Annotated[
        str | None,
        typer.Option(
            "--sender", "--source", metavar="ID",
            help="Only of this party, as the door vouched for it, or of this source.",
        ),
    ] = None  # fmt: skip
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state", help=f"One of {', '.join(LetterState)}, or {_ANY}; else those not settled."
        ),
    ] = None
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Refused from then on: RFC 3339, or a date."),
    ] = None

    @property
    def given(self) -> bool:
        """Whether anything narrows them down."""
        return any((self.reason, self.sender, self.since))

    def asked(self) -> "Asked":
        """The same as the view is asked; raises Misuse for what there is not."""
        from ledger.views.letters import Asked

        states = [*LetterState] if _ANY in (self.state or ()) else self.state or [LetterState.NEW]
        return Asked(
            reasons=among(self.reason or (), _REASONS, "reason"),
            states=tuple(map(LetterState, among(states, [*LetterState], "state"))),
            sender=self.sender,
            since=since_option(self.since),
        )


NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="The letter's number.")]


@spread(Filters)
@spread(Printing)
def list_(
    filters: Filters,
    limit: LimitOption = None,
    *,
    printing: Printing,
) -> None:
    """List what was refused and is not settled: when, why, from whom.

    Example: ledger dead-letters list --reason invalid --since 2026-04-01
    """
    from ledger.views.letters import kept

    asked = filters.asked()
    with opened() as log, viewing(log) as rows:
        most = limited(limit, screen=printing.is_table)
        found = [_row(one) for one in kept(rows, asked, most)]
        notes = printing.notes(log, rows, **filters._asdict())
        if not found:
            check_sender(rows, log, asked.sender)
        such = "such " if log.dead_letters_last() else ""
    print_list(
        found, printing, "dead_letters", columns=_COLUMNS, notes=notes,
        empty=f"There is no {such}dead letter.",
    )  # fmt: skip


def show_(number: NumberArgument, form: FormatOption = Format.TABLE) -> None:
    """Show one letter: why it was refused, what it says, what was done about it.

    Example: ledger dead-letters show 7 --format json
    """
    from ledger.views.letters import Kept
    from ledger.web.asking.letters import history
    from ledger.web.asking.letters_settled import letter

    with opened() as log:
        found = Kept(*letter(log, number))
        row = _row(found) | {"payload": _text(found.dead_letter.refusal.payload)}
        refusal = found.dead_letter.refusal
        others = [] if refusal.id is None else log.refused(refusal.id)
        row["same_id"] = [one.number for one in others if one.number != number]
        row["history"] = [one._asdict() for one in history(log, number)]
    done = row.pop("history")
    fields = [{"field": name, "value": _plain(value)} for name, value in row.items()]
    show(fields, form, data={**row, "history": done})
    if form is Format.TABLE and done:
        show(done, form, columns=_DONE, title="What was done about it")


@spread(Filters)
def export(
    file: Annotated[Path, typer.Argument(help="The NDJSON file to write; - is stdout.")],
    filters: Filters,
    raw: Annotated[
        bool, typer.Option("--raw", help="What was refused as text where it is some, not base64.")
    ] = False,
) -> None:
    """Write letters with all that was kept of them, one a line, first to last.

    Example: ledger dead-letters export letters.ndjson --state all --raw
    """
    asked, count = filters.asked(), 0
    with opened() as log, _out(file) as out:
        for one in _oldest_first(log, asked):
            out.write(json.dumps(_whole(one, raw=raw), ensure_ascii=False) + "\n")
            count += 1
    say(f"{count:,} dead letters are in {'stdout' if str(file) == STDOUT else file}.")


def check_sender(rows: "Rows", log: "Log", sender: str | None) -> None:
    """Raise Misuse, with the nearest, where a sender is neither of a letter nor of any fact."""
    from ledger.views.known import Named, check_known, is_known
    from ledger.views.letters import Asked, kept

    if sender is None or kept(rows, Asked(states=[*LetterState], sender=sender), 1):
        return
    if not is_known(rows, Named.PARTY, sender):
        check_known(rows, log, (Named.SOURCE, sender))


def _oldest_first(log: "Log", asked: "Asked") -> "Iterator[Kept]":
    """Every letter asked for, a page at a time, by number."""
    from ledger.views.letters import kept
    from ledger.views.reading import reading

    pages: list[list[int]] = []
    before: int | None = None
    while True:
        with viewing(log) if before is None else reading(log) as rows:
            page = kept(rows, asked._replace(before=before), _page_letters)
            if not page and before is None:
                check_sender(rows, log, asked.sender)
        if not page:
            break
        pages.append([one.dead_letter.number for one in page])
        before = pages[-1][-1]
    for numbers in reversed(pages):
        with reading(log) as rows:
            until = asked._replace(before=numbers[0] + 1)
            yield from reversed(kept(rows, until, len(numbers)))


def _row(one: "Kept") -> dict[str, Any]:
    """A letter as programs read it, without its bytes."""
    from ledger.views.letters import source_of, told

    dead_letter, refusal = one.dead_letter, one.dead_letter.refusal
    became = told(one.letter)
    return {
        "number": dead_letter.number, "recorded_at": time_text(dead_letter.recorded_at, 0),
        "state": became.pop("state"), "reason": refusal.reason, "path": refusal.path,
        "door": refusal.door, "by": refusal.by, "source": source_of(refusal),
        "place": refusal.place, "index": refusal.index,
        "id": None if refusal.id is None else str(refusal.id),
        "size": len(refusal.payload) if refusal.size is None else refusal.size,
        "sha256": refusal.sha256.hex(), **became,
    }  # fmt: skip


def _whole(one: "Kept", *, raw: bool) -> dict[str, Any]:
    """A letter with all that was kept of it."""
    refusal = one.dead_letter.refusal
    text = _text(refusal.payload) if raw else None
    key = None if refusal.key is None else base64.b64encode(refusal.key).decode()
    return _row(one) | {
        "sent_by_person": refusal.person, "timestamp": refusal.timestamp, "key": key,
        "headers": None if refusal.headers is None else json.loads(refusal.headers),
        "encoding": "base64" if text is None else "utf-8",
        "payload": base64.b64encode(refusal.payload).decode() if text is None else text,
    }  # fmt: skip


def _plain(value: object) -> str:
    """A value of whatever kind, as it stands beside its name."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _text(payload: bytes) -> str | None:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None


def _out(file: Path) -> AbstractContextManager[TextIO]:
    try:
        return nullcontext(sys.stdout) if str(file) == STDOUT else file.open("w", encoding="utf-8")
    except OSError as error:
        raise Misuse(f"{file} cannot be written: {error.strerror}.") from None
