"""Pages and people: who opens which page, and what everybody else is told."""

import re

import pytest

from tests.desks_open import Open
from tests.web.pages.conftest import Visit

LISTS = (
    "/", "/desk/cases", "/desk/statements", "/desk/lots", "/desk/shipments", "/desk/certificates",
    "/desk/sources", "/desk/search?q=", "/desk/substances", "/desk/substances?code=PECTIN",
    "/desk/unproven", "/desk/cases?state=all&by=lot&severity=H", "/desk/upload",
)  # fmt: skip
LOOKING = ("exporter", "processor", "importer", "certifier", "operator")
INLINE = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


@pytest.mark.parametrize("role", LOOKING)
@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_role_opens_the_lists(visit: Visit, role: str, address: str, language: str) -> None:
    """Every list opens in both languages, without any script or style within the page."""
    answer = visit(role, language).get(address)

    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert INLINE.search(answer.text) is None
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_a_scanner_sees_its_own_receipts_alone(visit: Visit) -> None:
    """Its pages are the overview, which says so, and its source."""
    scanner = visit("scanner")

    assert scanner.get("/").status_code == 200
    assert scanner.get("/desk/sources").status_code == 200
    for address in LISTS[1:6]:
        assert scanner.get(address).status_code == 403


def links(text: str) -> list[str]:
    """The desk's own addresses on a page, files left out."""
    found = re.findall(r'href="(/desk/[^"]+|/\?[^"]+)"', text)
    choices = ("/desk/language", "/desk/theme")
    kept = [link for link in found if not link.startswith(choices)]
    return [link.replace("&amp;", "&") for link in kept if "format=" not in link]


@pytest.mark.slow
@pytest.mark.parametrize("role", LOOKING)
def test_no_link_leads_nowhere(visit: Visit, role: str) -> None:
    """Followed from the overview, every kind of page opens, and all of its links do."""
    client = visit(role)
    waiting, seen, opened = ["/"], set[str](), dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        kind = address.split("?", maxsplit=1)[0]
        if address in seen or opened.get(kind, 0) >= 3:
            continue
        seen.add(address)
        opened[kind] = opened.get(kind, 0) + 1
        answer = client.get(address)
        assert answer.status_code == 200, address
        waiting += links(answer.text)

    assert {"/desk/pair", "/desk/figure", "/desk/case", "/desk/lot", "/desk/event"} <= set(opened)


def test_the_event_of_a_decision_leads_to_its_case(desk: Open, visit: Visit) -> None:
    """A decision is recorded under the id of its case, whose page its own page names."""
    case = desk.case.row["id"]

    answer = visit("exporter").get(f"/desk/event?id={case}")

    assert answer.status_code == 200
    assert f'href="/desk/case?id={case}"' in answer.text


FOREIGN = (
    "/desk/case?id={case}", "/desk/event?id=01890a5d-ac96-774b-bcce-b302099a8057",
    "/desk/pair?importer=IMP-NOBODY&rcb=RCB-NOBODY", "/desk/lot?lot=L-NOBODY",
    "/desk/figure?importer=IMP-NOBODY&rcb=RCB-NOBODY&name=issued",
    "/desk/statement?mark=M&holder=H&site=S", "/desk/shipment?shipment=S-NOBODY",
    "/desk/certificate?issuer=NOBODY&number=1", "/desk/refusal?number=999999", "/desk/nothing",
)  # fmt: skip


@pytest.mark.parametrize("address", FOREIGN)
def test_what_is_not_ones_own_is_not_there(desk: Open, visit: Visit, address: str) -> None:
    """404, and a page that says so, whether it is a stranger's or nobody's."""
    strange = visit("operator").get("/desk/cases?rule=M-02").text
    case = re.findall(r"/desk/case\?id=([0-9a-f-]{36})", strange)[0]

    answer = visit("exporter").get(address.format(case=case))

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert desk.parties["operator"] not in answer.text


def test_nobody_is_asked_to_sign_in(visit: Visit) -> None:
    """Without a session a page leads to the sign-in page, and back afterwards."""
    nobody = visit("")

    answer = nobody.get("/desk/cases?severity=C")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/sign-in?then=%2Fdesk%2Fcases%3Fseverity%3DC"
    page = nobody.get(answer.headers["location"])
    assert 'value="/desk/cases?severity=C"' in page.text


def test_a_wrong_token_is_told_on_the_page(visit: Visit) -> None:
    """401 as a page for a browser, as a problem for a program."""
    nobody = visit("")

    page = nobody.post("/session", data={"token": "seal_wrong"})
    problem = nobody.post("/session", data={"token": "seal_wrong"}, headers={"accept": "*/*"})

    assert (page.status_code, 'role="alert"' in page.text) == (401, True)
    assert problem.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_led_away(visit: Visit, then: str) -> None:
    """A language is chosen at an address of ours, whatever the link says."""
    answer = visit("").get("/desk/language", params={"to": "ja", "then": then})

    assert answer.headers["location"] == "/"
    assert answer.headers["set-cookie"].startswith("ledger_language=ja")


BAD = (
    "/?as_of=soon", "/?known_at=2026-13-01", "/?period=2026", "/desk/cases?severity=X",
    "/desk/cases?rule=M-99", "/desk/cases?sort=magic", "/desk/cases?page=-1", "/desk/case?id=x",
    "/desk/figure?importer=I&rcb=R&name=issued&before=0", "/desk/cases?mark=%00",
    "/desk/statement?mark=M&holder=H&site=S&from=2026-02-30", "/desk/lots?product=%00",
    "/desk/search?q=%00", "/desk/lot?lot=%00%ff",
)  # fmt: skip


@pytest.mark.parametrize("address", BAD)
def test_what_cannot_be_is_told(visit: Visit, address: str) -> None:
    """A page with a sentence, never a failure."""
    answer = visit("operator").get(address)

    assert answer.status_code in (404, 422)
    assert "<h1>" in answer.text


def test_files_keep_and_pages_do_not(visit: Visit) -> None:
    """A browser keeps styles for good, by the hash in their name, and pages not at all."""
    page = visit("").get("/desk/sign-in")
    style = re.findall(r'href="(/static/[^"]+\.css)"', page.text)[0]

    assert page.headers["cache-control"] == "no-store"
    assert "immutable" in visit("").get(style).headers["cache-control"]
    assert visit("").get("/static/0123456789ab/desk.css").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "no later text is known to this ledger; ask the body"),
        ("ja", "より新しい規格の有無はこの台帳では分からない"),
    ],
)
def test_a_substance_is_told_with_its_lists(visit: Visit, language: str, words: str) -> None:
    """What each list asks as a whole stands below the table, in the reader's language."""
    client = visit("importer", language)
    found = client.get("/desk/substances?code=limestone&class=FEED&on=2024-05-01")

    assert found.status_code == 200
    assert words in found.text
    assert client.get("/desk/substances?code=BLEACH").status_code == 404
    assert client.get("/desk/substances?code=PECTIN&class=STONE").status_code == 422
