"""Answers on conduct, reports and years, computed from every fact in memory."""

from ledger.rules.memory_facts import MemoryFacts


class MemoryConduct(MemoryFacts):
    """The part of the books that `ConductBooks` describes."""
