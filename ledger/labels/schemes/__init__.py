"""Schemes: what each asks beyond the dated tables; a file each, every one in SCHEMES.

A new scheme is a code in `facts/scalars.py`, rows in the tables, a file here and its name below.
"""

from ledger.labels.schemes.act import ACT, ACT_EU
from ledger.labels.schemes.bio_suisse import BIO_SUISSE
from ledger.labels.schemes.biogro import BIOGRO
from ledger.labels.schemes.cor import COR
from ledger.labels.schemes.eu import EU
from ledger.labels.schemes.jas import JAS
from ledger.labels.schemes.krav import KRAV
from ledger.labels.schemes.nop import NOP
from ledger.labels.schemes.scheme import OTHER, SCHEMES

SCHEMES.update(
    (scheme.code, scheme)
    for scheme in (JAS, NOP, COR, EU, KRAV, BIO_SUISSE, ACT, ACT_EU, BIOGRO, OTHER)
)
