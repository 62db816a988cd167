"""`ledger case`: a discrepancy in words: what is asked for, its life, what would cure it."""

from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from ledger.commands.home import opened
from ledger.commands.options import spread
from ledger.commands.output import SEVERITIES, Format, cell, show
from ledger.commands.prefixes import case_of
from ledger.commands.printing import Printing, print_list
from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.log import Log
    from ledger.views.discrepancies import Listed

_TOLD: Final = ("party", "person", "reason", "text")
_BESIDE: Final = (
    "owner", "due", "waits_for", "to", "from_party", "actions", "cause", "action", "prevention",
    "done_on", "documents", "audience", "waive",
)  # fmt: skip
"""What only some decisions have."""
_CARD: Final = ("sentence", "rule", "title", "why", "severity", "state", "subject", "impact",
                "due", "late", "owner", "waits_for", "opened_at", "changed_at", "cure",
                "scanner's slip", "id")  # fmt: skip
_CURED_ALWAYS: Final = "a correction or retraction of what was reported"


@spread(Printing)
def case(
    case_id: Annotated[
        str, typer.Argument(metavar="CASE", help="The case's id, or how that begins.")
    ],
    printing: Printing,
) -> None:
    """Show a case: its rule in words, expected and found, its life, evidence, what would cure it.

    Example: ledger case 1faa93
    """
    from ledger.cases.discrepancy import State
    from ledger.views.discrepancies import Wanted, listed
    from ledger.views.reading import reading

    with opened() as log, reading(log) as rows:
        asked = case_of(rows, case_id)
        found = listed(rows, log, Wanted(states=tuple(State), ids=(asked,)))
        if not found:
            raise Misuse(f"There is no case {asked}.")
        row, life = _told(found[0]), _life(log, found[0])
        if not printing.is_table:
            whole = {**row, "history": life}
            notes = printing.notes(log, rows, case=row["id"])
            shown = () if printing.is_json else _evidence(log, row["evidence"])
            print_list(shown, printing, "case_evidence", data=whole, notes=notes)
            return
    form = Format.TABLE
    row["scanner's slip"] = "likely" if row["suspected_scanner_artifact"] else None
    lines = [
        {"of the case": name.replace("_", " "), "": cell(name, row[name])}
        for name in _CARD
        if row[name]
    ]
    show(lines, form, title=f"Case {row['id']}")
    show(_sides(row), form, title="Expected and found")
    show(life, form, columns=("decision", "time", *_TOLD), title="What happened to it")
    evidence = [{"event": each} for each in row["evidence"]]
    title = f"Evidence: {row['evidence_total']:,} events, `ledger event ID` shows one"
    show(evidence, form, title=title, empty="It rests on what nobody reported.")


def _evidence(log: "Log", ids: list[str]) -> list[dict[str, Any]]:
    """The events that it rests on, as a list shows them."""
    from ledger.web.asking.events import event_row

    keys = [UUID(each) for each in ids]
    found = log.get(keys)
    return [event_row(recorded) for key in keys for recorded in found.get(key, ())]


def _told(entry: "Listed") -> dict[str, Any]:
    """A case as listed, with its rule and severity in words."""
    from ledger.rules.audit import RULES
    from ledger.rules.texts import rule_text

    row = dict(entry.row)
    words = rule_text(row["rule"]) if row["rule"] in RULES else None
    return {
        **row,
        "severity_word": SEVERITIES[row["severity"]],
        "title": words.title if words else "",
        "why": words.why if words else "",
        "cure": "; or ".join(filter(None, [words.cure if words else "", _CURED_ALWAYS])),
        "expected_head": words.expected if words else "expected",
        "found_head": words.found if words else "found",
    }


def _sides(row: dict[str, Any]) -> list[dict[str, str]]:
    """What was expected beside what was found, value by value in words."""
    from ledger.rules.texts import sides
    from ledger.rules.values import Shown

    expected, found = sides(Shown(*(row[name] for name in Shown._fields)))
    heads = {"expected": row["expected_head"], "found": row["found_head"]}
    return [
        {"": side, "what": heads[side], "value": value}
        for side, values in (("expected", expected), ("found", found))
        for value in values or ("nothing",)
    ]


def _life(log: "Log", entry: "Listed") -> list[dict[str, Any]]:
    """Everything that was decided about it, the first first."""
    from msgspec import to_builtins

    from ledger.facts.scalars import time_text
    from ledger.views.discrepancies import history
    from ledger.views.loading import LAST

    return [
        {
            "decision": decision.makes,
            "time": time_text(recorded.recorded_at, 0),
            "position": recorded.position,
            **{name: getattr(decision, name, None) for name in _TOLD},
            **{
                name: to_builtins(value)
                for name in _BESIDE
                if (value := getattr(decision, name, None)) not in (None, ())
            },
        }
        for recorded, decision in history(log, entry, LAST)
    ]
