"""Workbooks made cell by cell, in bytes: what programs write, and what none would."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMATS = ("General", "00000", "yyyy-mm-dd", "0.00E+00", "0.00", "h:mm", "0%")
"""Formats that cells may have, by the number of their style."""
DATE, ZEROS = FORMATS.index("yyyy-mm-dd"), FORMATS.index("00000")


class Number(NamedTuple):
    """A number with the style it is shown in."""

    value: str
    style: int = 0


class Formula(NamedTuple):
    """A formula with the value that was kept, if any."""

    text: str
    value: str | None = None


class Error(NamedTuple):
    """An error, such as `#REF!`."""

    name: str


class Furigana(NamedTuple):
    """A text with how it is read aloud."""

    text: str
    reading: str


class Blank(NamedTuple):
    """A cell that has a style and nothing else."""

    style: int = DATE


Value = str | int | bool | Number | Formula | Error | Furigana | Blank | None


class Page(NamedTuple):
    """A sheet: rows from the first one on, and what is said of them."""

    rows: Sequence[Sequence[Value]]
    merged: Sequence[str] = ()
    hidden_rows: Iterable[int] = ()
    hidden_columns: Iterable[int] = ()
    state: str = "visible"


def letter(at: int) -> str:
    """A column's name by its number from 0."""
    return (letter(at // 26 - 1) if at >= 26 else "") + chr(65 + at % 26)


def _cell(at: str, value: Value) -> str:  # noqa: PLR0911  (a table of types)
    match value:
        case None:
            return ""
        case bool():
            return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
        case int():
            return f'<c r="{at}"><v>{value}</v></c>'
        case Number(number, style):
            return f'<c r="{at}" s="{style}"><v>{number}</v></c>'
        case Formula(text, kept):
            value_of = "" if kept is None else f"<v>{kept}</v>"
            return f'<c r="{at}"><f>{escape(text)}</f>{value_of}</c>'
        case Error(name):
            return f'<c r="{at}" t="e"><v>{name}</v></c>'
        case Furigana(text, reading):
            spoken = f'<rPh sb="0" eb="{len(text)}"><t>{reading}</t></rPh>'
            return f'<c r="{at}" t="inlineStr"><is><t>{text}</t>{spoken}</is></c>'
        case Blank(style):
            return f'<c r="{at}" s="{style}"/>'
    space = ' xml:space="preserve"'
    return f'<c r="{at}" t="inlineStr"><is><t{space}>{escape(value)}</t></is></c>'


def _sheet(page: Page) -> str:
    hidden, columns = {*page.hidden_rows}, sorted(page.hidden_columns)
    cols = "".join(f'<col min="{c + 1}" max="{c + 1}" hidden="1"/>' for c in columns)
    rows = "".join(
        f'<row r="{number}"{" hidden=" + quoteattr("1") if number in hidden else ""}>'
        + "".join(_cell(f"{letter(at)}{number}", value) for at, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(page.rows, 1)
    )
    merged = "".join(f'<mergeCell ref="{each}"/>' for each in page.merged)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}">'
        f"{f'<cols>{cols}</cols>' if cols else ''}<sheetData>{rows}</sheetData>"
        f"{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>"
    )


def workbook(
    pages: Mapping[str, Page],
    *,
    parts: Mapping[str, bytes] | None = None,
    of_1904: bool = False,
) -> bytes:
    """The bytes of a workbook; `parts` are put in besides, or in the place of its own."""
    names = [*pages]
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{pages[name].state}" r:id="r{n}"/>'
        for n, name in enumerate(names, 1)
    )
    system = '<workbookPr date1904="1"/>' if of_1904 else ""
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in range(1, len(names) + 1)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    relations += f'<Relationship Id="rS" Type="{OFFICE}/styles" Target="styles.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006"
    numbered = list(enumerate(FORMATS, 170))
    formats = "".join(
        f'<numFmt numFmtId="{n}" formatCode={quoteattr(code)}/>' for n, code in numbered
    )
    styles = "".join(f'<xf numFmtId="{n}"/>' for n, _ in numbered)
    found = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{system}'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f"{relations}</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f"<cellXfs>{styles}</cellXfs></styleSheet>",
    }
    found |= {f"xl/worksheets/sheet{n}.xml": _sheet(pages[name]) for n, name in enumerate(names, 1)}
    whole = {name: content.encode() for name, content in found.items()} | dict(parts or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
    return out.getvalue()


def one_sheet(*rows: Sequence[Value], name: str = "出荷", **said: object) -> bytes:
    """A workbook of one sheet."""
    return workbook({name: Page(rows, **said)})  # type: ignore[arg-type]  # as `Page` takes them
