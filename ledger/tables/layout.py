"""Which row holds the headings of a sheet, and what each of its columns is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from ledger.tables.cells import Area, Raw, Row, Sheet, letter, number_of, text_of
from ledger.tables.columns import Template
from ledger.tables.dialects.numbers import unit_of
from ledger.tables.headings import bracketed, folded, naming, nearest
from ledger.tables.mapping import Mapping as Told
from ledger.tables.messages import Message, listed

TITLES_BETWEEN: Final = "\n"
"""Between the headings that a message holds."""
header_rows_max: Final = 20
"""Headings are looked for in so many rows."""


class Layout(NamedTuple):
    """Where a template's columns stand; `header` is the number of the last row of headings.

    `columns` by code: several where the mapping joins them. `unread` = headings without a meaning.
    """

    template: Template
    header: int
    columns: Mapping[str, tuple[int, ...]]
    units: Mapping[str, str]
    unread: tuple[str, ...]
    headings: tuple[str, ...]
    width: int
    problems: tuple[Message, ...] = ()
    titles: tuple[str, ...] = ()
    """The headings as they are written."""


class Missing(NamedTuple):
    """Why a row holds no headings of a template: what is not there; how much of it was."""

    codes: tuple[str, ...]
    found: int
    headings: tuple[str, ...]


def lay_out(
    cells: Sequence[Raw], upper: Sequence[str], mapping: Told, template: Template, row: int
) -> Layout | Missing:
    """Take a row as headings of a template. `upper` stands above each cell, where anything does."""
    known = naming(template)
    by_mapping = _by_mapping(mapping)
    columns: dict[str, list[int]] = {}
    unclear: list[tuple[str, tuple[str, ...]]] = []
    unread: list[str] = []
    headings: list[str] = []
    titles: list[str] = []
    for at in range(max(len(cells), len(upper))):
        own = text_of(cells[at]).strip() if at < len(cells) else ""
        above = upper[at] if at < len(upper) else ""
        headings.append(folded(own))
        titles.append(f"{above} {own}".strip())
        codes: tuple[str, ...] = ()
        for name in (f"={letter(at)}", *((f"{above} {own}",) if above else ()), own):
            codes = by_mapping.get(folded(name) if name[:1] != "=" else name, ())
            if not codes and name[:1] != "=" and name.strip():
                codes = tuple(code for code in known.of(name) if not _set(mapping, code))
            if codes:
                break
        if len(codes) == 1:
            columns.setdefault(codes[0], []).append(at)
        elif codes:
            unclear.append((own, codes))
        elif own:
            unread.append(own)
    maybe = {code for _, codes in unclear for code in codes}
    missing = tuple(
        code
        for code in template.required
        if code not in columns and code not in maybe and mapping.told(code).constant is None
    )
    if missing:
        return Missing(missing, len(columns), tuple(text_of(cell) for cell in cells))
    problems = [*_twice(columns, mapping, row), *_unclear(unclear, row)]
    return Layout(
        template, row, {code: tuple(at) for code, at in columns.items()},
        _units(columns, cells, mapping, template), tuple(unread), tuple(headings), len(headings),
        tuple(problems), tuple(titles),
    )  # fmt: skip


def _by_mapping(mapping: Told) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code in mapping.columns:
        for name in mapping.told(code).headings:
            letters = name.startswith("=") and number_of(name[1:]) is not None
            at = f"={name[1:].upper()}" if letters else folded(name)
            found[at] = (*found.get(at, ()), code)
    return found


def _set(mapping: Told, code: str) -> bool:
    """Whether the mapping says where a column's values are: then its other names are no names."""
    told = mapping.told(code)
    return bool(told.headings) or told.constant is not None


def _twice(columns: Mapping[str, list[int]], mapping: Told, row: int) -> Iterable[Message]:
    for code, at in columns.items():
        if len(at) > max(1, len(mapping.told(code).headings)):
            first, second = letter(at[0]), letter(at[1])
            values = ("column", code), ("first", first), ("second", second)
            yield Message("heading-twice", values, "", row, at[1])


def _unclear(unclear: Iterable[tuple[str, tuple[str, ...]]], row: int) -> Iterable[Message]:
    for heading, codes in unclear:
        yield Message(
            "heading-unclear", (("heading", heading), ("columns", listed(codes))), "", row
        )


def _units(
    columns: Mapping[str, list[int]], cells: Sequence[Raw], mapping: Told, template: Template
) -> dict[str, str]:
    """The units of weights, as the mapping or a bracket behind the heading says."""
    found: dict[str, str] = {}
    for code, at in columns.items():
        if template.by_code[code].kind != "weight":
            continue
        said = text_of(cells[at[0]]) if at[0] < len(cells) else ""
        unit = mapping.told(code).unit or unit_of(bracketed(said))
        if unit is not None:
            found[code] = unit
    return found


def find(sheet: Sheet, mapping: Told, template: Template) -> Layout | Missing:
    """The first row of a sheet that holds the headings; else what the likeliest one lacks."""
    best = Missing(template.required, -1, ())
    for row, upper in _candidates(sheet, mapping):
        found = lay_out(row.cells, upper, mapping, template, row.number)
        if isinstance(found, Layout):
            return found._replace(
                problems=tuple(each._replace(sheet=sheet.name) for each in found.problems)
            )
        if found.found > best.found:
            best = found
    return best


def _candidates(sheet: Sheet, mapping: Told) -> Iterable[tuple[Row, list[str]]]:
    if not mapping.header_rows:
        for row in sheet.rows:
            if row.number > header_rows_max:
                return
            yield row, []
        return
    rows = {row.number: row for row in sheet.rows if row.number <= max(mapping.header_rows)}
    *above, last = mapping.header_rows
    upper: list[str] = []
    for number in above:
        if (one := rows.get(number)) is None:
            continue
        texts = _spread(one, sheet.merged)
        width = max(len(upper), len(texts))
        upper = [
            " ".join(part for part in (_at(upper, at), _at(texts, at)) if part)
            for at in range(width)
        ]
    if (headings := rows.get(last)) is not None:
        yield headings, upper


def _at(texts: Sequence[str], at: int) -> str:
    return texts[at] if at < len(texts) else ""


def _spread(row: Row, merged: Iterable[Area]) -> list[str]:
    """The texts of a row, those of merged cells at every column under them."""
    texts = [text_of(cell).strip() for cell in row.cells]
    for area in merged:
        if area.top <= row.number <= area.bottom and area.left < len(texts):
            texts += [""] * (area.right + 1 - len(texts))
            for at in range(area.left, area.right + 1):
                texts[at] = texts[area.left]
    return texts


def fits_anywhere(
    rows: Sequence[Row], mapping: Told, templates: Iterable[Template]
) -> list[tuple[Row, Template]]:
    """Rows that hold the headings of a template, the first of each template."""
    sheet = Sheet("", list(rows))
    found: list[tuple[Row, Template]] = []
    for template in templates:
        layout = find(sheet, mapping, template)
        if isinstance(layout, Layout):
            found.append((next(r for r in rows if r.number == layout.header), template))
    return found


def missing(found: Missing, template: Template, sheet: str) -> Message:
    """What to say where no row holds all headings; `titles` are those of the likeliest row."""
    near = dict.fromkeys(
        each
        for code in found.codes
        if (each := nearest(code, filter(None, found.headings), template))
    )
    titles = TITLES_BETWEEN.join(dict.fromkeys(filter(None, found.headings)))
    values = ("missing", listed(found.codes)), ("near", listed([*near])), ("titles", titles)
    return Message("header-missing", values, sheet)
