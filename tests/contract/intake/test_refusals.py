"""What the door refuses: one reason each, with the path of the field, and what it lets in."""

import json
from typing import Any
from uuid import UUID

import pytest

from ledger.cases.canonical import TOPICS
from ledger.facts.catalogue import TYPES
from ledger.intake import OPERATOR, Accepted, Refused, door, read, topic_door
from tests.contract.intake.samples import ID, applied, departed, line, text


def refusal(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """Reason and path of the one refusal of a body."""
    (verdict,) = read(body, content_type, OPERATOR)
    assert isinstance(verdict, Refused), verdict
    assert body == verdict.payload
    return verdict.reason, verdict.path


def without(record: dict[str, Any], name: str) -> dict[str, Any]:
    """A record that lacks a field."""
    return {key: value for key, value in record.items() if key != name}


INVALID: list[tuple[dict[str, Any], str]] = [
    # event, path
    (without(applied(), "mark"), "mark"),
    (without(applied(), "type"), "type"),
    (without(applied(), "id"), "id"),
    (without(applied(), "time"), "time"),
    (applied(type=7), "type"),
    (applied(type=None), "type"),
    (applied(id="42"), "id"),
    (applied(id=ID[:14] + "8" + ID[15:]), "id"),
    (applied(id="{" + ID[1:]), "id"),
    (applied(time="yesterday"), "time"),
    (applied(time="2026-02-30T00:00:00Z"), "time"),
    (applied(time="99999-01-01T00:00:00Z"), "time"),
    (applied(time=1_775_000_000), "time"),
    (applied(mark=""), "mark"),
    (applied(mark="JAS A"), "mark"),
    (applied(mark="濡"), "mark"),
    (applied(mark="M" * 81), "mark"),
    (applied(mark=7), "mark"),
    (applied(count=0), "count"),
    (applied(count=1_000_000_001), "count"),
    (applied(count="20"), "count"),
    (applied(count=20.5), "count"),
    (applied(count=True), "count"),
    (applied(count=None), "count"),
    (applied(label_version=0), "label_version"),
    (applied(first=1), "last"),
    (applied(last=20), "first"),
    (applied(first=1, last=21), "last"),
    (applied(first=-1, last=18), "first"),
    (applied(colour="red"), "colour"),
    (applied(note="n" * 501), "note"),
    (applied(note="a\0b"), "note"),
    (applied(corrects="C-1"), "corrects"),
    (applied(documents=[{"name": "x", "sha256": "0"}]), "documents[0].sha256"),
    (applied(documents={}), "documents"),
    (departed(line(mark="JAS A")), "lines[0].mark"),
    (departed(line(), line(units=0)), "lines[1].units"),
    (departed(without(line(), "lot")), "lines[0].lot"),
    (departed(line(colour="red")), "lines[0].colour"),
    (departed(line(pack_weight=0.5)), "lines[0].pack_weight"),
    (departed(line(pack_weight="0.5001")), "lines[0].pack_weight"),
    (departed(line(pack_weight="0")), "lines[0].pack_weight"),
    (departed(line(pack_weight="1e3")), "lines[0].pack_weight"),
    (departed(7), "lines[0]"),  # type: ignore[arg-type]  # a line that is none
    (departed(*[line()] * 1_001), "lines"),
    (departed(origin="USA"), "origin"),
    (departed(origin="us"), "origin"),
    (departed(transport="DONKEY"), "transport"),
    (departed(sealing_mode="OTHER"), "sealing_mode"),
    (departed(certificate={}), "certificate.issuer"),
    (departed(certificate={"issuer": "A", "number": "a\nb"}), "certificate.number"),
    (departed(certificate={"issuer": "A", "number": "  "}), "certificate.number"),
]


@pytest.mark.parametrize(("event", "path"), INVALID, ids=lambda value: str(value)[:40])
def test_invalid(event: dict[str, Any], path: str) -> None:
    """A field that cannot be is told by its path."""
    assert ("invalid", path) == refusal(text(event))


BODY = text(applied()).decode()
BODIES: list[tuple[bytes, str, str]] = [
    # body, reason, path
    (b"", "undecodable", ""),
    (b" \n ", "undecodable", ""),
    (b"\xff\xfe", "undecodable", ""),
    (b"hello", "undecodable", ""),
    (BODY[:-1].encode(), "undecodable", ""),
    ((BODY + "}").encode(), "undecodable", ""),
    (BODY.replace("20,", "NaN,").encode(), "undecodable", ""),
    (BODY.replace("20,", "-Infinity,").encode(), "undecodable", ""),
    (BODY.replace("20,", "020,").encode(), "undecodable", ""),
    (BODY.replace("L-7", "\\ud800").encode(), "undecodable", ""),
    (BODY.replace("L-7", "\xff").encode("latin-1"), "undecodable", ""),
    (BODY.replace("20,", "[" * 50_000 + "]" * 50_000 + ",").encode(), "undecodable", ""),
    (BODY.replace("20,", "1e999,").encode(), "invalid", "units"),
    (BODY.replace("20,", "2e1,").encode(), "invalid", "units"),
    (BODY.replace("20,", "9" * 5_000 + ",").encode(), "invalid", "units"),
    (BODY.replace("20,", "-" + "9" * 5_000 + ",").encode(), "invalid", "units"),
    (BODY.replace("{", '{"lot":"L-8",', 1).encode(), "invalid", "lot"),
    (BODY.replace("{", '{"note":null,"note":"x",', 1).encode(), "invalid", "note"),
    (BODY.replace("{", '{"l\\u006ft":"L-8",', 1).encode(), "invalid", "lot"),
    (BODY.replace("{", '{"type":"LotHeld",', 1).encode(), "invalid", "type"),
    (
        text(departed()).replace(b'"units"', b'"lot":"L-8","units"'),
        "invalid",
        "lines[0].lot",
    ),
    (b"{}", "invalid", "type"),
    (b"42", "invalid", ""),
    (b"null", "invalid", ""),
    (b'"SealsApplied"', "invalid", ""),
    (text(applied(type="SealsAdmired")), "unknown-schema", "type"),
    (text(applied(type="SealsAdmired", count=0)), "unknown-schema", "type"),
    (text(applied(type="DiscrepancyOpened")), "not-permitted", "type"),
    (b"\x00\x00\x00\x00\x07abc", "undecodable", ""),
    (b"\xc3\x01", "undecodable", ""),
    (b"\xc3\x01abcdefgh", "unknown-schema", ""),
    (b"Obj\x01", "undecodable", ""),
]


@pytest.mark.parametrize(
    ("body", "reason", "path"), BODIES, ids=lambda value: str(value)[:30] or "-"
)
def test_bodies(body: bytes, reason: str, path: str) -> None:
    """A body that is no event is refused for one reason."""
    assert (reason, path) == refusal(body)


def test_the_id_of_a_refused_event() -> None:
    """A refused event is known by its id where it has one."""
    (verdict,) = read(text(applied(count=0, id=ID.upper())), None, OPERATOR)

    assert UUID(ID) == verdict.id


@pytest.mark.parametrize(
    "event",
    [
        applied(note=None, actor=None, documents=None),
        applied(note="", actor="", documents=[], line=""),
        applied(id=ID.upper(), time="2026-04-02T00:30:00Z"),
        departed(line(mark=None)),
        departed(line(mark="")),
        departed(certificate=None, contract=""),
        departed(certificate={"issuer": "A", "number": "Nr. 7 / 2026 日"}),
    ],
    ids=str,
)
def test_absent_in_many_ways(event: dict[str, Any]) -> None:
    """Null, empty text and empty lists are absent: none of them is in the canonical form."""
    (verdict,) = read(text(event), None, OPERATOR)

    assert isinstance(verdict, Accepted), verdict
    for gone in (b"null", b'""', b"[]", ID.upper().encode().replace(b"-", b"") + b"!"):
        assert gone not in verdict.state
    assert verdict.id == UUID(ID)


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("channel", ["S", "O", "C"])
def test_channels(name: str, channel: str) -> None:
    """A type comes in on its channels only; on others it is not-permitted, invalid or not."""
    (verdict,) = read(text({"type": name}), None, door(channel))

    assert isinstance(verdict, Refused)
    allowed = channel in TYPES[name].channels
    assert ("invalid" if allowed else "not-permitted") == verdict.reason


@pytest.mark.parametrize("name", sorted(TOPICS))
def test_decisions(name: str) -> None:
    """The ledger's own decisions come through no door, not even the operator's."""
    assert refusal(text(applied(type=name))) == ("not-permitted", "type")


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("ledger.scans", None),
        ("ledger.operators", "not-permitted"),
        ("ledger.certifiers", "not-permitted"),
    ],
)
def test_topics(topic: str, reason: str | None) -> None:
    """Attaching is what scanners report, and nobody else."""
    (verdict,) = read(text(applied()), None, topic_door(topic))

    assert reason == getattr(verdict, "reason", None)


