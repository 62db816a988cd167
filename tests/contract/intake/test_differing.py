"""A container whose own schema gives its numbers another meaning than ours."""

import copy
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import fastavro
import pytest

from ledger.facts import canonical
from ledger.intake import OPERATOR, Accepted, Refused, read
from ledger.intake.container import MAGIC
from ledger.intake.schemas import fingerprint_of, released
from ledger.intake.verdicts import Verdict
from tests.contract.intake.samples import text

SCHEMA: Any = copy.deepcopy(released().newest["LotRecorded"].source)
OURS = released().newest["LotRecorded"]
LOT = {
    "type": "LotRecorded", "id": "0197f000-0000-7000-8000-000000000001", "source": "S-1",
    "time": "2026-04-02T09:30:00.125000+09:00", "lot": "L-7", "operator": "E-1", "number": "7",
    "product": "P-1", "status": "ORGANIC", "quantity": "1234.000", "pack_weight": "5.000",
    "produced_on": "2026-04-01",
    "inputs": [{"lot": "L-6", "quantity": "1300.000", "label_verified": True}],
}  # fmt: skip
MICROS = 1_775_089_800_125_000


def raw(*, per_second: int = 1_000_000, places: int = 3, **fields: Any) -> dict[str, Any]:
    """The lot as numbers and bytes, times and weights in those units."""
    weight = {each: _unscaled(kilos * 10**places) for each, kilos in KILOS.items()}
    return {
        **{name: value for name, value in LOT.items() if name != "type"},
        "time": MICROS * per_second // 1_000_000, "offset": 540, "documents": [],
        "produced_on": 20_544, "quantity": weight["quantity"], "pack_weight": weight["pack"],
        "inputs": [{"lot": "L-6", "quantity": weight["input"], "label_verified": True}],
        **fields,
    }  # fmt: skip


KILOS = {"quantity": 1234, "pack": 5, "input": 1300}


def _unscaled(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)


def changed(logical: str, change: Callable[[dict[str, Any]], None]) -> Any:
    """Our schema, all its fields of one logical type changed."""
    found = copy.deepcopy(SCHEMA)

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("logicalType") == logical:
                change(node)
            for each in list(node.values()):
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(found)
    assert found != SCHEMA
    return found


def container(schema: Any, record: dict[str, Any], *, union: bool = False) -> bytes:
    """A container of one event, its header saying that schema, its numbers as they are given."""
    body = BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(bare(schema)), record)
    said = json.dumps([schema] if union else schema).encode()
    block = (b"\0" if union else b"") + body.getvalue()
    meta = long(1) + long(11) + b"avro.schema" + long(len(said)) + said + long(0)
    return MAGIC + meta + b"s" * 16 + long(1) + long(len(block)) + block + b"s" * 16


def long(number: int) -> bytes:
    """An Avro long."""
    out, number = b"", number << 1
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def bare(schema: Any) -> Any:
    """A schema whose values are written as they are given."""
    if isinstance(schema, dict):
        return {key: bare(each) for key, each in schema.items() if key not in LOGICAL}
    return [bare(each) for each in schema] if isinstance(schema, list) else schema


LOGICAL = {"logicalType", "precision", "scale"}


def one(body: bytes) -> Verdict:
    """The only verdict on a container."""
    (verdict,) = read(body, None, OPERATOR)
    return verdict


def millis(node: dict[str, Any]) -> None:
    """Times in thousandths."""
    node["logicalType"] = "timestamp-millis"


def two_places(node: dict[str, Any]) -> None:
    """Weights of two places."""
    node["scale"] = 2


def no_places(node: dict[str, Any]) -> None:
    """Whole weights, as a schema without a scale says."""
    del node["scale"]


def wider(node: dict[str, Any]) -> None:
    """More digits than ours."""
    node["precision"] = 30


def no_meaning(node: dict[str, Any]) -> None:
    """No logical type at all."""
    del node["logicalType"]


def four_places(node: dict[str, Any]) -> None:
    """Weights of four places, of which ours hold three."""
    node["scale"] = 4


def nanos(node: dict[str, Any]) -> None:
    """Times finer than ours."""
    node["logicalType"] = "timestamp-nanos"


def local(node: dict[str, Any]) -> None:
    """Times of an unknown place."""
    node["logicalType"] = "local-timestamp-micros"


def day_time(node: dict[str, Any]) -> None:
    """Thousandths of a day instead of a day."""
    node["logicalType"] = "time-millis"


EXACT: list[tuple[str, Callable[[dict[str, Any]], None], dict[str, int]]] = [
    ("timestamp-micros", millis, {"per_second": 1_000}),
    ("decimal", two_places, {"places": 2}),
    ("decimal", no_places, {"places": 0}),
    ("decimal", wider, {}),
    ("uuid", no_meaning, {}),
]


@pytest.mark.parametrize("union", [False, True])
@pytest.mark.parametrize(("logical", "change", "units"), EXACT)
def test_what_can_be_converted_exactly_is(
    logical: str, change: Callable[[dict[str, Any]], None], units: dict[str, int], *, union: bool
) -> None:
    """Thousandths become millionths and two places three: the fact that JSON would give."""
    schema = changed(logical, change)
    assert fingerprint_of(schema) == OURS.fingerprint
    verdict = one(container(schema, raw(**units), union=union))

    assert isinstance(verdict, Accepted), verdict
    assert verdict.state == canonical.encode(canonical.decode(text(LOT)))


INEXACT = [
    ("timestamp-micros", nanos, "time"),
    ("timestamp-micros", local, "time"),
    ("timestamp-micros", no_meaning, "time"),
    ("decimal", four_places, "quantity"),
    ("decimal", no_meaning, "quantity"),
    ("date", no_meaning, "produced_on"),
    ("date", day_time, "produced_on"),
]


@pytest.mark.parametrize(("logical", "change", "path"), INEXACT)
def test_what_cannot_is_refused_by_its_schema(
    logical: str, change: Callable[[dict[str, Any]], None], path: str
) -> None:
    """A meaning that is not exactly ours is `unknown-schema`, and the sentence names the field."""
    verdict = one(container(changed(logical, change), raw()))

    assert isinstance(verdict, Refused), verdict
    assert verdict.reason == "unknown-schema"
    assert f"{path}: the schema says" in verdict.sentence


@pytest.mark.parametrize("scale", [-1_000_000_000, 10**9, "2", 1.5, None, [3]])
def test_a_scale_that_is_none_is_refused(scale: object) -> None:
    """Whatever a header claims, it is answered at once and in a sentence."""
    verdict = one(container(changed("decimal", lambda node: node.update(scale=scale)), raw()))

    assert isinstance(verdict, Refused)
    assert verdict.reason in {"undecodable", "unknown-schema"}


def test_a_refused_event_of_theirs_can_be_sent_again() -> None:
    """What is kept of an event is in our own schema, so that its times and weights stay true."""
    schema = changed("timestamp-micros", millis)
    verdict = one(container(schema, raw(per_second=1_000, number="")))
    assert isinstance(verdict, Refused)
    again = one(verdict.payload)

    assert isinstance(again, Refused)
    assert (again.reason, again.path) == (verdict.reason, verdict.path) == ("invalid", "number")
    kept = fastavro.schemaless_reader(BytesIO(verdict.payload[10:]), OURS.reader, None)
    assert isinstance(kept, dict)
    assert kept["time"] == MICROS
