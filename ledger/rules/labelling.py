"""Label versions: whether one is valid on a day, and how many seals it asks for."""

from datetime import date

from ledger.facts.mentions import About
from ledger.facts.registry import LabelApproved, LabelWithdrawn
from ledger.questions import Books
from ledger.rules.moments import within


def label_of(books: Books, label: str, version: int) -> LabelApproved | None:
    """A label version as approved last; None where it never was."""
    return books.memo(
        ("label", label, version),
        lambda: books.record.latest(LabelApproved, About.LABEL, f"{label} {version}"),
    )


def label_valid(books: Books, label: str, version: int, on: date) -> bool:
    """Whether some approval of the version covers a day and no withdrawal lies before or on it."""
    key = f"{label} {version}"
    return any(
        within(on, approved.from_, approved.until)
        for approved in books.record.about(LabelApproved, About.LABEL, key)
    ) and not any(
        withdrawn.on <= on for withdrawn in books.record.about(LabelWithdrawn, About.LABEL, key)
    )


def seals_expected(label: LabelApproved, units: int) -> int | None:
    """The seals so many units need; None where the mark stands on the invoice alone."""
    return None if label.carrier == "INVOICE_MARK" else units * label.seals_per_unit
