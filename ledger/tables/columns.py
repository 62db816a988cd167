"""Templates: the columns of each type of event, derived from the types themselves."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, cast

from msgspec import Struct, inspect

from ledger.facts.catalogue import TYPES
from ledger.facts.identity import Fact
from ledger.facts.registry import SourceHeartbeat
from ledger.facts.scalars import Figure, Share, Weight, WeightOrZero

Kind = Literal[
    "id", "text", "count", "delta", "weight", "share", "decimal", "date", "moment", "clock", "bool",
    "enum", "country", "uuid", "sha256",
]  # fmt: skip

PREFIXES: Final = {
    "lines": "", "inputs": "input_", "children": "child_", "ingredients": "ingredient_",
    "documents": "document_",
}  # fmt: skip
"""What stands before the fields of an object of which an event has several; of others its name."""
HELPERS: Final = ("pack_weight", "product_name", "lot_name")
"""Columns that are read and not recorded, where a template has none of that name."""

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(columns.split())
    for name, columns in {
        "PartyRegistered": "party",
        "SourceRegistered": "registers",
        "MarkRegistered": "mark",
        "CertificationChanged": "party scheme role issuer number status from",
        "IssuerDesignated": "issuer country scheme from",
        "ConsignmentContractSigned": "contract",
        "ConsignmentContractEnded": "contract",
        "ResponsiblePersonDesignated": "contract person from",
        "SealTrainingCompleted": "person party course completed_on",
        "PersonQualified": "person party function from",
        "PersonRegistered": "person party from",
        "ProgrammeEnrolled": "party programme from",
        "ProductRegistered": "product recipe_version",
        "LabelApproved": "label version",
        "LabelWithdrawn": "label version",
        "LotRecorded": "lot",
        "LotGraded": "lot",
        "LotSubdivided": "lot",
        "SealsDispatched": "dispatch mark first",
        "SealsReceived": "dispatch mark first",
        "ShipmentDeparted": "shipment",
        "ShipmentReceived": "shipment",
        "ShipmentDocumentsSent": "shipment certificate_number",
        "SealReportFiled": "report version",
        "ExportCertificateRequested": "request",
        "ExportCertificateIssued": "issuer number",
        "ExportCertificateCancelled": "issuer number",
        "ComplaintReceived": "complaint",
        "AnnualReportFiled": "party fiscal_year role product rcb filed_on",
        "EventRetracted": "target",
    }.items()
}
"""What tells an event of a type from others of that type; all other types need a number (`ref`)."""


class Column(NamedTuple):
    """A column of a template: what it is called in files, where its value goes, how it is read.

    `path` leads to its field from the event (`lines` and the like without an index); empty where
    it is read and not recorded, or goes into an id or a time. `required` = a table without it does
    not fit, `needed` = the object that it stands in needs it. `many` = parts of a list in a cell.
    """

    code: str
    kind: Kind
    path: tuple[str, ...] = ()
    required: bool = False
    needed: bool = False
    of_line: bool = False
    many: bool = False
    members: tuple[str, ...] = ()
    figure: type[Figure] | None = None
    least: int = 0
    most: int = 0
    characters_max: int = 0
    unit: str = ""


class Template(Struct, frozen=True, dict=True):
    """The columns of one type of event; `lines` is the field of which each row adds an entry."""

    name: str
    type: type[Fact]
    columns: tuple[Column, ...]
    lines: str | None
    key: tuple[str, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Column]:
        """Columns by their code, those that are only read included."""
        return {column.code: column for column in self.columns}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The codes that a table of this template has to have."""
        return tuple(column.code for column in self.columns if column.required)

    @cached_property
    def recorded(self) -> tuple[Column, ...]:
        """The columns of the template's own file."""
        return tuple(column for column in self.columns if column.code not in _unshown(self))


def _unshown(template: Template) -> tuple[str, ...]:
    return tuple(
        column.code
        for column in template.columns
        if not column.path and column.code in HELPERS
        if column.code != "pack_weight"
    )


