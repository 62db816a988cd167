"""One event as JSON: its verdict.

The ordinary event takes the fast way; whatever is odd about one is judged anew, slowly and fully.
"""

import json
import re
from json import JSONDecodeError
from typing import Any, Final, cast

import msgspec
from msgspec.structs import force_setattr

from ledger.facts import canonical
from ledger.facts.catalogue import AnyFact
from ledger.facts.identity import Fact
from ledger.facts.scalars import moment
from ledger.intake.doors import Door
from ledger.intake.judging import Record, Verified, accepted, judge, permitted, refuse, verified
from ledger.intake.verdicts import EVENT_BYTES_MAX, Problem, Verdict, refused, too_large

INTEGER_MAX: Final = 2**63 - 1
"""Integers beyond are beyond every field: they stand for themselves as this one."""

DEPTH_MAX: Final = 32
"""Arrays and objects within one another; no event has more than four."""

_TEXT: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_ALIKE: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")

_decode = msgspec.json.Decoder[Fact](cast("Any", AnyFact), dec_hook=canonical.read_figure).decode


def judge_json(index: int, raw: bytes, door: Door) -> Verdict:
    """The verdict on one event's JSON."""
    found = ordinary(raw, door)
    return _judge_slowly(index, raw, door) if found is None else accepted(index, *found)


def ordinary(raw: bytes, door: Door) -> Verified | None:
    """The fact of an event in which nothing is odd; None: whatever it is, the slow way says it."""
    try:
        fact = _decode(raw)
        if type(fact) in door.permitted and (door.source is None or fact.source == door.source):
            time, at = moment(fact.time)
            if time != fact.time:
                # The fact was made two lines above and nobody else has seen it yet.
                force_setattr(fact, "time", time)
            state = canonical.encode(fact)
            if b"\\" not in raw and raw.count(b'"') == state.count(b'"'):
                # As many quotes as the canonical form: nothing was said twice or left out.
                return fact, state, at, verified(fact, state)
    except (Problem, ValueError, RecursionError):
        # Decoding follows no nesting but that of the type, and gives up at its own limit where it
        # looks for the type's name.
        pass
    return None


def _judge_slowly(index: int, raw: bytes, door: Door) -> Verdict:
    try:
        record = parse(raw)
    except Problem as problem:
        return refused(index, problem, raw)
    if not isinstance(record, dict):
        return refused(index, Problem("invalid", "", "expected an event: a JSON object"), raw)
    twice = repeated(record, "")
    name = record.pop("type", None)
    try:
        return judge(index, _permitted(name, record, door, twice), record)
    except Problem as problem:
        return refuse(index, problem, name, record, raw)


def _permitted(name: object, record: Record, door: Door, twice: str | None) -> type[Fact]:
    """The type of an event in which nothing is said twice; Problem otherwise."""
    if name is None:
        raise Problem("invalid", "type", "type: an event says its type")
    if twice == "type":
        raise Problem("invalid", "type", "type: given twice")
    kind = permitted(name, record, door)
    if twice is not None:
        raise Problem("invalid", twice, f"{twice}: given twice")
    return kind


class _Repeating(dict[str, Any]):
    """An object in which a key stood twice; `key` is the first such."""

    key: str


def parse(raw: bytes) -> Any:
    """The value of a JSON text; Problem `undecodable` where it is none, or nested too deeply.

    Problem `too-large` where it has more parts than an event may have bytes: each part takes a
    hundred bytes of memory. Objects in which a key stands twice are marked; see `repeated`.
    """
    if too_deep(raw):
        sentence = f"not JSON that is read here: nested deeper than {DEPTH_MAX}"
        raise Problem("undecodable", "", sentence)
    if sum(map(raw.count, (b",", b"[", b"{"))) > EVENT_BYTES_MAX:
        raise too_large("the event", EVENT_BYTES_MAX)
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant
        )
        if "\\u" in text:
            _no_surrogates(value)
    except UnicodeError:
        raise Problem("undecodable", "", "not UTF-8 text") from None
    except JSONDecodeError as error:
        raise Problem("undecodable", "", f"not JSON: {error}") from None
    return value


def repeated(value: Any, path: str) -> str | None:
    """The path of the first key that stands twice in its object, or None."""
    if isinstance(value, dict):
        if isinstance(value, _Repeating):
            return f"{path}.{value.key}" if path else value.key
        for key, each in value.items():
            if isinstance(each, dict | list):
                found = repeated(each, f"{path}.{key}" if path else key)
                if found is not None:
                    return found
    elif isinstance(value, list):
        for index, each in enumerate(value):
            if isinstance(each, dict | list):
                found = repeated(each, f"{path}[{index}]")
                if found is not None:
                    return found
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    seen: set[str] = set()
    marked = _Repeating(plain)
    for key, _ in pairs:
        if key in seen:
            marked.key = key
            break
        seen.add(key)
    return marked


def _integer(text: str) -> int:
    beyond = -INTEGER_MAX if text.startswith("-") else INTEGER_MAX
    if len(text) > len(str(beyond)):
        return beyond
    return max(-INTEGER_MAX, min(INTEGER_MAX, int(text)))


def _constant(name: str) -> float:
    raise Problem("undecodable", "", f"not JSON: {name} is no number")


def _no_surrogates(value: Any) -> None:
    """Raise UnicodeError where half a surrogate pair stands in a text."""
    json.dumps(value, ensure_ascii=False).encode("utf-8")


def too_deep(text: bytes) -> bool:
    """Whether arrays and objects stand more than DEPTH_MAX deep in a JSON text.

    A parser follows nesting by calling itself: this is told before one begins. What is no JSON, as
    its brackets do not match, may be up to twice as deep before it is told.
    """
    if text.count(b"[") + text.count(b"{") <= DEPTH_MAX:
        return False
    brackets = _TEXT.sub(b"", text).translate(_ALIKE, _NO_BRACKETS)
    # Each round takes the innermost level away, in the time of one copy of what is left.
    for _ in range(DEPTH_MAX):
        fewer = brackets.replace(b"[]", b"")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    return b"[]" in brackets or brackets.count(b"[") > DEPTH_MAX
