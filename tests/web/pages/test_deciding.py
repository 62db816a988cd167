"""Deciding on pages: forms that nobody else can send, refusals that say why and keep the words."""

import re
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest

from ledger.cases.discrepancy import State
from ledger.views.discrepancies import Wanted, listed
from ledger.views.projection import reading
from ledger.web.pages.dates import in_japan
from tests.desks_open import Open
from tests.web.pages.conftest import Visit

CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def form(client: httpx2.Client, desk: Open, **fields: str) -> dict[str, str]:
    """What the form of the desk's case would send."""
    page = client.get("/desk/case", params={"id": desk.case.case.id}).text
    found = CSRF.search(page)
    assert found is not None
    return {"csrf": found[1], "id": desk.case.case.id, **fields}


def state(desk: Open) -> State:
    """How the desk's case stands."""
    with reading(desk.log) as rows:
        wanted = Wanted(ids=[UUID(desk.case.case.id)], states=tuple(State))
        return listed(rows, desk.log, wanted)[0].case.state


def test_a_strangers_form_is_refused(desk: Open, visit: Visit) -> None:
    """Without the page's own word, or from another site: 403, and nothing is decided."""
    client = visit("certifier")
    before = state(desk)
    sent = form(client, desk, reason="LATE_ENTRY", text="x")

    bare = client.post("/desk/case/close", data={**sent, "csrf": "guessed"})
    foreign = client.post("/desk/case/close", data=sent, headers={"origin": "https://evil.example"})

    assert (bare.status_code, foreign.status_code) == (403, 403)
    assert state(desk) is before


@pytest.mark.parametrize(
    ("role", "act", "status"),
    [
        ("exporter", "close", 403),
        ("exporter", "escalate", 403),
        ("certifier", "explain", 403),
        ("operator", "close", 403),
    ],
)
def test_a_role_decides_what_is_its_own(
    desk: Open, visit: Visit, role: str, act: str, status: int
) -> None:
    """Parties explain, certifiers escalate and close, an operator looks on."""
    client = visit(role)
    session = {"csrf": CSRF.findall(client.get("/").text)[0]}
    sent = {**session, "id": desk.case.case.id, "reason": "OTHER", "text": "x"}

    assert client.post(f"/desk/case/{act}", data=sent).status_code == status


def test_a_refusal_keeps_what_was_typed(desk: Open, visit: Visit) -> None:
    """The reason OTHER needs a text: the page says so, and the reason need not be chosen again."""
    client = visit("exporter")
    sent = form(client, desk, reason="OTHER", text="")

    answer = client.post("/desk/case/explain", data=sent)

    assert answer.status_code == 422
    assert "The reason Other needs a text." in answer.text
    assert '<option value="OTHER" selected>' in answer.text


def test_what_somebody_says_is_shown_as_text(desk: Open, visit: Visit) -> None:
    """Angle brackets are angle brackets, on the way in and out."""
    client = visit("exporter")
    sent = form(client, desk, reason="LATE", text="<b>P</b>")

    assert "<b>P</b>" not in client.post("/desk/case/explain", data=sent).text


def test_the_clocks_stay_in_the_address(desk: Open, visit: Visit) -> None:
    """A link to a page that knows both clocks keeps them; a list, which says now, does not."""
    client = visit("certifier")
    day = (in_japan(desk.log.recorded_last()) - timedelta(days=30)).date().isoformat()

    page = client.get("/", params={"as_of": day, "known_at": day})

    assert page.status_code == 200
    assert "as known at" in page.text
    assert re.search(rf'href="/desk/pair\?[^"]*as_of={day}&amp;known_at={day}"', page.text)
    assert 'href="/desk/cases"' in page.text
    pair = re.findall(r'href="(/desk/pair\?[^"]+)"', page.text)[0].replace("&amp;", "&")
    assert f'value="{day}"' in client.get(pair).text


def test_a_stock_is_a_spreadsheet_too(visit: Visit) -> None:
    """The same days as on the page, with remarks and checker."""
    client = visit("importer")
    listed_stocks = client.get("/desk/statements").text
    stock = re.findall(r'href="(/desk/statement\?[^"]+)"', listed_stocks)[0].replace("&amp;", "&")

    answer = client.get(stock + "&form=csv")

    assert answer.headers["content-type"].startswith("text/csv")
    head = answer.text.splitlines()[0]
    assert head == "day,received,used,discarded,other,remaining,remarks,checker"
    days = re.findall(r'<th scope="row">(\d[^<]*)</th>', client.get(stock).text)
    assert len(answer.text.splitlines()) == len(days) + 1


def test_a_case_can_be_seen_as_it_was(desk: Open, visit: Visit) -> None:
    """Before it was opened there is none; as known since then it is there, with nothing to do."""
    client = visit("certifier")
    case = {"id": desk.case.case.id}
    opened = in_japan(desk.case.row["opened_at"])

    before = client.get("/desk/case", params={**case, "known_at": "2020-01-01"})
    since = client.get("/desk/case", params={**case, "known_at": opened.isoformat()})

    assert before.status_code == 404
    assert since.status_code == 200
    assert "Go back to now to decide." in since.text
    assert 'action="/desk/case/close"' not in since.text
