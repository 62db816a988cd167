"""NOP: the United States. Its goods reach Japan under an arrangement, from 95 % organic on."""

from typing import Final

from ledger.labels.schemes.scheme import Arrangement, Scheme


class _Nop(Scheme):
    last_step = True
    arrangement = Arrangement("US", "NOP_ORGANIC")
    not_to_japan = frozenset({"NOP_MADE_WITH"})
    keeps_parties = "R4"


NOP: Final = _Nop("NOP")
