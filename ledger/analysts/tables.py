"""The tables that are written: one a type of event, one a list in it, one a view.

Columns of events come from their types, those of views from the views: what is added there is here.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, cast

from msgspec import Struct, inspect

from ledger.facts.catalogue import TYPES
from ledger.facts.describing import meaning
from ledger.facts.identity import Document, Fact
from ledger.facts.scalars import Figure
from ledger.views.published.datasets import DATASETS, Dataset

SCHEMA_VERSION: Final = 1
"""Raised where a column is renamed or removed; columns that are added leave it."""
DOCUMENTS: Final = "event_documents"
NAMED: Final = "named_"
"""Stands before a field of an event that has the name of a column that all events have."""


class Column(NamedTuple):
    """A column: its name, its type and how it is read, as DuckDB has them, and what it means."""

    name: str
    type: str
    read: str
    meaning: str


class Table(NamedTuple):
    """A table: its name, what a row is, its columns, and those that order it.

    It is read from lines of JSON: `spool` tells which, `form` the fields of theirs that are read
    with their types. `each` is the list whose entries are its rows.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    spool: str
    form: dict[str, str]
    order: tuple[str, ...]
    each: str = ""


def tables() -> Iterator[Table]:
    """Every table, those of events first."""
    for name, kind in TYPES.items():
        yield _of_facts(name, kind)
        yield from _of_lists(name, kind)
    yield _of_documents()
    yield from map(_of_view, DATASETS)


