"""Who may report what by table: as over HTTP, and an office besides what scanners would.

An office without scanners writes on paper what it attached. It may report that by table from a
registered source of its own that is a person or a system, never from a scanner.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from ledger.intake.doors import Door
from ledger.intake.judging import permitted
from ledger.intake.verdicts import Problem
from ledger.web.asking.tables.judged import Asked, Judged

OFFICE_KINDS: Final = frozenset({"PERSON", "SYSTEM"})
Permit = Callable[[Judged], None]


def permits(asked: Asked, events: Iterable[Judged]) -> Permit:
    """What refuses those of some events that may not be reported."""
    sources = {source for each in events if (source := source_of(each)) is not None}
    known = {} if asked.sources is None else asked.sources(sources)

    def permit(of: Judged) -> None:
        source = source_of(of)
        own = known.get(source) if source is not None else None
        if own is not None and own.party != asked.by:
            of.refuse("not-permitted", _at(of, "not-permitted/source", ("said", source or "")))
            return
        office = asked.office is not None and own is not None and own.kind in OFFICE_KINDS
        _by_door(of, asked.office if office and asked.office is not None else asked.door, asked)

    return permit


def source_of(of: Judged) -> str | None:
    """The source that an event names, where it is one."""
    if of.fact is not None:
        return of.fact.source
    source = of.event.first.values.get("source")
    return source if isinstance(source, str) else None


def _by_door(of: Judged, way: Door, asked: Asked) -> None:
    kind, source = of.event.template.name, source_of(of)
    try:
        permitted(kind, {"source": source}, way)
    except Problem as problem:
        event = ("event", kind)
        if problem.path == "source":
            message = _at(of, "not-permitted/bound", ("said", way.source or ""))
        elif asked.office is not None and of.event.template.type in asked.office.permitted:
            message = _at(of, "not-permitted/office", event, ("said", source or "–"))
        else:
            message = of.say("not-permitted/type", event)
        of.refuse(problem.reason, message)


def _at(of: Judged, way: str, *values: tuple[str, str]) -> Any:
    """A message at the cell that names the source, where one does."""
    return of.say(way, *values)._replace(column=of.event.first.columns.get("source"))
