"""`ledger lot LOT`: the card of a lot, from its field to the shelf, with every verdict on it."""

from typing import Annotated, Any

import typer

from ledger.commands.looking_up import asking
from ledger.commands.output import Format, FormatOption, print_json, say, show
from ledger.commands.retention import kept
from ledger.errors import Misuse
from ledger.labels.card import lot_card
from ledger.views.lots import cards

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
)  # fmt: skip


def lot(
    name: Annotated[str, typer.Argument(metavar="LOT", help="The lot.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Show all that is known of a lot: field, process, grading, seals, labels, papers, keeping.

    Example: ledger lot L-A1-0001-1
    """
    with asking() as asked:
        told = lot_card(asked.record, name)
        if told is None:
            raise Misuse(f"There is no lot {name!r}.")
        (goods,) = cards(asked.rows, asked.log, [name])
        keeping = kept(asked, name)
    own = ("inputs", "children", "used_in", "held", "sealed", "removed", "sold_units")
    card = {
        **told,
        "number": goods["number"],
        "quantity": goods["quantity"],
        "units": goods["units"],
        "pack_weight": goods["pack_weight"],
        **{key: goods[key] for key in own},
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
    entries = [_coded(entry) for entry in card["process"]["entries"]]
    if entries:
        columns = ("activity", "on", "substance", "quantity", "unit", "codes")
        show(entries, form, columns=columns, title="Process record")
    for key, title, names in _PARTS:
        if card[key]:
            show([_coded(row) for row in card[key]], form, columns=names, title=title)
    for sentence in dict.fromkeys(_sentences(card)):
        say(sentence)


def _coded(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the codes alone in place of codes and sentences."""
    if "codes" not in row:
        return row
    return {**row, "codes": [entry["code"] for entry in row["codes"]]}


def _sentences(card: dict[str, Any]) -> list[str]:
    judged = [*card["process"]["entries"], *card["grading"], *card["labels"], *card["shipments"]]
    if card["field"]:
        judged.append(card["field"])
    return [
        f"{code['code']}: {code['en']} {code['ja']}"
        for row in judged
        for code in row.get("codes", ())
    ]
