"""Pages of the events: which there are and where each goes, and each with its fields."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

import msgspec
from msgspec import Struct, inspect

from handbook.examples import event_examples
from handbook.markdown import block, code, page, plain, table
from ledger.custody.moves import moves
from ledger.facts import (
    canonical,
    corrections,
    criteria,
    documents,
    herds,
    lots,
    registry,
    seals,
    shipments,
)
from ledger.facts.catalogue import TYPES
from ledger.facts.describing import meaning
from ledger.facts.identity import Fact
from ledger.facts.keys import KEYS
from ledger.facts.saying import said_by
from ledger.facts.scalars import Figure
from ledger.intake.doors import CHANNEL_OF_ROLE, CHANNEL_OF_TOPIC
from ledger.intake.schemas import released

GROUPS: Final[dict[str, tuple[str, ModuleType]]] = {
    "registry": ("who may do what, and when", registry),
    "seals": ("issued, sent, received, attached, counted", seals),
    "lots": ("recorded, graded, divided, worked on, held", lots),
    "herds": ("animals, and what they are fed", herds),
    "shipments": ("departed, received, returned, sold", shipments),
    "documents": ("reports, certificates, complaints", documents),
    "criteria": ("what is shown of technical criteria", criteria),
    "corrections": ("what was said is taken back", corrections),
}
"""By the end of its path, each page of events with what its events are about."""
_TOPICS: Final[dict[str, str]] = {channel: topic for topic, channel in CHANNEL_OF_TOPIC.items()}
_COMMON: Final = tuple(field.encode_name for field in msgspec.structs.fields(Fact))


def _in(module: ModuleType) -> list[type[Fact]]:
    return [kind for kind in TYPES.values() if kind.__module__ == module.__name__]


def _page_of(kind: type[Fact]) -> str:
    name = next(name for name, (_, module) in GROUPS.items() if kind in _in(module))
    return f"events-{name}.md"


def overview(_root: Path) -> str:
    """Every event with its topic, key and speaker, and the fields that all have."""
    rows = (
        (
            f"[{name}]({_page_of(kind)}#{name.lower()})",
            ", ".join(code(_TOPICS[channel]) for channel in _channels(kind)),
            code(" ".join(KEYS[kind])),
            plain(said_by(kind)),
            str(_version(name)),
        )
        for name, kind in TYPES.items()
    )
    return page(
        "Events",
        f"An event is a fact that somebody reports, a sentence in the past tense. {len(TYPES)} are "
        "known. Each is recorded as it came, and judged afterwards.",
        "## Where each goes",
        "Over Kafka to the topic, or to that of the party (`ledger.scans.PARTY` …); over HTTP to "
        f"`POST /events`, with a token of a role that may report it: {_roles()}. The operator "
        "loads any by file. The key spreads load and keeps neighbours together; what is recorded "
        "never depends on it. Of a message that holds many events it is the key of the first.",
        "A message needs one header, `content-type`: `application/vnd.seals.avro` (Avro, one event "
        "single-object or a container), `application/json` (one event, or an array) or "
        "`application/x-ndjson` (one event a line).",
        table(("event", "topic", "key", "said by", "version"), rows),
        "*Said by*: who may say it. What another party says is recorded and flagged; of the "
        "registry [it does not bind](../concepts/who-speaks.md).",
        "## Fields that every event has",
        table(_HEADS, _fields(Fact, only=_COMMON)),
        "In JSON `type` stands beside them: the name of the event. Absent and null mean the same. "
        "An event has at most 256 KiB, a list at most 1,000 entries; a message or body at most "
        "10,000 events and 8 MiB.",
        table(("holds", "in JSON", "in Avro", ""), _HOLDS),
        "## Events by what they are about",
        table(
            ("page", "events"),
            (
                (f"[{_title(name)}](events-{name}.md)", ", ".join(k.__name__ for k in _in(module)))
                for name, (_, module) in GROUPS.items()
            ),
        ),
    )


def _roles() -> str:
    by_topic: dict[str, list[str]] = {}
    for role, channel in CHANNEL_OF_ROLE.items():
        by_topic.setdefault(_TOPICS[channel], []).append(role)
    return "; ".join(f"`{topic}`: {', '.join(roles)}" for topic, roles in by_topic.items())


def _channels(kind: type[Fact]) -> list[str]:
    return sorted(kind.channels, key="SOC".index)


def _version(name: str) -> int:
    return released().newest[name].version


def _title(name: str) -> str:
    return f"Events: {name}"


def page_of_group(name: str) -> Callable[[Path], str]:
    """What makes a page of events: each with its fields and an example."""
    return lambda _root: _group(name)


def _group(name: str) -> str:
    about, module = GROUPS[name]
    return page(
        _title(name),
        f"{about[0].upper()}{about[1:]}. Beside these fields stand those that "
        "[every event has](events.md#fields-that-every-event-has).",
        *map(_event, _in(module)),
    )


def _event(kind: type[Fact]) -> str:
    name = kind.__name__
    example = event_examples()[name]
    channels = ", ".join(code(_TOPICS[channel]) for channel in _channels(kind))
    key, schema = code(" ".join(KEYS[kind])), code(f"{name}.v{_version(name)}.avsc")
    parts = [
        f"## {name} {{#{name.lower()}}}",
        plain(" ".join((kind.__doc__ or "").split())),
        f"Topic {channels} · key {key} · said by {plain(said_by(kind))} · schema {schema}",
    ]
    own = [*_fields(kind, without=_COMMON)]
    parts += [table(_HEADS, own)] if own else []
    parts += [block(_json(example), "json")]
    if moved := [
        f"{move.seals:,} seals of {move.mark} from {move.source.name()} to {move.target.name()}"
        for move in moves(example)
    ]:
        parts.append(f"It moves {'; '.join(moved)}.")
    return "\n\n".join(parts)


def _json(fact: Fact) -> str:
    return json.dumps(json.loads(canonical.encode(fact)), ensure_ascii=False, indent=1)


_HEADS: Final = ("field", "holds", "required", "means")


def _fields(
    kind: type[Struct], *, only: tuple[str, ...] = (), without: tuple[str, ...] = (), at: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """A row a field, those of nested objects below it as `lines[].lot`."""
    info = cast("inspect.StructType", inspect.type_info(kind))
    for field in info.fields:
        name = field.encode_name
        if (only and name not in only) or name in without:
            continue
        path = f"{at}{name}"
        held, many, optional = _held(field.type)
        told = _form(held)
        if many:
            told = f"list of {told}"
        required = field.required and not optional
        yield code(path), told, "yes" if required else "", meaning(kind.__name__, name)
        if isinstance(held, inspect.StructType):
            yield from _fields(held.cls, at=f"{path}{'[]' if many else ''}.")


def _held(of: inspect.Type) -> tuple[inspect.Type, bool, bool]:
    """What a field holds within optional and list; whether it is a list; whether optional."""
    optional = many = False
    if isinstance(of, inspect.UnionType):
        (of,) = [each for each in of.types if not isinstance(each, inspect.NoneType)]
        optional = True
    if isinstance(of, inspect.VarTupleType):
        of, many = of.item_type, True
    return of, many, optional


def _form(of: inspect.Type) -> str:
    if isinstance(of, inspect.Metadata):
        return _FORMS.get((of.extra or {}).get("form", ""), "") or _form(of.type)
    if type(of) in _PLAIN:
        return _PLAIN[type(of)]
    match of:
        case inspect.LiteralType(values=values):
            return " ".join(code(str(value)) for value in _in_order(values))
        case inspect.CustomType(cls=cls) if issubclass(cls, Figure):
            return f"decimal, {cls.places} places: {_unit(cls)}"
        case inspect.IntType(ge=least, le=most):
            return f"whole number{_bounds(least, most)}"
        case inspect.StrType(max_length=most):
            return f"text, at most {most:,} characters" if most else "text"
    raise TypeError(f"no words for {of}")


_PLAIN: Final[dict[type[inspect.Type], str]] = {
    inspect.StructType: "object",
    inspect.BoolType: "`true` or `false`",
    inspect.DateType: "date",
}
_FORMS: Final = {
    "id": "id",
    "uuid": "UUID",
    "printable": "text, at most 80 printable characters",
}
_HOLDS: Final = (
    ("id", "text", "string", "1 to 80 visible ASCII characters, no space; never changed"),
    ("UUID", "text", "string, uuid", "lower or upper case; kept in lower case"),
    ("date", "`2026-04-02`", "int, date", "where it happened"),
    ("decimal", 'text, as `"12.500"`', "bytes, decimal", "never a number; kept to its places"),
    ("whole number", "number", "int or long", "without a fraction"),
    (
        "words in code",
        "text, one of them",
        "enum",
        "where OTHER is one, readers of Avro take it for new ones",
    ),
)


def _in_order(values: tuple[Any, ...]) -> list[Any]:
    """As msgspec sorts them, the open end last."""
    return sorted(values, key=lambda value: (value == "OTHER", value))


def _unit(cls: type[Figure]) -> str:
    doc = (cls.__doc__ or "").strip().rstrip(".")
    return doc[0].lower() + doc[1:]


def _bounds(least: int | None, most: int | None) -> str:
    if least is None:
        return ""
    open_ended = most is None or most >= 2**31 - 1
    return f" from {least:,}" if open_ended else f" {least:,} to {most:,}"
