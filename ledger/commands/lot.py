"""`ledger lot`, `trace` and `retention`: the card of a lot, its way, until when records are kept.

Nothing is ever removed by itself, and the date never removes a case that is still open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from ledger.commands.home import opened
from ledger.commands.options import OnOption, spread, today_or
from ledger.commands.output import Format, FormatOption, print_json, say, show
from ledger.commands.printing import Printing, print_list
from ledger.errors import Misuse
from ledger.rules.violation import SubjectKind

if TYPE_CHECKING:
    from ledger.cases.discrepancy import Case
    from ledger.log import Log
    from ledger.views.folding import Rows
    from ledger.views.lazy_record import LazyRecord

_CASES_OF: Final = frozenset(
    {
        SubjectKind.LOT,
        SubjectKind.APPLICATION,
        SubjectKind.EVENT,
        SubjectKind.SHIPMENT,
        SubjectKind.CERTIFICATE,
        SubjectKind.REPORT,
    }
)
"""Kinds of subject that are about goods; cases of a party or an account are about all of them."""

_UNRECORDED: Final = "Others name the lot {!r}, but nobody recorded it itself."


class Asked(NamedTuple):
    """The log and its views, and a record that asks them."""

    record: "LazyRecord"
    rows: "Rows"
    log: "Log"


@contextmanager
def asking() -> Iterator[Asked]:
    """Open the home to look at single lots, products or labels; the tables are checked first."""
    from ledger.labels.describe import check_tables
    from ledger.views import schema
    from ledger.views.lazy_record import LazyRecord
    from ledger.views.reading import reading

    check_tables()
    with opened() as log, reading(log) as rows:
        schema.position(rows)
        yield Asked(LazyRecord(rows, log), rows, log)


def live_cases(asked: Asked, lot: str) -> "list[Case]":
    """Cases that still ask for attention: of the lot, its events, its shipments and papers."""
    from ledger.cases.discrepancy import LIVE
    from ledger.rules.subjects import subjects_of
    from ledger.views.cases import cases_of
    from ledger.views.lazy_record import OF_LOT
    from ledger.views.loading import applications_to, facts_about

    rows, log = asked.rows, asked.log
    subjects = {(str(SubjectKind.LOT), lot)}
    for record in (
        facts_about(rows, log, [(about, lot) for about in OF_LOT]),
        applications_to(rows, log, [lot]),
    ):
        subjects |= {
            (str(subject.kind), subject.key)
            for known in record
            for subject in subjects_of(known.fact)
            if subject.kind in _CASES_OF and (subject.kind is not SubjectKind.LOT)
        }
    found = cases_of(rows, sorted(subjects))
    return sorted(
        (case for case in found if case.state in LIVE),
        key=lambda case: (case.rule, case.subject, case.discriminator),
    )


_PARTS = (
    ("sealed", "Seals", ("mark", "label", "version", "holder", "units", "seals", "applications")),
    ("removed", "Seals taken off", ("mark", "units", "seals", "event")),
    ("labels", "Labels", ("label", "version", "claim", "name", "on", "eligible", "codes")),
    ("grading", "Grading", ("result", "grader", "time", "records_complete", "linked_to_lot",
                            "method_conforms", "label_conforms", "codes")),
    ("shipments", "Shipments", ("shipment", "sealing_mode", "origin", "destination", "departed",
                                "arrived", "units", "units_arrived", "seals", "codes")),
    ("certificates", "Certificates", ("certificate", "form", "issued_on", "units", "net_weight",
                                      "live")),
    ("sales", "Sales", ("importer", "units", "claim", "country", "time")),
    ("herds", "Animals", ("herd", "species", "heads", "origin", "organic_since", "codes")),
    ("content", "What its records tell", ("number", "item", "told", "en")),
    ("unproven", "Unproven", ("code", "claim", "label", "detail", "shown_by")),
)  # fmt: skip


def lot(
    name: Annotated[str, typer.Argument(metavar="LOT", help="The lot.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Show all that is known of a lot: field, process, grading, seals, labels, papers, keeping.

    Example: ledger lot L-A1-0001-1
    """
    from ledger.labels.card import lot_card
    from ledger.views.known import Named, check_known
    from ledger.views.lots import cards
    from ledger.views.replacing import replaced_of
    from ledger.web.asking.unproven import unproven_of

    with asking() as asked:
        check_known(asked.rows, asked.log, (Named.LOT, name))
        told = lot_card(asked.record, name, partial(replaced_of, asked.rows))
        if told is None:
            raise Misuse(_UNRECORDED.format(name))
        (goods,) = cards(asked.rows, asked.log, [name])
        keeping = kept(asked, name)
        (unproven,) = unproven_of(asked.rows, asked.log, asked.record, [name])
    own = ("inputs", "children", "used_in", "held", "sealed", "removed", "sold_units")
    card = {
        **told,
        "number": goods["number"],
        "quantity": goods["quantity"],
        "units": goods["units"],
        "pack_weight": goods["pack_weight"],
        **{key: goods[key] for key in own},
        "unproven": unproven,
        "retention": keeping,
    }
    if form is Format.JSON:
        print_json(card)
    else:
        _printed(card, form)


