"""A fresh log for each test, and its views."""

from collections.abc import Iterator

import pytest

from ledger.log import Log


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """The log of a fresh database; nothing is projected yet."""
    with Log.open(database) as opened:
        yield opened
