"""Made seasons: a world of seals that could have been, and the key of what is wrong in it. Pure.

The same events, seed and faults give the same facts, byte for byte, on any machine.
"""

from ledger.season.faults import Mix
from ledger.season.making import Key, Season, season
from ledger.season.scenario import Case

__all__ = ["Case", "Key", "Mix", "Season", "season"]
