"""What the empty table of a type of event is as a file: a workbook, headings alone, a mapping."""

import io
from collections.abc import Callable
from typing import Final

from ledger.rules.reading import TONGUES, Tongue
from ledger.sheets.csv_text import write_rows
from ledger.sheets.workbook import Column as Shown
from ledger.sheets.workbook import Kind as ShownKind
from ledger.sheets.workbook import Sheet, write
from ledger.tables.columns import Column, Template
from ledger.tables.examples import example_rows
from ledger.tables.headings import constants, heading, meaning

_SHOWN: Final[dict[str, ShownKind]] = {"count": "count", "delta": "count", "date": "date"}
_BOM: Final = "\ufeff"


def _workbook(template: Template, tongue: Tongue) -> bytes:
    out = io.BytesIO()
    columns = [
        Shown(
            heading(c, template, tongue),
            _SHOWN.get(c.kind, "text"),
            0,
            _choices(c, template, tongue),
        )
        for c in template.recorded
    ]
    write(out, [Sheet(template.name, columns, ()), _notes(template, tongue)])
    return out.getvalue()


def _choices(column: Column, template: Template, tongue: Tongue) -> list[str]:
    if column.kind == "bool":
        return ["○", "×"]
    if column.kind != "enum" or column.many:
        return []
    words = constants(column, template)
    return [words[member][TONGUES.index(tongue)] for member in column.members]


def _notes(template: Template, tongue: Tongue) -> Sheet:
    """What each column means, a row each; the example rows stand beside, so that none is read."""
    titles = {
        "en": ("column", "code", "meaning", "type", "unit", "required", "allowed values",
               "example 1", "example 2"),
        "ja": ("列", "コード", "意味", "型", "単位", "必須", "使える値", "例1", "例2"),
    }[tongue]  # fmt: skip
    rows = example_rows(template, tongue)
    return Sheet(
        "notes" if tongue == "en" else "説明",
        [Shown(title) for title in titles],
        [
            (
                heading(c, template, tongue), c.code, meaning(c, tongue) or "",
                _kind(c, tongue), c.unit, _required(c, tongue), _allowed(c, template, tongue),
                *(row.get(c.code, "") for row in rows),
            )
            for c in template.recorded
        ],
    )  # fmt: skip


_KINDS: Final = {
    "id": ("id", "ID"), "text": ("text", "文字"), "count": ("whole number", "整数"),
    "delta": ("whole number, + or −", "整数（増減）"), "weight": ("weight", "重量"),
    "share": ("per cent", "割合"), "decimal": ("number", "数"), "date": ("date", "日付"),
    "moment": ("date, or date and time", "日付又は日時"), "clock": ("time of day", "時刻"),
    "bool": ("yes or no", "はい・いいえ"), "enum": ("one of the values", "次の値から選択"),
    "country": ("country", "国"), "uuid": ("UUID", "UUID"), "sha256": ("SHA-256", "SHA-256"),
}  # fmt: skip


def _kind(column: Column, tongue: Tongue) -> str:
    name = _KINDS[column.kind][TONGUES.index(tongue)]
    several = ("several, with ; between", "複数可、；で区切る")[TONGUES.index(tongue)]
    return (
        f"{name} ({several})"
        if column.many and tongue == "en"
        else (f"{name}（{several}）" if column.many else name)
    )


def _required(column: Column, tongue: Tongue) -> str:
    return ("required", "必須")[TONGUES.index(tongue)] if column.required else ""


def _allowed(column: Column, template: Template, tongue: Tongue) -> str:
    if column.kind == "bool":
        return "○ ×"
    if column.kind != "enum":
        return ""
    words = constants(column, template)
    return "; ".join(f"{words[m][TONGUES.index(tongue)]} = {m}" for m in column.members)


def _csv(template: Template, tongue: Tongue) -> bytes:
    out = io.StringIO()
    write_rows(out, [heading(c, template, tongue) for c in template.recorded], (), line_end="\r\n")
    return (_BOM + out.getvalue()).encode()


def _mapping(template: Template, tongue: Tongue) -> bytes:
    lines = [
        "# Which column of your table is which of ours, and how its cells are read.",
        f'template = "{template.name}"',
        '# zone = "Asia/Tokyo"       # for dates and clocks without an offset',
        '# source = "SRC-1"          # where no column says who reports',
        '# day_order = "mdy"         # mdy or dmy: dates that put the year last',
        '# decimal = "point"         # point or comma',
        '# encoding = "cp932"        # utf-8, utf-16, cp932, euc-jp or cp1252',
        "",
        "[columns]",
    ]
    for column in template.recorded:
        required = "  # required" if column.required else ""
        lines.append(f'{column.code} = "{heading(column, template, tongue)}"{required}')
    return ("\n".join(lines) + "\n").encode()


CONTENTS: Final[dict[str, Callable[[Template, Tongue], bytes]]] = {
    ".xlsx": _workbook,
    ".csv": _csv,
    ".toml": _mapping,
}
"""What a template is as a file, by the end of its name."""
