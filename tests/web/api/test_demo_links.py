"""The links of `ledger demo`: one for each role, each opening what the role has."""

from urllib.parse import quote

from ledger.commands.demo_desk import links
from tests.web.api.conftest import Trade


def test_every_role_has_a_link_that_opens(trade: Trade) -> None:
    """Scanner, exporter, importer, both certifiers of the chain, operator; all sign in."""
    found = list(links(trade.desk.log))

    roles = [person.role for person, _ in found]
    assert set(roles) == {"certifier", "importer", "exporter", "scanner", "operator"}
    assert len(set(found)) == len(roles)
    assert roles.count("certifier") >= 2
    assert all(person.sees for person, _ in found)
    for (role, party, *_), link in found:
        trade.desk.client.cookies.clear()
        answer = trade.desk.client.get(f"/session?link={quote(link)}")

        assert answer.status_code == 303, (role, party)
        lots = trade.desk.client.get("/lots").status_code
        assert lots == (403 if role == "scanner" else 200), role
    trade.desk.client.cookies.clear()
