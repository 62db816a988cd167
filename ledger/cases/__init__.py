"""The ledger's own decisions: the life of a discrepancy and of a closed period, decided and folded.

Pure: a decision is taken on a state and says no with a sentence; who asks and when are arguments.
"""
