"""The list of cases and their pages: what is asked of whom, sums, causes, acts, and words."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest

from ledger.cases.discrepancy import State
from ledger.views.discrepancies import Listed, Wanted, listed
from ledger.views.projection import reading
from ledger.web.pages import case as case_page
from tests.desks_open import Open
from tests.web.pages.conftest import Visit

CSRF = re.compile(r'name="csrf" value="([^"]+)"')
CASE = re.compile(r'href="/desk/case\?id=([0-9a-f-]{36})"')
DIGEST = re.compile(r'name="digest" value="([0-9a-f]{64})"')
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
UUID_TEXT = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
RAW = re.compile(r"\b(?:None|null|OPEN|CLOSED|ESCALATED|LATE_ENTRY|CORRECT_RECORDS)\b")


def seen(page: str) -> str:
    """What a reader meets outside technical details: words, without addresses and fields."""
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r'<details class="technical">.*?</details>', "", main, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", main)


def of_rule(desk: Open, rule: str) -> list[Listed]:
    """The live cases of a rule, as the operator has them."""
    with reading(desk.log) as rows:
        return listed(rows, desk.log, Wanted(rules=[rule]))


def test_tabs_and_filters_leave_what_they_say(desk: Open, visit: Visit) -> None:
    """Each word of the address by itself, and all of them keep a tab."""
    client = visit("certifier")
    row = desk.case.row

    def ids(**words: str) -> list[str]:
        page = client.get("/desk/cases", params=words)
        assert page.status_code == 200, words
        return CASE.findall(page.text)

    (lot,) = (thing[4:] for thing in desk.case.things if thing.startswith("lot "))
    day = row["opened_at"][:10]
    for words in (
        {"tab": "live"}, {"rule": "M-06"}, {"severity": "H"}, {"state": "OPEN"}, {"lot": lot},
        {"importer": desk.parties["importer"]}, {"party": desk.parties["exporter"]},
        {"mark": row["marks"][0]}, {"subject": row["subject"]}, {"cause": row["cause"]},
        {"due_until": row["due"]}, {"late": "1"}, {"state": "all"}, {"opened_to": "2999-01-01"},
        {"opened_from": "2020-01-01"}, {"tab": "decide"},
    ):  # fmt: skip
        assert row["id"] in ids(**words), words
    for words in (
        {"tab": "closed"}, {"tab": "explain"}, {"rule": "M-03"}, {"severity": "L"}, {"lot": "L-NO"},
        {"importer": "IMP-NO"}, {"owner": "P-NO"}, {"product": "P-NO"}, {"contract": "C-NO"},
        {"source": "S-NO"}, {"person": "P-NO"}, {"opened_from": "2999-01-01"}, {"slip": "1"},
        {"due_until": "2020-01-01"}, {"tab": "correction"}, {"cause": "M-06 report report R-NO"},
    ):  # fmt: skip
        assert row["id"] not in ids(**words), words
    assert day
    for words in ({"tab": "none"}, {"rule": "M-99"}, {"state": "GONE"}, {"opened_to": "soon"},
                  {"sort": "luck"}):  # fmt: skip
        assert client.get("/desk/cases", params=words).status_code == 422, words


def test_a_list_opens_with_what_is_asked_of_its_reader(desk: Open, visit: Visit) -> None:
    """Late ones are the certifier's to decide; the exporter's own; nothing is the operator's."""
    case = desk.case.row["id"]

    assert case in visit("certifier").get("/desk/cases").text
    assert case in visit("exporter").get("/desk/cases").text
    assert case not in visit("operator").get("/desk/cases").text
    assert case in visit("operator").get("/desk/cases?tab=live").text


def test_a_list_sums_all_that_fits(desk: Open, visit: Visit) -> None:
    """By unit, over every page, and the last line says of how many."""
    found = of_rule(desk, "M-06")
    total = sum(entry.row["impact"] or 0 for entry in found)

    page = visit("operator").get("/desk/cases?rule=M-06").text

    foot = seen(page[: page.index("</tfoot>")] + "</main>")
    assert f"{len(found)} case" in foot
    assert f"{total} seal" in foot


def test_sorted_by_every_column(visit: Visit) -> None:
    """Each heading leads to its own order, and back again."""
    client = visit("certifier")
    page = client.get("/desk/cases?tab=live").text
    links = re.findall(r'<th scope="col"[^>]*><a\s+href="([^"]+)"', page)

    assert len(links) == 10
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert 'aria-sort="ascending"' in answer.text
        assert CASE.findall(answer.text)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_raw_is_read_on_any_case(desk: Open, visit: Visit, language: str) -> None:
    """No id of a program, no constant and no nothing, on the list and on the page of each case."""
    client = visit("operator", language)
    pages = [client.get("/desk/cases?tab=live").text]
    with reading(desk.log) as rows:
        cases = listed(rows, desk.log, Wanted())
    first = {entry.case.rule: entry.case.id for entry in cases}
    pages += [client.get("/desk/case", params={"id": key}).text for key in first.values()]

    assert len(pages) > 5
    for page in pages:
        words = seen(page)
        assert UUID_TEXT.findall(words) == []
        assert RAW.findall(words) == []


def test_a_page_of_a_case_in_its_order(desk: Open, visit: Visit) -> None:
    """Sentence, standing, expected and found, why, cure, acts, thread, evidence, similar."""
    page = visit("exporter").get("/desk/case", params={"id": desk.case.row["id"]}).text
    heads = [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]

    assert heads == [
        "Expected and found", "Why it matters", "What would cure it", "Act", "Thread", "Evidence",
        "Similar cases",
    ]  # fmt: skip
    assert desk.case.row["sentence"] in page
    assert "P-" + desk.parties["exporter"] in seen(page)
    assert '<details class="technical">' in page


