"""Cells of lists, by the columns of their table; the words of constants to filter by."""

from collections.abc import Mapping
from typing import Any, Final

from ledger.listing.columns import Column, Table
from ledger.rules.constants import ENUMS
from ledger.tables.columns import TEMPLATES
from ledger.tables.headings import constants
from ledger.web.asking.nouns.sections import Cell, Value
from ledger.web.pages.language import Language
from ledger.web.pages.words import PAPERS
from ledger.web.problems import said

IN_FORCE: Final[Mapping[str, str]] = {
    "COMING": said("not yet in force"),
    "IN_FORCE": said("in force"),
    "ENDED": said("ended"),
}
EMPTY: Final[Mapping[str, str]] = {
    "marks": said("There is no mark here. A mark appears once its certifying body registers it."),
    "parties": said("There is no party here. A party appears once it is registered."),
    "people": said("There is nobody here. A person appears once a party reports a qualification."),
    "contracts": said("There is no contract here. One appears once it is reported as signed."),
    "dispatches": said("There is no dispatch here. One appears once seals are reported as sent."),
    "lots": said(
        "There is no lot here. A lot appears once it is recorded, or made by subdividing another."
    ),
    "products": said("There is no product here. A product appears once its operator registers it."),
    "labels": said("There is no label here. A label appears once a certifier approves it."),
    "shipments": said(
        "There is no shipment here. A shipment appears once its departure is reported."
    ),
    "certificates": said(
        "No certificate is yours to see yet. They appear here once their issuer reports them."
    ),
    "reports": said("There is no seal report here. One appears once an exporter files it."),
    "requests": said("There is no request here. One appears once an exporter asks its certifier."),
    "years": said("There is no annual report here. One appears once a party files it."),
    "complaints": said("There is no complaint here. One appears once it is reported."),
}
"""By list: what would stand there, and who would report it."""
WORDS: Final[Mapping[str, str]] = {
    "scheme": "scheme", "carrier": "carrier", "roles": "role", "status": "goods",
    "certification": "status",
    "functions": "function", "product_class": "class", "sealing_mode": "mode", "graded": "grade",
}  # fmt: skip
"""By column: the table of the rules' words that its constants stand in."""
CONSTANTS: Final[Mapping[str, str]] = {
    "purpose": "SealsDispatched.purpose", "form": "ExportCertificateIssued.form",
    "mode": "ExportCertificateIssued.mode", "kind": "ComplaintReceived.kind",
}  # fmt: skip
"""By column: the field whose constants it shows."""
OURS: Final[Mapping[str, Mapping[str, str]]] = {"state": PAPERS, "in_force": IN_FORCE}


_KINDS: Final[Mapping[str, str]] = {
    "count": "count", "number": "number", "share": "number", "weight": "weight", "date": "day",
    "moment": "moment", "bool": "yes", "country": "country",
}  # fmt: skip
"""By kind of column: how its values are written."""


def cells_of(table: Table, row: Mapping[str, Any]) -> list[Value]:
    """The values of a row under the columns of its table."""
    return [_cell(column, row.get(column.code)) for column in table]


def _cell(column: Column, value: Any) -> Value:
    if value is None:
        return None
    if isinstance(value, list):
        return [cell for each in value if isinstance(cell := _cell(column, each), Cell)]
    code = column.code
    if column.noun is not None:
        return Cell("ref", str(value), column.noun)
    if (constant := _constant(code, str(value))) is not None:
        return constant
    kind = _KINDS.get(column.kind, "text")
    return Cell(kind, value if kind in ("count", "moment", "yes") else str(value))


def _constant(code: str, value: str) -> Cell | None:
    if code in WORDS and value in ENUMS[WORDS[code]]:
        return Cell("word", value, WORDS[code])
    if code in CONSTANTS:
        return Cell("constant", value, CONSTANTS[code])
    return Cell("said", OURS[code].get(value, value)) if code in OURS else None


def choices_of(code: str, spoken: Language) -> list[tuple[str, str]]:
    """The constants that a column may be filtered by, with their words; none for free text."""
    if code in WORDS:
        table = WORDS[code]
        return [(constant, spoken.word(constant, table)) for constant in ENUMS[table]]
    if code in CONSTANTS:
        name, _, field = CONSTANTS[code].partition(".")
        members = constants(TEMPLATES[name].by_code[field], TEMPLATES[name])
        return [(member, spoken.constant(member, CONSTANTS[code])) for member in members]
    if code in OURS:
        return [(constant, spoken.say(word)) for constant, word in OURS[code].items()]
    if code == "held":
        return [("true", spoken.say(said("held"))), ("false", spoken.say(said("not held")))]
    return []
