"""`ledger unproven`, `criteria` and `herd`: what records of lots, parties and herds show."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ledger.commands.completing import classes, codes, of
from ledger.commands.lot import Asked, asking, coded
from ledger.commands.options import OnOption, day, spread, today_or
from ledger.commands.output import Format, FormatOption, print_json, say, show
from ledger.commands.printing import Printing, print_list
from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.web.asking.unproven import Wanted

UNPROVEN: Final = 1
_page_lots: Final = 100
"""Lots looked at together; what is held in memory is a page of lots and the registry."""
_SHOWN: Final = ("lot", "product", "operator", "produced_on", "code", "label", "detail",
                 "shown_by")  # fmt: skip


@spread(Printing)
def unproven(
    party: Annotated[str | None, typer.Option(help="Only of this maker.")] = None,
    lot: Annotated[str | None, typer.Option(help="Only this lot.")] = None,
    class_: Annotated[
        str | None,
        typer.Option("--class", autocompletion=of(classes), help="Only this product class."),
    ] = None,
    code: Annotated[
        str | None, typer.Option(autocompletion=of(codes), help="Only this code.")
    ] = None,
    on: OnOption = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 where there is any.")] = False,
    *,
    printing: Printing,
) -> None:
    """List which lots are unproven: by what, and what would show it.

    Claims are judged on the day of a label's first seal, or --on a day, of lots made by then.
    Example: ledger unproven --party PRC-1 --code RECORD_CONTENT
    """
    from ledger.labels.describe import known_class, known_code
    from ledger.views.known import Named, check_known
    from ledger.web.asking.unproven import Wanted

    wanted = Wanted(party, lot, None if class_ is None else known_class(class_),
                    None if code is None else known_code(code), day(on, "--on"))  # fmt: skip
    with asking() as asked:
        check_known(asked.rows, asked.log, (Named.PARTY, party), (Named.LOT, lot))
        rows = [row for page in _pages(asked, wanted) for row in page]
        notes = printing.notes(asked.log, asked.rows, **wanted._asdict())
    print_list(
        rows, printing, "unproven", columns=_SHOWN, notes=notes, empty="Nothing is unproven."
    )
    if printing.is_table:
        for sentence in dict.fromkeys(f"{row['code']}: {row['en']} {row['ja']}" for row in rows):
            say(sentence)
    if check and rows:
        raise typer.Exit(UNPROVEN)


def _pages(asked: Asked, wanted: "Wanted") -> Iterator[list[dict[str, Any]]]:
    from ledger.views.lazy_record import LazyRecord, registry_facts
    from ledger.views.lots import names
    from ledger.web.asking.unproven import judged

    rows, log = asked.rows, asked.log
    if wanted.lot is not None:
        yield [*judged(rows, log, asked.record, [wanted.lot], wanted)]
        return
    registered = registry_facts(rows, log)
    last = ""
    while page := names(rows, last, _page_lots):
        last = page[-1]
        yield [*judged(rows, log, LazyRecord(rows, log, registered), page, wanted)]


@spread(Printing)
def criteria(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="A registered party.")],
    of: Annotated[
        str | None, typer.Option("--criteria", metavar="X", help="As PLANT; default: its own.")
    ] = None,
    on: OnOption = None,
    *,
    printing: Printing,
) -> None:
    """Show what the technical criteria ask of a party, and what it has shown on a day.

    Example: ledger criteria PRC-1 --criteria PLANT --on 2026-04-01
    """
    from ledger.labels.criteria_card import criterion_rows
    from ledger.views.known import Named, check_known

    at: date = today_or(on)
    with asking() as asked:
        check_known(asked.rows, asked.log, (Named.PARTY, party))
        rows = criterion_rows(asked.record, party, at, of)
        notes = printing.notes(asked.log, asked.rows, party=party, criteria=of, on=at)
    print_list(
        rows, printing, "criteria", notes=notes,
        columns=("criteria", "subject", "item", "contractor", "state", "on", "until"),
        empty="No criteria are asked of it: it has no valid JAS certificate on that day.",
    )  # fmt: skip


_PARTS: Final = (
    ("history", "As recorded, the latest first", ("time", "species", "heads", "origin",
                                                  "organic_since", "event", "codes")),
    ("left", "Animals that left", ("on", "heads", "how", "event")),
    ("feed", "Feed", ("from", "until", "stage", "heads", "kg", "shares", "codes")),
    ("entries", "Process record", ("activity", "on", "until", "lot", "substance", "codes")),
    ("lots", "Lots made from it", ("lot", "product", "produced_on", "status", "codes")),
)  # fmt: skip


def herd(
    name: Annotated[str, typer.Argument(metavar="HERD", help="The herd.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Show a herd: where it came from, its feed by period, its records, the lots made from it.

    Example: ledger herd H-7
    """
    from ledger.labels.herd_card import herd_card
    from ledger.views.known import Named, check_known
    from ledger.views.replacing import replaced_of

    with asking() as asked:
        check_known(asked.rows, asked.log, (Named.HERD, name))
        card = herd_card(asked.record, name, partial(replaced_of, asked.rows))
    if card is None:
        raise Misuse(f"Others name the herd {name!r}, but nobody recorded it itself.")
    if form is Format.JSON:
        print_json(card)
        return
    plain = {key: value for key, value in card.items() if not isinstance(value, list | dict)}
    show(
        [{"of the herd": key, "": value} for key, value in plain.items() if value is not None],
        form, title=f"Herd {name}",
    )  # fmt: skip
    judged_rows = [row for key, _, _ in _PARTS for row in card[key]]
    for key, title, columns in _PARTS:
        if card[key]:
            show([coded(row) for row in card[key]], form, columns=columns, title=title)
    for sentence in dict.fromkeys(
        f"{code['code']}: {code['en']} {code['ja']}"
        for row in judged_rows
        for code in row.get("codes", ())
    ):
        say(sentence)
