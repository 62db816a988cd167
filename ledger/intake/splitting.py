"""JSON that carries many events: where one ends and the next begins.

Lines and array elements come out one by one as they arrive, so a file of any length is read in
the memory of its largest event; what is larger than a message may be is let go, not held.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from json import JSONDecoder
from typing import Final

import msgspec

from ledger.intake.verdicts import (
    MESSAGE_BYTES_MAX,
    MESSAGE_EVENTS_MAX,
    Problem,
    Swallowed,
)

BLANK: Final = b" \t\r\n"
_BLANKS = re.compile(rb"[ \t\r\n]*")
_IN_TEXT = re.compile(rb'["\\]')
_BETWEEN = re.compile(rb'["\[\]{},]')

_COMMAS_MAX: Final = 50 * MESSAGE_EVENTS_MAX
"""Arrays with more are not split in one go: they may have millions of elements."""

Piece = bytes | Swallowed


def lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, Piece]]:
    """Each line that is not blank, with its number from 1; one over 8 MiB swallowed."""
    number, kept = 1, b""
    swallowed: Swallowed | None = None
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        kept += first
        if swallowed is not None or len(kept) > MESSAGE_BYTES_MAX:
            swallowed = swallowed or Swallowed()
            swallowed.feed(kept)
            kept = b""
        for piece in rest:
            if swallowed is not None:
                yield number, swallowed
                swallowed = None
            elif kept and not kept.isspace():
                yield number, kept
            number += 1
            kept = piece
    if swallowed is not None:
        yield number, swallowed
    elif kept and not kept.isspace():
        yield number, kept


def split_message(body: bytes) -> list[tuple[int, bytes]]:
    """The events of a JSON message that is no array, with their line from 1.

    A message is one event, perhaps over many lines, or one event a line: of the latter kind when
    its first line is a JSON text, or when two lines begin with a brace.
    """
    found = [
        (number, line)
        for number, line in islice(lines([body]), MESSAGE_EVENTS_MAX + 1)
        if isinstance(line, bytes)
    ]
    if len(found) > 1 and not _is_json(found[0][1]):
        beginnings = sum(line.startswith(b"{") for _, line in found)
        if beginnings < 2 or _is_json(body):
            return [(found[0][0], body)]
    return found


def _is_json(text: bytes) -> bool:
    try:
        # Raw: nothing is made of it, whatever its size.
        msgspec.json.decode(text, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True


def split_array(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each to be judged on its own; Problem where it is none.

    No more than one element above the limit of a message.
    """
    if body.count(b",") <= _COMMAS_MAX:
        try:
            return [bytes(each) for each in msgspec.json.decode(body, type=list[msgspec.Raw])]
        except (ValueError, RecursionError):
            pass  # one broken element must not take its neighbours with it
    found: list[bytes] = []
    for piece in islice(elements([body]), MESSAGE_EVENTS_MAX + 1):
        if isinstance(piece, Broken):
            raise piece.problem
        if isinstance(piece, bytes):
            found.append(piece)
    return found


class Broken:
    """The rest of an array that has lost its form: let go, because of `problem`."""

    def __init__(self, problem: Problem, rest: Swallowed) -> None:
        self.problem = problem
        self.rest = rest


def elements(chunks: Iterable[bytes]) -> Iterator[Piece | Broken]:
    """Each element of a JSON array; one over 8 MiB swallowed; at last, perhaps, a broken rest."""
    window = _Window(iter(chunks))
    window.next_byte()
    window.at += 1
    byte, comma = window.next_byte(), False
    while byte is not None and (comma or byte != ord("]")):
        value = window.value()
        byte = window.next_byte()
        if byte is None:
            yield Broken(_problem("the array ends within an event"), window.swallow_rest(value))
            return
        if value == b"":
            break
        yield value
        comma = byte == ord(",")
        if comma:
            window.at += 1
            byte = window.next_byte()
        elif byte != ord("]"):
            break
    sentence = "the array ends early"
    if byte is not None:
        closed = byte == ord("]") and not comma
        window.at += closed
        if closed and window.next_byte() is None:
            return
        sentence = "bytes follow the array" if closed else "events need one comma between"
    yield Broken(_problem(sentence), window.swallow_rest(b""))


def _problem(sentence: str) -> Problem:
    return Problem("undecodable", "", f"not JSON: {sentence}")


class _Window:
    """The stretch of an array at hand: `data` from `at` on is not yet read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.data = b""
        self.at = 0
        self._text = ""
        self._chunks = chunks

    def more(self) -> bool:
        """Take in the next chunk and forget what is read; whether there was one."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self.data = self.data[self.at :] + chunk
        # One character a byte: the scanner below finds ends, it never looks at letters.
        self._text = self.data.decode("latin-1")
        self.at = 0
        return True

    def next_byte(self) -> int | None:
        """The next byte that is not blank, left unread; None at the end."""
        while True:
            blank = _BLANKS.match(self.data, self.at)
            self.at = blank.end() if blank else self.at
            if self.at < len(self.data):
                return self.data[self.at]
            if not self.more():
                return None

    def value(self) -> Piece:
        """The next element, read; broken ones too, as far as the comma or bracket behind."""
        try:
            _, end = _scan(self._text, self.at)
        except (ValueError, RecursionError, StopIteration):
            return self._value_slowly()
        if end >= len(self.data) or end - self.at > MESSAGE_BYTES_MAX:
            return self._value_slowly()
        piece = self.data[self.at : end]
        self.at = end
        return piece

    def _value_slowly(self) -> Piece:
        """The bytes up to the comma or bracket that ends the element, over as many chunks."""
        depth, in_text, ahead = 0, False, 0
        swallowed: Swallowed | None = None
        while True:
            mark = (_IN_TEXT if in_text else _BETWEEN).search(self.data, self.at + ahead)
            if mark is None:
                held = len(self.data) - self.at
                ahead = max(ahead, held)
                if swallowed is not None or ahead > MESSAGE_BYTES_MAX:
                    swallowed = self._swallow(swallowed)
                    ahead -= held
                if not self.more():
                    break
                continue
            ahead = mark.end() - self.at
            sign = mark[0]
            if sign == b"\\":
                ahead += 1
            elif sign == b'"':
                in_text = not in_text
            elif sign in b"[{":
                depth += 1
            elif depth == 0:
                ahead -= 1
                break
            elif sign in b"]}":
                depth -= 1
        return self._taken(ahead, swallowed)

    def _taken(self, ahead: int, swallowed: Swallowed | None) -> Piece:
        """The next `ahead` bytes, or all that was swallowed with them."""
        piece = self.data[self.at : self.at + ahead]
        self.at = min(len(self.data), self.at + ahead)
        if swallowed is None and len(piece) <= MESSAGE_BYTES_MAX:
            return piece.rstrip(BLANK)
        swallowed = swallowed or Swallowed()
        swallowed.feed(piece)
        return swallowed

    def _swallow(self, swallowed: Swallowed | None) -> Swallowed:
        """Let go of all that is at hand."""
        swallowed = swallowed or Swallowed()
        swallowed.feed(self.data[self.at :])
        self.at = len(self.data)
        return swallowed

    def swallow_rest(self, begun: Piece) -> Swallowed:
        """Let go of what was begun and of all that follows."""
        swallowed = Swallowed() if isinstance(begun, bytes) else begun
        if isinstance(begun, bytes):
            swallowed.feed(begun)
        while True:
            swallowed.feed(self.data[self.at :])
            self.at = len(self.data)
            if not self.more():
                return swallowed


_scan = JSONDecoder().raw_decode
