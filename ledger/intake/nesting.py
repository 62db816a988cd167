"""How deep a JSON text is nested, told before anything parses it.

A parser follows nesting by calling itself: what is nested a hundred thousand times would be
refused by the parser's own limits, if it has any, and only after it has gone all that way.
"""

import re
from typing import Final

DEPTH_MAX: Final = 32
"""Arrays and objects within one another; no event has more than four."""

_TEXT: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_ALIKE: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


def too_deep(text: bytes) -> bool:
    """Whether arrays and objects stand more than DEPTH_MAX deep in a JSON text.

    What is no JSON, as its brackets do not match, may be up to twice as deep before it is told.
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
