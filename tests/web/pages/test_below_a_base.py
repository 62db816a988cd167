"""Below a base, as behind a proxy at https://host/base: no address of ours leads outside it."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

import httpx2
import pytest

from ledger.web.access import tokens
from ledger.web.access.signing import COOKIE, Signing
from tests.databases import Cluster
from tests.desks_open import Open, opened

pytestmark = pytest.mark.slow

BASE = "/seals/ledger"
ORIGIN = "https://desk.example"
_ADDRESS = re.compile(r'(?:href|src|action)="([^"#][^"]*)"')
pages_of_a_kind_max = 4


@pytest.fixture(scope="module")
def below(embedded_cluster: Cluster, filled: str) -> Iterator[Open]:
    """The desk of a season, reached below a base."""
    with (
        embedded_cluster.copied(filled) as dsn,
        opened(dsn, web_origin=ORIGIN + BASE) as found,
    ):
        yield found


@pytest.fixture
def browser(below: Open) -> Iterator[httpx2.Client]:
    """A browser with nobody signed in; what it is sent to is asked for by the tests."""
    accepted = {"accept": "text/html", "origin": ORIGIN, "accept-language": "en"}
    with httpx2.Client(base_url=below.place, headers=accepted) as client:
        yield client


def signed_in(browser: httpx2.Client, below: Open, role: str) -> httpx2.Client:
    """The same browser, somebody signed in."""
    answer = browser.post(f"{BASE}/session", data={"token": below.secrets[role]})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/")
    cookie = answer.headers["set-cookie"]
    assert f"; Path={BASE};" in cookie
    assert "; Secure" in cookie
    # Over plain HTTP, as between proxy and desk, a client keeps no such cookie.
    browser.headers["cookie"] = cookie.partition(";")[0]
    return browser


@pytest.mark.parametrize("role", ["operator", "certifier"])
def test_every_link_of_every_page_stays_below(
    below: Open, browser: httpx2.Client, role: str
) -> None:
    """From the overview on: pages, files, forms, languages; each is there."""
    client = signed_in(browser, below, role)
    waiting, seen, of_kind = [f"{BASE}/"], set[str](), dict[str, int]()
    forms = set[str]()
    while waiting:
        address = waiting.pop(0)
        kind = address.partition("?")[0]
        if address in seen or of_kind.get(kind, 0) >= pages_of_a_kind_max:
            continue
        seen.add(address)
        of_kind[kind] = of_kind.get(kind, 0) + 1
        answer = client.get(address)
        assert answer.status_code in (200, 303), address
        if answer.status_code == 303:
            assert answer.headers["location"].startswith(f"{BASE}/"), address
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        found = [unescape(one) for one in _ADDRESS.findall(answer.text)]
        outside = [one for one in found if not urljoin(address, one).startswith(f"{BASE}/")]
        assert outside == [], address
        forms |= set(re.findall(r'method="post" action="([^"?]+)', answer.text))
        waiting += [
            place
            for place in (urljoin(address, one) for one in found)
            if place.partition("?")[0] not in forms
        ]

    kinds = {kind.removeprefix(BASE) for kind in of_kind}
    assert {"/", "/desk/pair", "/desk/case", "/desk/lot", "/desk/event"} <= kinds
    assert any(kind.startswith("/static/") for kind in kinds)
    assert f"{BASE}/session/end" in forms
    # Each is refused for what it lacks, not for where it is.
    assert {client.post(form).status_code for form in forms} <= {403, 415, 422}


def test_people_come_in_and_go_below(below: Open, browser: httpx2.Client) -> None:
    """Asked to sign in, by token or by link, led back, told a language, signed out."""
    asked = browser.get(f"{BASE}/desk/cases?severity=C")
    page = browser.get(asked.headers["location"])
    (then,) = re.findall(r'name="then" value="([^"]+)"', page.text)
    secret = {"token": below.secrets["operator"], "then": unescape(then)}
    led_back = browser.post(f"{BASE}/session", data=secret).headers["location"]
    token = tokens.listed(below.log)[0].id
    link = Signing(below.log).link(token)
    linked = browser.get(f"{BASE}/session", params={"link": link})
    away = browser.get(f"{BASE}/session", params={"link": link, "then": f"{BASE}/../elsewhere"})
    said = browser.get(f"{BASE}/desk/language", params={"to": "ja", "then": f"{BASE}/desk/lots"})
    client = signed_in(browser, below, "operator")
    word = unescape(re.findall(r'name="csrf" value="([^"]+)"', client.get(f"{BASE}/").text)[0])
    out = client.post(f"{BASE}/session/end", data={"csrf": word})

    assert asked.headers["location"].startswith(f"{BASE}/desk/sign-in?then=")
    assert led_back == f"{BASE}/desk/cases?severity=C"
    assert {one.headers["location"] for one in (linked, away)} == {f"{BASE}/"}
    assert said.headers["location"] == f"{BASE}/desk/lots"
    assert f"Path={BASE};" in said.headers["set-cookie"]
    assert out.headers["location"] == f"{BASE}/sign-in"
    assert out.headers["set-cookie"].startswith(f'{COOKIE}=""')
    assert f"; Path={BASE};" in out.headers["set-cookie"]
    assert browser.get(f"{BASE}/sign-in").headers["location"] == f"{BASE}/desk/sign-in"
    assert client.get(f"{BASE}/lots").headers["location"].startswith(f"{BASE}/desk/sign-in?")


def test_the_api_is_below(below: Open) -> None:
    """Its description says where it is, and each path of it answers there and nowhere else."""
    bearer = {"authorization": f"Bearer {below.secrets['operator']}"}
    with httpx2.Client(base_url=below.place, headers=bearer) as program:
        described = program.get(f"{BASE}/openapi.json").json()
        reads = [
            path
            for path, methods in described["paths"].items()
            if "get" in methods and "{" not in path and path != "/discrepancies/stream"
        ]
        assert described["servers"] == [{"url": ORIGIN + BASE}]
        assert len(reads) > 10
        for path in reads:
            below_it = program.get(BASE + path)
            # Some want to be told what about.
            assert below_it.status_code in (200, 422), path
            outside = program.get(path)
            assert outside.status_code == (200 if path.startswith("/health/") else 404), path
        sent = program.post(f"{BASE}/events", json={})
        # An operator's token sends none.
        assert (sent.status_code, program.post("/events", json={}).status_code) == (403, 404)
        with program.stream("GET", f"{BASE}/discrepancies/stream?seconds=1") as told:
            assert next(told.iter_lines()) == "retry: 2000"


def test_what_is_not_below_is_not_there(browser: httpx2.Client) -> None:
    """A neighbour's path is not ours; the base without its slash leads on."""
    whole = browser.get(BASE)
    neighbour = browser.get(f"{BASE}er/desk/cases")

    assert (whole.status_code, whole.headers["location"]) == (307, f"{BASE}/")
    assert neighbour.status_code == 404
    assert f'href="{BASE}/"' in neighbour.text
    assert "content-security-policy" in neighbour.headers
    assert {browser.get(one).status_code for one in ("/", "/desk/cases", "/session")} == {404}