def test_an_act_is_told_and_stays_on_its_page(own_desk: Open) -> None:
    """303, a notice that has the focus, the thread with text and file; then the correction."""
    case = own_desk.case.row["id"]
    file = b"what was counted"
    with entered(own_desk, "exporter") as exporter, entered(own_desk, "certifier") as certifier:
        sent = fields(exporter, case, text="Where is\r\nit?", audience="ALL")
        taken = exporter.post("/desk/case/comment", data=sent, files={"file": ("count.txt", file)})
        page = exporter.get(taken.headers["location"]).text
        asked = certifier.post("/desk/case/ask-correction", data=fields(
            certifier, case, from_party=own_desk.parties["exporter"], text="Mend it", due=TOMORROW,
            actions=["CORRECT_RECORDS", "STOP_SHIPMENT"],
        ))  # fmt: skip
        refused = certifier.post("/desk/case/close", data=fields(
            certifier, case, reason="LOSS", text="Kept words",
        ))  # fmt: skip
        owed = exporter.get("/desk/cases").text
        compared = exporter.post(
            "/desk/case/compare", data=fields(exporter, case), files={"file": ("x.txt", file)}
        )
        other = exporter.post(
            "/desk/case/compare", data=fields(exporter, case), files={"file": ("x.txt", b"no")}
        )

    assert taken.status_code == 303
    assert re.search(r'role="status"[^>]*autofocus[^>]*>The comment stands', page)
    assert "count.txt" in page
    assert hashlib.sha256(file).hexdigest()[:16] in page
    assert asked.status_code == 303
    assert refused.status_code == 422
    assert "not accepted: accept it first" in refused.text
    assert "Kept words" in refused.text
    assert case in owed
    assert "x.txt is the file recorded as count.txt." in compared.text
    assert "x.txt is none of the files" in other.text


def test_all_of_a_cause_are_decided_after_a_look(own_desk: Open) -> None:
    """Nothing is recorded without the digest of what was shown; then each is told."""
    entry = own_desk.case
    cause, case = entry.row["cause"], entry.row["id"]
    with entered(own_desk, "exporter") as client:
        where = f"/desk/cases/explain?cause={cause}"
        sent = fields(client, case, reason="LATE_ENTRY", text="Packed later.")
        look = client.post(where, data=sent)
        (digest,) = DIGEST.findall(look.text)
        wrong = client.post(where, data={**sent, "digest": "0" * 64})
        before = state(own_desk, case)
        taken = client.post(where, data={**sent, "digest": digest})
        page = client.get(taken.headers["location"]).text

    assert (look.status_code, "will be recorded" in look.text) == (200, True)
    assert "has changed since it was shown" in wrong.text
    assert before is State.OPEN
    assert taken.status_code == 303
    assert "1 case was decided." in page
    assert state(own_desk, case) is State.EXPLAINED


def test_filters_are_kept_each_for_its_person(own_desk: Open) -> None:
    """Under a name, at most twenty, and removed again; nobody else has them."""
    case = own_desk.case.row["id"]
    with entered(own_desk, "exporter") as client, entered(own_desk, "certifier") as other:
        sent = fields(client, case)
        kept = [
            client.post("/desk/cases/filters?severity=H", data={**sent, "name": f"mine {n}"})
            for n in range(21)
        ]
        page = client.get("/desk/cases").text
        theirs = other.get("/desk/cases").text
        client.post("/desk/cases/filters?severity=H", data={**sent, "drop": "mine 3"})
        after = client.get("/desk/cases").text

    assert [one.status_code for one in kept] == [303] * 20 + [422]
    assert "You keep 20 filters already" in kept[-1].text
    assert 'href="/desk/cases?severity=H">mine 7</a>' in page
    assert "mine 7" not in theirs
    assert (">mine 3<" in page, ">mine 3<" in after) == (True, False)


@contextmanager
def entered(desk: Open, role: str) -> Iterator[httpx2.Client]:
    """Somebody of a role signed in at a desk."""
    with httpx2.Client(base_url=desk.place, headers={"accept": "text/html"}) as client:
        client.post("/session", data={"token": desk.secrets[role]})
        yield client


def fields(client: httpx2.Client, case: str, **more: object) -> dict[str, object]:
    """What a form on the page of a case sends besides what is typed."""
    page = client.get("/desk/case", params={"id": case}).text
    return {"csrf": CSRF.findall(page)[0], "id": case, **more}


def state(desk: Open, case: str) -> State:
    """How a case stands."""
    with reading(desk.log) as rows:
        (entry,) = listed(rows, desk.log, Wanted(ids=[UUID(case)], states=tuple(State)))
    return entry.case.state


def test_a_long_thread_shows_its_latest(own_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out is counted, and the last words are there."""
    monkeypatch.setattr(case_page, "thread_shown_max", 2)
    case = own_desk.case.row["id"]
    shown = {"Authorization": f"Bearer {own_desk.secrets['exporter']}"}
    with httpx2.Client(base_url=own_desk.place) as client:
        for number in range(3):
            said = {"text": f"Word {number}"}
            answer = client.post(f"/discrepancies/{case}/comment", json=said, headers=shown)
            assert answer.status_code == 200, answer.text
        client.post("/session", data={"token": own_desk.secrets["exporter"]})
        page = client.get(f"/desk/case?id={case}", headers={"Accept": "text/html"}).text

    assert "The latest 2 of 4 are shown." in page
    assert [f"Word {number}" in page for number in range(3)] == [False, True, True]
