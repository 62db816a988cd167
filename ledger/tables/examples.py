"""Two example rows for each template: what a clerk sees first, and what the tests read back."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ledger.rules.reading import TONGUES, Tongue
from ledger.tables.columns import Column, Template
from ledger.tables.headings import constants

_BY_KIND: Final = {
    "count": ("1", "2"), "weight": ("10.000", "5.000"), "share": ("60", "40"),
    "decimal": ("1.5", "2.0"), "date": ("2026-04-02", "2026-04-02"), "clock": ("9:30", "14:00"),
    "bool": ("○", "○"), "country": ("US", "JP"), "text": ("see paper", "see paper"),
    "uuid": ("0190a7c2-5b1e-7c3a-9d2f-1f2e3d4c5b6a", "0190a7c2-5b1e-7c3a-9d2f-1f2e3d4c5b6b"),
    "delta": ("-2", "5"),
}  # fmt: skip


def example_rows(template: Template, tongue: Tongue) -> list[dict[str, str]]:
    """Two rows as somebody would fill them in; of a type with lines both are one event."""
    shown = [c for c in template.recorded if c.needed and _always(c, template)]
    shown += [
        c for c in template.recorded
        if c not in shown and (c.code in _more(template) or (c.code == "ref" and not template.key))
    ]  # fmt: skip
    rows: list[dict[str, str]] = [{}, {}]
    for column in shown:
        for at, row in enumerate(rows):
            same = template.lines is not None and not column.of_line
            text = _text(column, template, 0 if same else at, tongue)
            if text:
                row[column.code] = text
    return rows


def _always(column: Column, template: Template) -> bool:
    return column.code != "id" and (
        len(column.path) == 1 or column.required or column.code in _more(template)
    )


def _text(column: Column, template: Template, at: int, tongue: Tongue) -> str:
    own = _file()["of"].get(template.name, {})
    given: Any = own.get(column.code, _file()["values"].get(column.code))
    if given is not None and not (column.kind == "enum" and _foreign(given, column)):
        return str(given if isinstance(given, str) else given[at])
    if column.kind == "enum":
        member = column.members[min(at, len(column.members) - 1)]
        return constants(column, template)[member][TONGUES.index(tongue)]
    if column.kind == "id":
        return f"{column.code[:1].upper()}-{at + 1}"
    return _BY_KIND[column.kind][at]


def _foreign(given: Any, column: Column) -> bool:
    """Whether example values are not among a column's constants."""
    texts = [given] if isinstance(given, str) else given
    return any(part not in column.members for text in texts for part in text.split("；") if part)


def _more(template: Template) -> list[str]:
    found: list[str] = _file()["more"].get(template.name, [])
    return found


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((files("ledger.tables") / "examples.toml").read_text(encoding="utf-8"))
