"""COR: Canada. Its goods reach Japan under an arrangement, from 95 % organic on."""

from typing import Final

from ledger.labels.schemes.scheme import Arrangement, Scheme


class _Cor(Scheme):
    last_step = True
    arrangement = Arrangement("CA", "COR_ORGANIC")
    not_to_japan = frozenset({"COR_CONTAINS"})


COR: Final = _Cor("COR")
