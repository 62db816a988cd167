"""Who may see what: kept by the projection, enforced by the database.

A table that no policy names shows nothing to anybody but its owner.
"""

from ledger.views.access.dealings import Dealings
from ledger.views.access.named import Named
from ledger.views.access.policies import POLICIES

__all__ = ["POLICIES", "Dealings", "Named"]
