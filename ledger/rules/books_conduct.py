"""What the rules on conduct, reports and years ask of the books.

Tallies per source, person and party-year; the same promises as the books they are part of.
"""

from typing import Protocol


class ConductBooks(Protocol):
    """Sums over what sources, persons and parties did."""
