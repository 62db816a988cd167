"""Hypothesis strategies for facts: every type, every optional field, edges and odd letters."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, cast

from hypothesis import strategies as st
from msgspec import Struct, inspect

from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.lots import ProcessRecorded
from ledger.facts.scalars import TIME_MICROS_MAX, TIME_MICROS_MIN, Figure, time_text

LIST_MAX = 4
VISIBLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
WORDS = st.characters(
    categories=("L", "M", "N", "P", "S", "Z", "Cc", "Cf", "Co", "Cn"), exclude_characters="\0"
)
PRINTABLE = st.characters(categories=("L", "N", "P", "S"), include_characters=" ")


def ids() -> st.SearchStrategy[str]:
    """Ids: 1 to 80 visible ASCII characters."""
    return st.text(VISIBLE, min_size=1, max_size=80)


def event_ids() -> st.SearchStrategy[str]:
    """UUIDs in lower case, none of version 8."""
    return st.uuids().map(str).filter(lambda text: text[14] != "8")


def times() -> st.SearchStrategy[str]:
    """Canonical times over the whole calendar, more often in this century."""
    ours = st.integers(946_684_800_000_000, 4_102_444_800_000_000)
    ever = st.integers(TIME_MICROS_MIN, TIME_MICROS_MAX - 1)
    return st.builds(time_text, ours | ours | ever, st.sampled_from((540, 0, -480)) | _offsets())


def _offsets() -> st.SearchStrategy[int]:
    return st.integers(-1439, 1439)


@st.composite
def facts(draw: st.DrawFn, *kinds: type[Fact] | str) -> Fact:
    """Facts of the kinds given by type or name, or of any kind."""
    chosen = [TYPES[kind] if isinstance(kind, str) else kind for kind in kinds]
    kind = draw(st.sampled_from(chosen or list(TYPES.values())))
    fields = {
        name: draw(strategy) for name, strategy in _fields(kind).items() if name not in _LATER
    }
    fields["id"] = draw(event_ids())
    fields["time"] = draw(times())
    _agree(draw, kind, fields)
    return kind(**fields)


_LATER = {"id", "time", "first", "last"}


def _agree(draw: st.DrawFn, kind: type[Fact], fields: dict[str, Any]) -> None:
    """Make the fields of a fact fit one another."""
    if "first" in kind.__struct_fields__ and draw(st.booleans()):
        fields["first"] = draw(st.integers(0, 2**62 - fields["count"]))
        fields["last"] = fields["first"] + fields["count"] - 1
    if fields.get("found_at") == "SHIPPED":
        fields["shipment"] = draw(ids())
    if fields.get("mode") == "PER_SHIPMENT":
        lines = [draw(_of(type(line), {"lot": ids()})) for line in fields["lines"]]
        fields["lines"] = tuple(lines)
    if kind is ProcessRecorded and fields["lot"] is None:
        fields["herd"] = draw(ids())
    if fields.get("delta") == 0:
        fields["delta"] = draw(st.sampled_from((-1, 1)))


def _of(
    kind: type[Struct], instead: dict[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[Any]:
    return st.builds(kind, **(_fields(kind) | (instead or {})))


@cache
def _fields(kind: type[Struct]) -> dict[str, st.SearchStrategy[Any]]:
    info = cast("inspect.StructType", inspect.type_info(kind))
    return {field.name: _value(field.type) for field in info.fields}


def _value(of: inspect.Type) -> st.SearchStrategy[Any]:  # noqa: PLR0911  (a table of types)
    match of:
        case inspect.UnionType(types=types):
            return st.one_of(*(_value(each) for each in types))
        case inspect.NoneType():
            return st.none()
        case inspect.VarTupleType(item_type=item):
            return st.lists(_value(item), max_size=LIST_MAX).map(tuple)
        case inspect.Metadata(extra={"form": "uuid"}):
            return event_ids()
        case inspect.Metadata(extra={"form": "id"}):
            return ids()
        case inspect.Metadata(extra={"form": "printable"}):
            return st.text(PRINTABLE, min_size=1, max_size=80).filter(lambda text: text.strip())
        case inspect.StructType(cls=cls):
            return _of(cls)
    return _scalar(of)


def _scalar(of: inspect.Type) -> st.SearchStrategy[Any]:  # noqa: PLR0911  (a table of types)
    match of:
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.StrType(pattern=str() as pattern):
            return st.from_regex(pattern.removesuffix("$") + r"\Z")
        case inspect.StrType(min_length=least, max_length=most):
            return st.text(WORDS, min_size=least or 0, max_size=most)
        case inspect.IntType(ge=least, le=most):
            edges = st.sampled_from((least or 0, most or 0))
            return edges | st.integers(least, most)
        case inspect.BoolType():
            return st.booleans()
        case inspect.DateType():
            return st.dates(date(1, 1, 1), date(9999, 12, 31))
        case inspect.CustomType(cls=cls) if issubclass(cls, Figure):
            return figures(cls)
    raise TypeError(f"no strategy for {of}")


def figures(kind: type[Figure]) -> st.SearchStrategy[Figure]:
    """Decimals that a field of that kind holds."""
    least = 0 if kind.zero else 1
    unscaled = st.integers(least, 10**kind.digits - 1)
    return unscaled.map(lambda number: kind.read(Decimal(number).scaleb(-kind.places)))
