"""The books of one snapshot, with what a batch of subjects will ask for read in bulk beforehand."""

from collections.abc import Iterable

from ledger.facts.mentions import About
from ledger.rules.violation import Subject, SubjectKind, parts_of
from ledger.views.books.accounts import Accounts
from ledger.views.books.conduct import Conduct
from ledger.views.books.goods import Goods

_ABOUT = {
    SubjectKind.ACCOUNT: (About.ACCOUNT,),
    SubjectKind.DISPATCH: (About.DISPATCH,),
    SubjectKind.LOT: (About.LOT, About.CHILD, About.LINE),
    SubjectKind.SHIPMENT: (About.SHIPMENT,),
    SubjectKind.CERTIFICATE: (About.CERTIFICATE, About.NAMES, About.REPLACES),
    SubjectKind.REPORT: (About.REPORT,),
}
"""What rules on a subject ask about it; what they ask beyond that is loaded as they ask."""


class ViewBooks(Accounts, Goods, Conduct):
    """Books over a snapshot of the views; what they have read is theirs until they are dropped."""

    def want(self, subjects: Iterable[Subject], lots: Iterable[str]) -> None:
        """Read in bulk what rules on these subjects, and on applications to these lots, ask."""
        sealed = set(lots)
        about = {(kind, lot) for lot in sealed for kind in (About.LOT, About.CHILD)}
        accounts, events = [], []
        for kind, key in subjects:
            about.update((of, key) for of in _ABOUT.get(kind, ()))
            if kind is SubjectKind.LOT:
                sealed.add(key)
            elif kind is SubjectKind.ACCOUNT:
                mark, holder, site = parts_of(key)
                accounts.append((mark, holder, site))
            elif kind in (SubjectKind.EVENT, SubjectKind.APPLICATION):
                events.append(key)
        self.record.want(about)
        self.record.give_ids(events)
        self.want_accounts(accounts)
        self.want_sealed(sealed)
