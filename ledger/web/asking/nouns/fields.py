"""Every field of an event with its label and its value, as tables that people keep name them."""

from typing import Any, Final

from ledger.facts.identity import Fact
from ledger.tables.columns import TEMPLATES, Column
from ledger.tables.writing import rows_of
from ledger.web.asking.nouns.sections import Cell, Section, Value, text
from ledger.web.problems import said

PARTY: Final = frozenset({
    "party", "holder", "from_holder", "to_holder", "exporter", "importer", "rcb", "agent",
    "operator", "issuer", "contractor", "certificate_issuer", "proof_sent_to", "sent_to",
})  # fmt: skip
PERSON: Final = frozenset({
    "actor", "person", "grader", "checked_by", "counted_by", "second_person", "approved_by",
    "witness",
})  # fmt: skip
_NOUNS: Final[dict[str, str]] = {
    **dict.fromkeys(PARTY, "party"),
    **dict.fromkeys(PERSON, "person"),
    **dict.fromkeys(("lot", "input_lot", "child_lot"), "lot"),
    **dict.fromkeys(("mark", "mark_seen"), "mark"),
    **dict.fromkeys(("source", "registers"), "source"),
    **dict.fromkeys(("product", "products"), "product"),
    **dict.fromkeys(("corrects", "target", "count_event"), "event"),
    "dispatch": "dispatch", "shipment": "shipment", "contract": "contract", "report": "report",
    "request": "request", "complaint": "complaint",
}  # fmt: skip
"""By a column's code: the noun that its id is of."""
_OWN_ROW: Final = frozenset({"id", "source", "actor", "time"})
"""Fields that the page shows elsewhere."""


_KINDS: Final[dict[str, str]] = {
    "count": "count", "delta": "count", "weight": "weight", "share": "number",
    "decimal": "number", "date": "day", "moment": "moment", "bool": "yes", "country": "country",
    "sha256": "hash", "uuid": "hash",
}  # fmt: skip
"""By kind of column: how its values are written."""


def fields_of(fact: Fact) -> list[Section]:
    """What a fact says: its own fields, then its lines, labels as `Type.column`."""
    name = type(fact).__name__
    template = TEMPLATES.get(name)
    if template is None:
        return []
    rows = rows_of(fact)
    own = [
        column for column in template.recorded
        if column.path and not column.of_line and column.path[0] != "documents"
        and column.code not in _OWN_ROW and rows[0].get(column.code) is not None
    ]  # fmt: skip
    found = [
        Section(
            said("What was reported"),
            said("It says nothing besides."),
            facts=[(f"{name}.{column.code}", _cell(name, column, rows[0])) for column in own],
        )
    ]
    lines = [
        column for column in template.recorded
        if column.of_line and any(row.get(column.code) is not None for row in rows)
    ]  # fmt: skip
    if lines:
        found.append(
            Section(
                said("Lines"),
                columns=[f"{name}.{column.code}" for column in lines],
                rows=[[_cell(name, column, row) for column in lines] for row in rows],
            )
        )
    if fact.documents:
        found.append(
            Section(
                said("Documents"),
                columns=("document_name", "document_sha256"),
                rows=[[text(one.name), Cell("hash", one.sha256)] for one in fact.documents],
            )
        )
    return found


def _cell(of: str, column: Column, row: dict[str, Any]) -> Value:
    value = row.get(column.code)
    if value is None:
        return None
    if column.many:
        return [_one(of, column, part) for part in str(value).split("；")]
    return _one(of, column, value)


def _one(of: str, column: Column, value: Any) -> Cell:
    noun = _NOUNS.get(column.code)
    if noun is not None:
        return Cell("ref", str(value), noun)
    if column.kind == "enum":
        return Cell("constant", str(value), f"{of}.{column.code}")
    kind = _KINDS.get(column.kind, "text")
    return Cell(kind, value if kind in ("count", "yes") else str(value))
