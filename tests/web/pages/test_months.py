"""Month-end on pages: chosen, looked at, signed by what was seen; and the period in addresses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from ledger.facts.canonical import decode
from ledger.views.projection import Projector, reading
from tests.auditing import load
from tests.desks_open import Open
from tests.web.pages.conftest import Visit

HIDDEN = re.compile(r'name="(csrf|digest|position)" value="([^"]*)"')


def asked(desk: Open, period: str) -> dict[str, str]:
    """A period of the desk's pair."""
    return {
        "importer": desk.parties["importer"], "rcb": desk.parties["certifier"], "period": period,
    }  # fmt: skip


def month(desk: Open) -> str:
    """A month in which seals of the pair moved: that of its report."""
    evidence = desk.case.row["evidence"][0]
    with reading(desk.log) as rows:
        rows.execute("SELECT state FROM events WHERE originator_id = %s", (evidence,))
        ((state,),) = rows.fetchall()
    return decode(state).time[:7]


def form(client: httpx2.Client, desk: Open, period: str, **more: str) -> dict[str, str]:
    """What the form below a period's sheet would send."""
    page = client.get("/desk/period", params=asked(desk, period)).text
    assert page.index('id="preview"') < page.index('<form method="post" action="/desk/period"')
    return {**asked(desk, period), **dict(HIDDEN.findall(page)), "seen": "yes", **more}


@pytest.mark.parametrize("role", ["certifier", "importer", "operator"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_grid_leads_to_every_period(visit: Visit, role: str, language: str) -> None:
    """Thirteen months and two fiscal years of each pair; what is over has a page, in any state."""
    client = visit(role, language)
    page = client.get("/desk/months").text
    links = re.findall(r'href="(/desk/period[^"]+)"', page)

    assert page.count('<th scope="col">') == 1 + 13 + 2
    assert links
    for address in {link.replace("&amp;", "&") for link in links[:3]}:
        assert client.get(address).status_code == 200
    for which in ("sign", "restated"):
        assert client.get("/desk/months", params={"show": which}).status_code == 200


def test_an_exporter_sees_no_whole_pair(desk: Open, visit: Visit) -> None:
    """Its own part is no pair: neither months nor a period of it are there."""
    client = visit("exporter")

    assert client.get("/desk/period", params=asked(desk, month(desk))).status_code == 404
    assert "/desk/period" not in client.get("/desk/months").text


def test_a_month_is_signed_below_what_was_seen(own_desk: Open) -> None:
    """Not blind, nor without words, nor by one person twice; what a late fact changed is marked."""
    desk, period = own_desk, month(own_desk)
    with _signed_in(desk, "certifier") as client:
        sent = form(client, desk, period)
        blind = client.post("/desk/period", data={**sent, "digest": "", "text": "x"})
        unticked = client.post("/desk/period", data={**sent, "seen": "", "text": "x"})
        wordless = client.post("/desk/period", data=sent)
        _spoil(desk, period)
        late = client.post("/desk/period", data={**sent, "text": "Seen."})

        assert (blind.status_code, "Look at the preview first." in blind.text) == (422, True)
        assert (unticked.status_code, "tick the box" in unticked.text) == (422, True)
        assert wordless.status_code == 422
        assert "say in words why it is signed" in wordless.text
        assert 'aria-label="Parts of the desk"' in wordless.text
        assert (late.status_code, "<del>" in late.text) == (409, True)
        assert "Changed since you looked" in late.text
        assert ">Seen.</textarea>" in late.text

        sent = form(client, desk, period, text="Seen.")
        first = client.post("/desk/period", data=sent)
        assert first.headers["location"].endswith("done=prepared")
        assert "Prepared: another person" in client.get(first.headers["location"]).text
        twice = client.post("/desk/period", data=form(client, desk, period, text="Seen."))
        assert twice.status_code == 403
        assert f"Another person than P-{desk.parties['certifier']} has to sign." in twice.text
    importer = {**asked(desk, period), "digest": sent["digest"]}
    with _signed_in(desk, "importer") as client:
        csrf = dict(HIDDEN.findall(client.get("/").text))["csrf"]
        early = client.post("/desk/period/acknowledge", data={**importer, "csrf": csrf})
        assert (early.status_code, "is not signed yet." in early.text) == (422, True)


@contextmanager
def _signed_in(desk: Open, role: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=desk.place, headers={"accept": "text/html"}) as client:
        client.post("/session", data={"token": desk.secrets[role]})
        yield client


def _spoil(desk: Open, period: str) -> None:
    """A late word on the month."""
    mark, holder = desk.case.marks[0], desk.parties["exporter"]
    with reading(desk.log) as rows:
        rows.execute(
            "SELECT site FROM places WHERE mark = %s AND key = %s AND kind = 2", (mark, holder)
        )
        ((site,),) = rows.fetchall()
    fact: Any = decode(
        b'{"type":"SealsSpoiled","id":"%s","time":"%s-20T09:00:00.000000+09:00","source":"SYS-1",'
        b'"mark":"%s","holder":"%s","site":"%s","count":2,"reason":"WET"}'
        % (str(uuid4()).encode(), period.encode(), mark.encode(), holder.encode(), site.encode())
    )
    load(desk.log, [fact], 10)
    Projector(desk.log).catch_up()


def test_the_period_goes_along_with_every_link(desk: Open, visit: Visit) -> None:
    """It stands for its end, is said in a bar instead of now, and stays in links."""
    client, period = visit("certifier"), month(desk)
    page = client.get("/desk/pair", params=asked(desk, period)).text

    assert "Showing now." not in page
    assert "as known now" in page
    figures = re.findall(r'href="(/desk/(?:figure|statement)\?[^"]+)"', page)
    assert figures
    assert all(f"period={period}" in link for link in figures)
    for address in {link.replace("&amp;", "&") for link in figures[:4]}:
        assert "Showing now." not in client.get(address).text
    wrong = client.get("/desk/pair", params={**asked(desk, "2025-13")})
    assert wrong.status_code == 422


def test_a_number_of_the_table_opens_the_events_behind_it(desk: Open, visit: Visit) -> None:
    """Those of that cause in that period alone: what they add is the number."""
    client, period = visit("certifier"), month(desk)
    page = client.get("/desk/period", params=asked(desk, period)).text
    cells = re.findall(r'<a href="(/desk/figure[^"]+cause=[^"]+)">([+−][0-9,]+)</a>', page)
    assert cells
    for address, number in cells[:6]:
        shown = client.get(address.replace("&amp;", "&")).text
        adds = re.findall(r'data-label="Adds">([+−]?[0-9,]+)<', shown)
        total = sum(int(one.replace("−", "-").replace(",", "")) for one in adds)
        if len(adds) < 100:
            assert total == int(number.replace("−", "-").replace(",", "").replace("+", "")), address


def test_a_seal_ledger_adds_up_line_by_line(desk: Open, visit: Visit) -> None:
    """Brought forward, the lots that used seals, a sum of the month, carried forward; unsigned."""
    client, period = visit("certifier", "ja"), month(desk)
    page = client.get("/desk/period", params=asked(desk, period)).text
    links = re.findall(r'href="(/desk/statement\?[^"]+)"', page)
    shown = [client.get(link.replace("&amp;", "&")) for link in links]

    assert {answer.status_code for answer in shown} == {200}
    for answer in shown:
        for word in ("前期繰越", "合計", "次期繰越", "検算", "✓", "未確認", "承認（責任者）"):
            assert word in answer.text, word
    assert any('href="/desk/lot?lot=' in answer.text for answer in shown)
