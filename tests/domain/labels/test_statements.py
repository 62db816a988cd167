"""Statements on export certificates: the words of their day."""

from datetime import date

import pytest

from ledger.labels.scope import statement


@pytest.mark.parametrize(
    ("form", "text", "on", "codes"),
    [
        ("TM_11", "under the US-Japan Organic Equivalence Arrangement", "2014-01-01", ()),
        ("TM_11", "under the US–Japan organic equivalence arrangement", "2024-01-01", ()),
        ("TM_11", "certified organic", "2014-01-01", ("STATEMENT",)),
        ("TM_11", "no alkali-extracted humic acid or lignin sulfonate was used", "2013-12-31", ()),
        ("TM_11", "under the US-Japan Organic Equivalence Arrangement", "2013-12-31",
         ("STATEMENT",)),
        ("COR_JP", "anything", "2024-01-01", ()),
    ],
)  # fmt: skip
def test_a_certificate_makes_the_statement_of_its_day(
    form: str, text: str, on: str, codes: tuple[str, ...]
) -> None:
    """The words on a form changed with the arrangement of 2014."""
    assert codes == statement(form, text, date.fromisoformat(on)).codes