def snake(name: str) -> str:
    """The name of a type as one of a table: `SealsApplied` is `seals_applied`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_LOCAL: Final = 'CAST(left("time", 26) AS TIMESTAMP)'
_MINUTES: Final = 'CAST(substr("time", 28, 2) AS INTEGER) * 60 + CAST(right("time", 2) AS INTEGER)'
_OFFSET: Final = f"(CASE WHEN substr(\"time\", 27, 1) = '-' THEN -1 ELSE 1 END * ({_MINUTES}))"
_IN_JAPAN: Final = f"({_LOCAL} - to_minutes({_OFFSET}) + INTERVAL 9 HOUR)"
_POSITION: Final = Column("position", "BIGINT", "position", "of the event in the log")
_ID: Final = Column("id", "UUID", "id", "of the event, given by its sender")
_COMMON: Final = (
    _POSITION,
    Column("recorded_at", "TIMESTAMPTZ", "make_timestamptz(recorded_at)",
           "when it was recorded: at this position it became known"),
    _ID,
    Column("time", "TIMESTAMPTZ", 'CAST("time" AS TIMESTAMPTZ)', "when it happened"),
    Column("offset_minutes", "SMALLINT", f"CAST({_OFFSET} AS SMALLINT)",
           "minutes east of UTC where it happened"),
    Column("local_day", "DATE", 'CAST(left("time", 10) AS DATE)',
           "calendar date where it happened"),
    Column("fiscal_year", "INTEGER",
           f"CAST(year({_IN_JAPAN}) - CAST(month({_IN_JAPAN}) < 4 AS INTEGER) AS INTEGER)",
           "year N of 1 April N to 31 March N+1 in which it happened, by Japan's calendar"),
    Column("source", "VARCHAR", "source", meaning("any", "source")),
    Column("actor", "VARCHAR", "actor", meaning("any", "actor")),
    Column("corrects", "UUID", "corrects", meaning("any", "corrects")),
    Column("note", "VARCHAR", "note", meaning("any", "note")),
    Column("sha256", "VARCHAR", "sha256", "SHA-256 of the event's canonical bytes"),
    Column("counts", "BOOLEAN", "counts",
           "whether it counts: nothing up to the position of the export retracts or corrects it"),
)  # fmt: skip
"""What every event has."""
_COMMON_FORM: Final = {
    "position": "BIGINT", "recorded_at": "BIGINT", "id": "UUID", "time": "VARCHAR",
    "source": "VARCHAR", "actor": "VARCHAR", "corrects": "UUID", "note": "VARCHAR",
    "sha256": "VARCHAR", "counts": "BOOLEAN",
}  # fmt: skip
_OF_ALL: Final = frozenset(Fact.__struct_fields__)
_LINE: Final = Column("line", "INTEGER", "line", "the place in the list, from 1")


def _of_facts(name: str, kind: type[Fact]) -> Table:
    columns, form = [*_COMMON], dict(_COMMON_FORM)
    taken = {column.name for column in columns}
    for field in _own(kind):
        held, many = _held(field.type)
        form[field.encode_name] = _type(held, many=many)
        if not (many and isinstance(held, inspect.StructType)):
            columns += _columns(name, field, held, taken, many=many)
    told = f"{name}: {_sentence(kind)}"
    return Table(snake(name), told, tuple(columns), name, form, ("position",))


def _of_lists(name: str, kind: type[Fact]) -> Iterator[Table]:
    """A table for each list of objects in an event."""
    for field in _own(kind):
        held, many = _held(field.type)
        if not many or not isinstance(held, inspect.StructType):
            continue
        of, each = held.cls.__name__, field.encode_name
        columns = [_POSITION, _ID, _LINE]
        taken = {column.name for column in columns}
        for inner in _fields(held.cls):
            inside, some = _held(inner.type)
            columns += _columns(of, inner, inside, taken, many=some, within="entry")
        form = {"position": "BIGINT", "id": "UUID", each: _type(held, many=True)}
        told = f"{name}, its {each}: {_sentence(held.cls)}"
        yield Table(
            f"{snake(name)}_{each}", told, tuple(columns), name, form, ("position", "line"), each
        )


def _of_documents() -> Table:
    held = cast("inspect.StructType", inspect.type_info(Document))
    columns = [_POSITION, _ID, _LINE]
    for field in _fields(Document):
        columns += _columns("Document", field, _held(field.type)[0], set(), within="entry")
    form = {"position": "BIGINT", "id": "UUID", "documents": _type(held, many=True)}
    return Table(
        DOCUMENTS, f"Documents of events: {_sentence(Document)}", tuple(columns), DOCUMENTS, form,
        ("position", "line"), "documents",
    )  # fmt: skip


_READ_AS: Final = {
    "text": "VARCHAR", "bigint": "BIGINT", "integer": "INTEGER", "boolean": "BOOLEAN",
    "date": "DATE", "uuid": "UUID", "text[]": "VARCHAR[]", "numeric(15,3)": "DECIMAL(15,3)",
    "timestamp with time zone": "TIMESTAMPTZ",
}  # fmt: skip
"""By the type of a column of a view: the type it is written as."""


def _of_view(dataset: Dataset) -> Table:
    columns, form = [], {}
    for column in dataset.columns:
        kind, name = _READ_AS[column.type], quoted(column.name)
        is_time = kind == "TIMESTAMPTZ"
        read = f"make_timestamptz({name})" if is_time else name
        columns.append(Column(column.name, kind, read, column.meaning))
        form[column.name] = "BIGINT" if is_time else kind
    return Table(dataset.name, dataset.meaning, tuple(columns), dataset.name, form, dataset.order)


def quoted(name: str) -> str:
    """A name as SQL has it, whatever it is."""
    return '"' + name.replace('"', '""') + '"'


def _columns(
    of: str, field: inspect.Field, held: inspect.Type, taken: set[str], *,
    many: bool = False, within: str = "",
) -> Iterator[Column]:  # fmt: skip
    """The columns of a field: one, or of an object in it one a field of that."""
    name = field.encode_name
    path = ".".join(map(quoted, filter(None, (within, name))))
    if isinstance(held, inspect.StructType):
        for inner in _fields(held.cls):
            inside, some = _held(inner.type)
            kind = _type(inside, many=some)
            told = _meaning(held.cls.__name__, inner.encode_name)
            yield Column(
                f"{name}_{inner.encode_name}", kind, f"{path}.{quoted(inner.encode_name)}", told
            )
        return
    shown = f"{NAMED}{name}" if name in taken else name
    yield Column(shown, _type(held, many=many), path, _meaning(of, name))


def _meaning(of: str, name: str) -> str:
    return meaning(of, name) or name.replace("_", " ")


def _sentence(of: type[Any]) -> str:
    return (of.__doc__ or "").split("\n", 1)[0]


def _own(kind: type[Fact]) -> Iterable[inspect.Field]:
    return (field for field in _fields(kind) if field.encode_name not in _OF_ALL)


def _fields(of: type[Struct]) -> tuple[inspect.Field, ...]:
    return cast("inspect.StructType", inspect.type_info(of)).fields


def _held(of: inspect.Type) -> tuple[inspect.Type, bool]:
    """What a field holds where it holds something, and whether it holds many."""
    if isinstance(of, inspect.UnionType):
        (of,) = (each for each in of.types if not isinstance(each, inspect.NoneType))
    if isinstance(of, inspect.VarTupleType):
        return of.item_type, True
    return of, False


_HOLDS: Final[tuple[tuple[type[inspect.Type], str], ...]] = (
    (inspect.BoolType, "BOOLEAN"), (inspect.DateType, "DATE"), (inspect.IntType, "BIGINT"),
)  # fmt: skip


def _type(of: inspect.Type, *, many: bool = False) -> str:
    """The type that holds it."""
    if many:
        return f"{_type(of)}[]"
    match of:
        case inspect.StructType(fields=fields):
            held = ((field.encode_name, *_held(field.type)) for field in fields)
            inside = (f"{quoted(name)} {_type(kind, many=some)}" for name, kind, some in held)
            return f"STRUCT({', '.join(inside)})"
        case inspect.CustomType(cls=cls) if issubclass(cls, Figure):
            return f"DECIMAL({cls.digits},{cls.places})"
        case inspect.Metadata(extra={"form": "uuid"}):
            return "UUID"
    return next((name for kind, name in _HOLDS if isinstance(of, kind)), "VARCHAR")
