"""The books from the views: what rules ask, answered in bulk from bounded rows.

They give the answers of books computed from every fact in memory, whatever the order of arrival.
"""

from ledger.views.books.booked import Booked
from ledger.views.books.hearings import Hearings
from ledger.views.books.numbers import Numbers
from ledger.views.books.tallies import Tallies

__all__ = ["Booked", "Hearings", "Numbers", "Tallies"]
