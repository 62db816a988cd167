"""Final fattening: how long before slaughter grazing animals may have less roughage and no run."""

from datetime import date, timedelta
from typing import Final

from ledger.labels.rows import months_after

MONTHS_MAX: Final = 3
LIFE_PARTS: Final = 5
"""The shorter of three months and a fifth of life (JAS for organic livestock, article 4)."""


def first_fattening_day(born_on: date, slaughter_on: date) -> date:
    """The first day of final fattening: whole days of a fifth of life, three months at most."""
    fifth = timedelta(days=(slaughter_on - born_on).days // LIFE_PARTS)
    return max(months_after(slaughter_on, -MONTHS_MAX), slaughter_on - fifth)