def _printed(card: dict[str, Any], form: Format) -> None:
    """The card as tables, one for each of its parts; sentences for what stands against it."""
    plain = {key: value for key, value in card.items() if not isinstance(value, list | dict)}
    plain["keep_until"] = card["retention"]["keep_until"] or "open"
    plain["open_cases"] = ", ".join(card["retention"]["cases"]) or None
    if card["field"]:
        plain["field"] = ", ".join(f"{key} {value}" for key, value in card["field"].items()
                                   if key != "codes")  # fmt: skip
    plain["not recorded"] = ", ".join(card["process"]["missing"]) or None
    show(
        [{"of the lot": key, "": value} for key, value in plain.items() if value is not None],
        form, title=f"Lot {card['lot']}",
    )  # fmt: skip
    entries = [coded(entry) for entry in card["process"]["entries"]]
    if entries:
        columns = ("activity", "on", "substance", "quantity", "unit", "codes")
        show(entries, form, columns=columns, title="Process record")
    for key, title, shown in _PARTS:
        if card[key]:
            show([coded(row) for row in card[key]], form, columns=shown, title=title)
    for sentence in dict.fromkeys(_sentences(card)):
        say(sentence)


def coded(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the codes alone in place of codes and sentences."""
    if "codes" not in row:
        return row
    return {**row, "codes": [entry["code"] for entry in row["codes"]]}


def _sentences(card: dict[str, Any]) -> list[str]:
    judged = [*card["process"]["entries"], *card["grading"], *card["labels"], *card["shipments"]]
    if card["field"]:
        judged.append(card["field"])
    judged += card["herds"]
    codes = [code for row in judged for code in row.get("codes", ())] + card["unproven"]
    return [f"{code['code']}: {code['en']} {code['ja']}" for code in codes]


@spread(Printing)
def trace(
    lot: Annotated[str, typer.Argument(metavar="LOT", help="The lot.")],
    back: Annotated[bool, typer.Option("--back", help="Only where it came from.")] = False,
    forward: Annotated[bool, typer.Option("--forward", help="Only where it went.")] = False,
    *,
    printing: Printing,
) -> None:
    """Follow a lot: inputs, seals, shipments and certificates, back and forward.

    Example: ledger trace L-17 --format json
    """
    from ledger.views import schema
    from ledger.views.known import Named, check_known
    from ledger.views.reading import reading
    from ledger.views.trace import trace as traced

    both = back == forward
    with opened() as log, reading(log) as rows:
        schema.position(rows)
        check_known(rows, log, (Named.LOT, lot))
        found = traced(rows, log, lot, back=back or both, forward=forward or both)
        notes = printing.notes(log, rows, lot=lot)
    if not printing.is_table:
        steps = [{"direction": way} | step for way in ("back", "forward") for step in found[way]]
        print_list(steps, printing, "trace", data=found, notes=notes)
        return
    for way, title in (("back", "came from"), ("forward", "went to")):
        if both or (way == "back") == back:
            show(
                found[way], Format.TABLE, title=f"{lot} {title}",
                empty=f"Nothing is known of where {lot} {title}.",
            )  # fmt: skip


_page_lots: Final = 100
"""Lots looked at together; what is held in memory is a page of lots and the registry."""


@spread(Printing)
def retention(
    lot: Annotated[str | None, typer.Argument(metavar="LOT", help="The lot.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Every lot whose records may go.")] = False,
    on: OnOption = None,
    *,
    printing: Printing,
) -> None:
    """Say until when the records of a lot are kept, and which rule decides.

    Nothing is ever removed by itself, and a case still open keeps its records. Example:
    ledger retention --due --on 2031-04-01
    """
    if (lot is None) == (not due):
        raise Misuse("Name a lot, or ask for --due.")
    with asking() as asked:
        if lot is not None:
            rows = [kept(asked, lot)]
        else:
            past = [*_past(asked, today_or(on))]
            rows = [row for row in past if not row["cases"]]
            if waiting := len(past) - len(rows):
                say(f"Kept beyond their day for cases still open: {waiting:,} lots.")
        notes = printing.notes(asked.log, asked.rows, lot=lot, due=due, on=on)
    print_list(
        rows, printing, "retention", columns=["lot", "keep_until", "rule", "cases"],
        data=rows[0] if lot is not None else rows, notes=notes, empty="No records are due.",
    )  # fmt: skip


def kept(asked: Asked, lot: str) -> dict[str, Any]:
    """Until when a lot's records are kept, and the open cases that keep them; Misuse if unknown."""
    from ledger.labels.lots import lot_facts
    from ledger.views.known import Named, check_known

    check_known(asked.rows, asked.log, (Named.LOT, lot))
    if lot_facts(asked.record, lot) is None:
        raise Misuse(_UNRECORDED.format(lot))
    return _row(asked, asked.record, lot)


def _row(asked: Asked, record: "LazyRecord", lot: str) -> dict[str, Any]:
    from ledger.labels.describe import retention_row
    from ledger.labels.retention import keep_lot_until

    cases = [f"{case.rule} {case.discriminator}".strip() for case in live_cases(asked, lot)]
    return {**retention_row(lot, keep_lot_until(record, lot)), "cases": cases}


def _past(asked: Asked, on: date) -> Iterator[dict[str, Any]]:
    """Lots whose day has passed, page by page; of young ones only the lot itself is read."""
    from ledger.labels.retention import kept_at_least_until
    from ledger.views.lazy_record import LazyRecord, registry_facts
    from ledger.views.lots import names

    registered = registry_facts(asked.rows, asked.log)
    last = ""
    while page := names(asked.rows, last, _page_lots):
        last = page[-1]
        record = LazyRecord(asked.rows, asked.log, registered)
        record.expect(page)
        for lot in page:
            least = kept_at_least_until(record, lot)
            if least is None or least >= on:
                continue
            row = _row(asked, record, lot)
            if row["keep_until"] and row["keep_until"] < on.isoformat():
                yield row
