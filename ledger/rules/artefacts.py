"""Suspected scanner artefacts: what a slip of a scanner, a key or an eye looks like.

A flag on a discrepancy, never a reason to stay silent.
"""

import unicodedata
from decimal import Decimal
from typing import Final

_LOOKS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DROPPED: Final = str.maketrans(dict.fromkeys("-_./ "))


def fold(identifier: str) -> str:
    """What an id looks like: ids with the same fold are easily taken for one another (S3)."""
    return unicodedata.normalize("NFKC", identifier).upper().translate(_LOOKS).translate(_DROPPED)


def swapped(expected: int | Decimal, found: int | Decimal) -> bool:
    """S1: the figures become equal by exchanging two adjacent digits of one."""
    one, other = _digits(expected), _digits(found)
    if len(one) != len(other):
        return False
    differ = [index for index, digit in enumerate(one) if digit != other[index]]
    if len(differ) != 2 or differ[1] != differ[0] + 1:
        return False
    first, second = differ
    return one[first] == other[second] and one[second] == other[first]


def slipped(expected: int | Decimal, found: int | Decimal) -> bool:
    """S2: one figure becomes the other by dropping one digit."""
    longer, shorter = sorted((_digits(expected), _digits(found)), key=len, reverse=True)
    if len(longer) != len(shorter) + 1:
        return False
    return any(longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer)))


def miscounted(expected: int | Decimal, found: int | Decimal) -> bool:
    """S1 or S2; a figure below zero is nobody's slip."""
    if expected < 0 or found < 0:
        return False
    return swapped(expected, found) or slipped(expected, found)


def _digits(figure: int | Decimal) -> str:
    # Weights of one kind have the same places, so the point tells nothing a digit does not.
    return str(figure).replace(".", "")
