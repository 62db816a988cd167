"""A whole table: the sheets that are one, their rows, and the events that those make."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from ledger.tables.cells import Sheet, text_of
from ledger.tables.columns import TEMPLATES, Template
from ledger.tables.event import Event
from ledger.tables.events import Maker
from ledger.tables.grouping import filled, grouped
from ledger.tables.layout import Layout, Missing, find, missing
from ledger.tables.mapping import Mapping, zone_of
from ledger.tables.messages import Message, listed
from ledger.tables.rows import ReadRow, SheetReader, Skipped


class Table(NamedTuple):
    """What a file says: events in the order of their first rows, rows skipped, notes on all of it.

    `refused` = why the file cannot be read as it is; there are no events then.
    """

    template: Template | None
    sheets: tuple[str, ...] = ()
    rows: int = 0
    events: Sequence[Event] = ()
    skipped: Sequence[Skipped] = ()
    notes: Sequence[Message] = ()
    refused: Sequence[Message] = ()
    layouts: Sequence[Layout] = ()


Step = Callable[[int, int], None]
"""Hears how many rows of how many are made into events."""


def candidates(mapping: Mapping) -> list[Template]:
    """The templates that a file may be of."""
    return [TEMPLATES[mapping.template]] if mapping.template else [*TEMPLATES.values()]


def read_table(
    sheets: Sequence[Sheet],
    mapping: Mapping,
    namespace: UUID,
    *,
    of_text: bool,
    defaults: dict[str, str] | None = None,
    step: Step = lambda _done, _total: None,
) -> Table:
    """What sheets say under a mapping; `defaults` by column where neither says anything."""
    chosen, refused = _chosen(sheets, mapping)
    if refused:
        return Table(None, refused=refused)
    template, layouts = _template(chosen, mapping)
    if template is None or isinstance(layouts, Message):
        return Table(template, refused=[layouts] if isinstance(layouts, Message) else [])
    problems = [each for _, layout in layouts for each in layout.problems]
    if problems:
        return Table(template, refused=problems)
    readers = [
        SheetReader(
            sheet, _visible(layout, sheet, mapping), mapping, defaults or {}, of_text=of_text
        )
        for sheet, layout in layouts
    ]
    if hidden := [each for reader in readers if (each := reader.hidden()) is not None]:
        return Table(template, refused=hidden)
    rows: list[ReadRow] = [row for reader in readers for row in reader.rows()]
    zone = zone_of(mapping.zone) if mapping.zone else None
    maker = Maker(template, namespace, zone, mapping.fold)
    events: list[Event] = []
    done = 0
    for group in grouped(filled(rows, template), template):
        events.append(maker.event(group))
        done += len(group)
        step(done, len(rows))
    skipped = [each for reader in readers for each in reader.skipped]
    notes = [each for reader in readers for each in reader.merged_values]
    notes += [each for _, layout in layouts if (each := _unread(layout)) is not None]
    if any(event.fact is not None and event.name and not event.numbered for event in events):
        notes.append(Message("no-number-of-its-own"))
    names = tuple(sheet.name for sheet, _ in layouts)
    found = [layout for _, layout in layouts]
    return Table(template, names, len(rows), events, skipped, notes, (), found)


def _chosen(sheets: Sequence[Sheet], mapping: Mapping) -> tuple[list[Sheet], list[Message]]:
    """The sheets that may be the table."""
    if not mapping.sheets or (len(sheets) == 1 and not sheets[0].name):
        return [sheet for sheet in sheets if sheet.visible], []
    by_name = {sheet.name: sheet for sheet in sheets}
    names = listed([*by_name])
    unknown = [
        Message("sheet-unclear/none", (("said", name), ("sheets", names)))
        for name in mapping.sheets
        if name not in by_name
    ]
    return [by_name[name] for name in mapping.sheets if name in by_name], unknown


_Laid = list[tuple[Sheet, Layout]]


def _template(
    sheets: Sequence[Sheet], mapping: Mapping
) -> tuple[Template | None, "_Laid | Message"]:
    """The template of the sheets, and where its columns stand; or what is unclear about it."""
    if all(not sheet.rows for sheet in sheets):
        return None, Message("empty-file")
    if mapping.template is not None:
        template = TEMPLATES[mapping.template]
        return template, _layouts(sheets, mapping, template)
    fitting = [
        (template, laid)
        for template in TEMPLATES.values()
        if not isinstance(laid := _layouts(sheets, mapping, template), Message)
    ]
    if not fitting:
        return None, Message("template-unclear", (("fits", ""),))
    unread = {t.name: sum(len(layout.unread) for _, layout in laid) for t, laid in fitting}
    least = min(unread.values())
    best = [(template, laid) for template, laid in fitting if unread[template.name] == least]
    if len(best) > 1:
        return None, Message("template-unclear", (("fits", listed([t.name for t, _ in best])),))
    return best[0]


def _layouts(sheets: Sequence[Sheet], mapping: Mapping, template: Template) -> "_Laid | Message":
    found = [(sheet, find(sheet, mapping, template)) for sheet in sheets]
    laid = [(sheet, layout) for sheet, layout in found if isinstance(layout, Layout)]
    if mapping.sheets and len(laid) < len(found):
        laid = []
    if laid and (len(laid) == 1 or mapping.sheets):
        return laid
    if len(laid) > 1:
        return Message("sheet-unclear", (("fits", listed([sheet.name for sheet, _ in laid])),))
    lacking = [(sheet, each) for sheet, each in found if isinstance(each, Missing)]
    sheet, likeliest = max(lacking, key=lambda each: each[1].found)
    return missing(likeliest, template, sheet.name)


def _visible(layout: Layout, sheet: Sheet, mapping: Mapping) -> Layout:
    """The layout without hidden columns, where those are skipped."""
    if mapping.hidden != "skip" or not sheet.hidden_columns:
        return layout
    hidden = {*sheet.hidden_columns}
    kept = {
        code: left
        for code, at in layout.columns.items()
        if (left := tuple(each for each in at if each not in hidden))
    }
    return layout._replace(columns=kept)


def _unread(layout: Layout) -> Message | None:
    if not layout.unread:
        return None
    return Message("not-read", (("headings", listed(layout.unread)),))


def as_json(rows: Iterable[ReadRow]) -> list[list[str]]:
    """The cells of rows as texts."""
    return [[text_of(cell) for cell in row.cells] for row in rows]
