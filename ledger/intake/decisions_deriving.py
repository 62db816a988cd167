"""Avro schemas of decisions from their types; run as a module it writes those that are missing.

The types are the source; a released file is never rewritten. `python -m
ledger.intake.decisions_deriving` names the types that differ from their newest file.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from msgspec import Struct

from ledger.cases.discrepancy import Event
from ledger.cases.letter import LetterDecision, LetterEvent
from ledger.cases.period import AnyPeriodEvent
from ledger.intake.deriving import derive, write_missing

DECISIONS: Final[dict[str, type[Struct]]] = {
    kind.__name__: kind for kind in get_args(Event | AnyPeriodEvent | LetterDecision)
}
"""The decisions that others are told, by name."""

_UUID: Final = {"type": "string", "logicalType": "uuid"}
_IDS: Final = ("case", "fact", "period")
_DOCS: Final = {
    "case": "Which discrepancy: the same question has the same id for ever",
    "time": "When it was decided, microseconds since 1970, UTC",
    "offset": "Minutes east of UTC where it was decided",
    "position": "The last position of the log that the decision rests on",
    "rule": "Number of the rule, M-01 and on",
    "subject_kind": "What it is about: account, dispatch, lot, application, shipment and others",
    "subject": "Its key; parts are joined by one space, a space inside one is %20",
    "discriminator": "Tells discrepancies of one rule about one subject apart",
    "family": "D data, P product without data, N data without product, L label, H hold",
    "shows": "What the facts showed",
    "party": "The party that decided",
    "person": "Reference to a person, never a name",
    "text": "At most 2,000 characters",
    "values": "What was expected and found; a decision about the case holds for these values",
    "expected": "In the order of the rule",
    "found": "In the order of the rule",
    "severity": "C critical, H high, M medium, L low",
    "artefact": "Whether a scanner's mistake is suspected",
    "evidence": "Ids of events it rests on, at most 100",
    "evidence_total": "How many events it rests on",
    "number": "Which dead letter",
    "period": "Which period: the same pair and name have the same id for ever",
    "name": "A month, 2026-04, or a fiscal year from April, FY2026",
    "importer": "The importer of the pair",
    "rcb": "The certifying body of the pair",
    "row": "Figures and claims of the reconciliation as of its end, by their names",
    "digest": "SHA-256 of all that was shown, in hex",
    "cases": "Live cases that touched the period, by severity",
    "case_ids": "Their ids, gravest first, at most 100",
    "stocks": "How many seal ledgers it held",
    "prepared_by": "The person who signed first, where two had to",
    "prepared_at": "When that was",
    "replaces": "The version of its stream that was signed before",
    "fact": "The event that was recorded in its place",
    "outcome": "What became of its bytes at the intake",
    "documents": "Evidence kept elsewhere, at most 20",
    "waive": "Why a correction that was asked is not owed any more, at most 2,000 characters",
    "owner": "The person who has the case, by reference; null: nobody",
    "owner_party": "The party of that person",
    "due": "The last day, Japan time",
    "audience": "Who reads it: ALL who see the case, or the OWN party alone",
    "from_party": "The party that is to put it right",
    "actions": "What is asked for",
    "cause": "At most 2,000 characters",
    "action": "What was done, at most 2,000 characters",
    "prevention": "What keeps it from coming again, at most 2,000 characters",
    "done_on": "The day on which it was done",
    "waits_for": "The party that is to act next; OPERATOR where it is left to nobody else",
    "to": "The certifier that may decide from now on",
}


_DOCS_OF_LETTERS: Final = _DOCS | {"text": "At most 500 characters"}


def derive_decision(kind: type[Struct]) -> dict[str, Any]:
    """The Avro schema of a decision, as the newest file in `schemas/decisions/` holds it."""
    schema = derive(kind)
    _finish(schema, _DOCS_OF_LETTERS if issubclass(kind, LetterEvent) else _DOCS)
    return schema


def _finish(record: dict[str, Any], docs: Mapping[str, str]) -> None:
    """Say which strings are ids, and what each field means, in a record and those within."""
    for field in record["fields"]:
        name = field["name"]
        if name in _IDS:
            optional = isinstance(field["type"], list)
            field["type"] = ["null", _UUID] if optional else _UUID
        elif name == "evidence":
            field["type"] = {"type": "array", "items": _UUID}
        if name in docs:
            # Before the default, where the schemas of facts have it.
            default = {key: field.pop(key) for key in ("default",) if key in field}
            field.update({"doc": docs[name]} | default)
        if isinstance(field["type"], dict) and field["type"]["type"] == "record":
            _finish(field["type"], docs)


def main(folder: Path) -> int:
    """Write what is missing in the folder; say what differs from its type."""
    return write_missing(folder, {name: derive_decision(kind) for name, kind in DECISIONS.items()})


if __name__ == "__main__":
    sys.exit(main(Path("schemas/decisions")))