@pytest.mark.parametrize("event", [applied(), applied(count=0)])
def test_another_source(event: dict[str, Any]) -> None:
    """A door bound to a source lets no other one report, valid or not."""
    (mine,) = read(text(applied()), None, door("S", "S-1"))
    (other,) = read(text(event), None, door("S", "S-2"))

    assert isinstance(mine, Accepted)
    assert isinstance(other, Refused)
    assert (other.reason, other.path) == ("not-permitted", "source")


FORMS: list[tuple[str | None, bytes, list[str]]] = [
    # content type, body, verdict on each event ("" is accepted)
    ("application/json", text(applied()), [""]),
    ("application/json", json.dumps(applied(), indent=2).encode(), [""]),
    ("application/json; charset=utf-8", text([applied(), applied(count=0)]), ["", "invalid"]),
    ("application/x-ndjson", text(applied()) + b"\r\n\n" + text(applied()), ["", ""]),
    ("application/x-ndjson", b"{\n" + text(applied()) + b"\n", ["undecodable", ""]),
    ("application/json", text(applied()) + b"\n" + text(applied())[:-1], ["", "undecodable"]),
    (None, b"\xef\xbb\xbf" + text(applied()), [""]),
    ("text/plain", text([applied(), 7, None]), ["", "invalid", "invalid"]),
    (None, b"[" + text(applied()) + b',{"a":NaN},7]', ["", "undecodable", "invalid"]),
    (None, b"[" + text(applied()) + b',{"a":"\xff"},7]', ["", "undecodable", "invalid"]),
    (None, b"[" + text(applied()) + b"," + text(applied())[:-1], ["undecodable"]),
    (None, b"[" + text(applied()) + b"]]", ["undecodable"]),
    (None, b"[" + text(applied()) + b",]", ["undecodable"]),
    (None, b"[]", []),
    ("application/vnd.seals.avro", text(applied()), ["undecodable"]),
    ("application/json", b"\xc3\x01abcdefgh", ["undecodable"]),
]  # fmt: skip


@pytest.mark.parametrize(("content_type", "body", "expected"), FORMS, ids=lambda v: str(v)[:30])
def test_forms(content_type: str | None, body: bytes, expected: list[str]) -> None:
    """One event or many in JSON; each is judged on its own as far as it can be told apart."""
    found = [getattr(verdict, "reason", "") for verdict in read(body, content_type, OPERATOR)]

    assert expected == found
