"""The reconciliation: where all seals of an importer and a body are, beside what people claim.

Its figures add up to what was issued, whatever happened; its claims show who says otherwise.
"""

from ledger.views.reconciliation.pairs import CLAIMS, FIGURES, Question, reconcile

__all__ = ["CLAIMS", "FIGURES", "Question", "reconcile"]
