"""What the audit cannot hold is said where the operator looks first, and to nobody else."""

import psycopg
import pytest

from ledger.views import SCHEMA
from tests.desks_open import Open
from tests.web.pages.conftest import Visit

SAID = {"en": "Set aside: 2 things", "ja": "保留：2件"}


@pytest.mark.parametrize("role", ["operator", "certifier", "exporter"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_operator_is_told_of_what_is_set_aside(
    desk: Open, visit: Visit, role: str, language: str
) -> None:
    """The overview counts what is not judged for the operator, and says nothing where all is."""
    client = visit(role, language)
    before = client.get("/").text
    with psycopg.connect(desk.log.dsn, autocommit=True) as rows:
        rows.execute(
            f"INSERT INTO {SCHEMA}.set_aside VALUES ('lot', 'L-1', 'too much', 0),"
            " ('event', 'x', 'too much', 0)"
        )
        after = client.get("/").text
        rows.execute(f"DELETE FROM {SCHEMA}.set_aside")

    assert SAID[language] not in before
    assert (SAID[language] in after) is (role == "operator")