_COMMON: Final = (
    Column("ref", "id", characters_max=80),
    Column("revision", "count", most=2**31 - 1),
    Column("id", "uuid", ("id",)),
    Column("time", "moment", ("time",), required=True, needed=True),
    Column("clock", "clock"),
    Column("source", "id", ("source",), needed=True, characters_max=80),
    Column("actor", "id", ("actor",), characters_max=80),
    Column("corrects", "uuid", ("corrects",)),
    Column("note", "text", ("note",), characters_max=500),
    Column("document_name", "text", ("documents", "name"), characters_max=200),
    Column("document_sha256", "sha256", ("documents", "sha256")),
)
_COMMON_CODES: Final = frozenset(Fact.__struct_fields__)


def _template(name: str, of: type[Fact]) -> Template:
    columns = [*_COMMON]
    lines = None
    for field in _fields(of):
        if field.encode_name in _COMMON_CODES:
            continue
        held, many = _held(field.type)
        if isinstance(held, inspect.StructType):
            name_of = field.encode_name
            prefix = PREFIXES.get(name_of, f"{name_of}_")
            lines = name_of if many else lines
            columns += _nested(held, (name_of,), prefix, field=field, many=many)
        else:
            columns.append(_column(field, held, (field.encode_name,), "", many=many))
    codes = {column.code for column in columns}
    helpers = [
        Column("pack_weight", "weight", of_line=True, figure=Weight, unit="kg"),
        Column("product_name", "text", of_line=True),
        Column("lot_name", "text", of_line=True),
    ]
    weighed = "net_weight" in codes
    columns += [h for h in helpers if h.code not in codes and (weighed or h.kind == "text")]
    return Template(name, of, tuple(columns), lines, KEYS.get(name, ()))


def _nested(
    of: inspect.StructType, path: tuple[str, ...], prefix: str, *, field: inspect.Field, many: bool
) -> Iterator[Column]:
    always = (many and path == ("lines",)) or (not many and field.required)
    for inner in _fields(of.cls):
        held, some = _held(inner.type)
        column = _column(inner, held, (*path, inner.encode_name), prefix, many=some)
        yield column._replace(required=column.needed and always, of_line=many)


def _fields(of: type[Struct]) -> tuple[inspect.Field, ...]:
    return cast("inspect.StructType", inspect.type_info(of)).fields


def _held(of: inspect.Type) -> tuple[inspect.Type, bool]:
    """What a field holds where it holds something, and whether it holds many."""
    if isinstance(of, inspect.UnionType):
        (of,) = (each for each in of.types if not isinstance(each, inspect.NoneType))
    if isinstance(of, inspect.VarTupleType):
        return of.item_type, True
    return of, False


def _column(
    field: inspect.Field, held: inspect.Type, path: tuple[str, ...], prefix: str, *, many: bool
) -> Column:
    needed = field.required
    column = Column(prefix + field.encode_name, "text", path, needed, needed=needed, many=many)
    return column._replace(**_read_as(held))


def _read_as(of: inspect.Type) -> dict[str, Any]:  # noqa: C901, PLR0911  (a table of types)
    match of:
        case inspect.LiteralType(values=values):
            return {"kind": "enum", "members": tuple(cast("list[str]", values))}
        case inspect.BoolType():
            return {"kind": "bool"}
        case inspect.DateType():
            return {"kind": "date"}
        case inspect.IntType(ge=least, le=most):
            kind = "delta" if (least or 0) < 0 else "count"
            return {"kind": kind, "least": least or 0, "most": most or 0}
        case inspect.CustomType(cls=cls) if issubclass(cls, Figure):
            if issubclass(cls, Weight | WeightOrZero):
                return {"kind": "weight", "figure": cls, "unit": "kg"}
            return {"kind": "share" if cls is Share else "decimal", "figure": cls}
        case inspect.Metadata(type=inspect.StrType(max_length=most), extra={"form": form}):
            kinds = {"id": "id", "uuid": "uuid"}
            return {"kind": kinds.get(form, "text"), "characters_max": most or 0}
        case inspect.StrType(pattern=str(), max_length=2):
            return {"kind": "country"}
        case inspect.StrType(pattern=str()):
            return {"kind": "sha256"}
        case inspect.StrType(max_length=most):
            return {"kind": "text", "characters_max": most or 0}
    raise TypeError(f"no column holds {of}")


TEMPLATES: Final[Mapping[str, Template]] = {
    name: _template(name, of) for name, of in TYPES.items() if of is not SourceHeartbeat
}
"""By name: one for each type that somebody may report by table."""
