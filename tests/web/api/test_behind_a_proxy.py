"""Behind a proxy: whom it names is believed of trusted addresses alone; answers are compressed."""

import gzip
from collections.abc import Iterator

import httpx2
import pytest
from starlette.testclient import TestClient

from ledger.errors import Misuse
from ledger.log import Log
from ledger.settings import Settings, load
from ledger.web.access import tokens
from ledger.web.compressing import compressed_bytes_min
from ledger.web.limits import sign_ins_failed_a_minute
from ledger.web.origin import Reach
from tests.databases import Cluster
from tests.desks import NOW, Served, served

PROXY, OTHER = "10.1.2.3", "10.9.9.9"
TRUSTING = Reach.of(Settings(web_proxies=f"192.0.2.1, {PROXY}/32,2001:db8::/64"))


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk that believes one proxy."""
    with (
        embedded_cluster.database() as dsn,
        Log.open(dsn) as log,
        served(log, reach=TRUSTING) as found,
    ):
        yield found


def from_(desk: Served, address: str, said: dict[str, str]) -> TestClient:
    """Somebody whose packets come from an address, and say of whom they are."""
    return TestClient(
        desk.app, client=(address, 5_000), headers=said, follow_redirects=False,
        raise_server_exceptions=False,
    )  # fmt: skip


def sign_in(client: TestClient, secret: str, **headers: str) -> httpx2.Response:
    """Sign in as a form does."""
    answer: httpx2.Response = client.post("/session", data={"token": secret}, headers=headers)
    return answer


HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "desk.example"}
BELIEVED = [
    # from, what it says, whether the cookie is for https alone, whether a form of there is ours
    (PROXY, HTTPS, True),
    ("2001:db8::7", HTTPS, True),
    ("192.0.2.1", {**HTTPS, "X-Forwarded-Host": "evil.example, desk.example"}, True),
    (OTHER, HTTPS, False),
    ("127.0.0.1", HTTPS, False),
    (PROXY, {"X-Forwarded-Proto": "https"}, None),
    (PROXY, {**HTTPS, "X-Forwarded-Host": "desk.example/evil"}, None),
    (PROXY, {"X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "desk.example"}, None),
]


@pytest.mark.parametrize(("address", "said", "believed"), BELIEVED)
def test_scheme_and_host_are_believed_of_a_proxy_we_trust(
    desk: Served, address: str, said: dict[str, str], *, believed: bool | None
) -> None:
    """A form of https://desk.example is ours where both are believed, and its cookie is secure."""
    _, secret = tokens.create(desk.log, "operator", None, now=NOW)

    answer = sign_in(from_(desk, address, said), secret, origin="https://desk.example")

    assert answer.status_code == (303 if believed else 403)
    if believed:
        assert "; Secure" in answer.headers["set-cookie"]
    kept = answer.headers.get("strict-transport-security")
    assert (kept is None) == (believed is False or said["X-Forwarded-Proto"] == "gopher")


def test_senders_are_told_apart_behind_a_proxy_we_trust(desk: Served) -> None:
    """One who guesses stops itself; what it writes in the header itself makes it no other."""
    _, secret = tokens.create(desk.log, "operator", None, now=NOW)
    guesses = int(sign_ins_failed_a_minute)
    found = []
    for number in range(guesses + 1):
        said = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        found.append(sign_in(from_(desk, PROXY, said), "seal_wrong").status_code)

    assert found == [401] * guesses + [429]
    neighbour = from_(desk, PROXY, {"X-Forwarded-For": "198.51.100.8"})
    assert sign_in(neighbour, secret).status_code == 303


def test_senders_are_not_believed_about_themselves(desk: Served) -> None:
    """From an address that is not trusted the header names nobody."""
    found = []
    for number in range(int(sign_ins_failed_a_minute) + 1):
        said = {"X-Forwarded-For": f"203.0.113.{number}"}
        found.append(sign_in(from_(desk, OTHER, said), "seal_wrong").status_code)

    assert found[-1] == 429


def test_a_set_origin_needs_no_header(log: Log) -> None:
    """Scheme and host are the origin's, whatever a header says; other pages are not ours."""
    _, secret = tokens.create(log, "operator", None, now=NOW)
    with served(log, reach=Reach.of(Settings(web_origin="https://desk.example"))) as desk:
        client = from_(desk, PROXY, {"X-Forwarded-Host": "evil.example"})
        ours = sign_in(client, secret, origin="https://desk.example")
        evil = [
            sign_in(client, secret, origin=one).status_code
            for one in ("https://evil.example", "http://desk.example", "http://testserver")
        ]

    assert ours.status_code == 303
    assert "; Secure" in ours.headers["set-cookie"]
    assert evil == [403, 403, 403]


REFUSED = [
    ("LEDGER_WEB_ORIGIN", "desk.example"),
    ("LEDGER_WEB_ORIGIN", "ftp://desk.example"),
    ("LEDGER_WEB_ORIGIN", "https://desk.example/base?x=1"),
    ("LEDGER_WEB_ORIGIN", "https://user@desk.example"),
    ("LEDGER_WEB_ORIGIN", "https://desk.example/a/../b"),
    ("LEDGER_WEB_ORIGIN", "https://desk.example:99999"),
    ("LEDGER_WEB_PROXIES", "*"),
    ("LEDGER_WEB_PROXIES", "10.0.0.1/24"),
    ("LEDGER_WEB_PROXIES", "127.0.0.1, proxy.example"),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_what_cannot_be_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A sentence that names the setting."""
    monkeypatch.setenv(name, value)

    with pytest.raises(Misuse, match=name):
        Reach.of(load())


GZIP = {"Accept-Encoding": "gzip"}
COMPRESSED = [
    # address, headers, whether compressed
    ("/openapi.json", GZIP, True),
    ("/openapi.json", {"Accept-Encoding": "identity"}, False),
    ("/openapi.json", {**GZIP, "Sec-Fetch-Site": "same-origin"}, True),
    ("/openapi.json", {**GZIP, "Sec-Fetch-Site": "none"}, True),
    ("/openapi.json", {**GZIP, "Sec-Fetch-Site": "cross-site"}, False),
    ("/openapi.json", {**GZIP, "Sec-Fetch-Site": "same-site"}, False),
    ("/health/live", GZIP, False),
    ("/discrepancies/stream?seconds=1", GZIP, False),
]


@pytest.mark.parametrize(("address", "headers", "expected"), COMPRESSED)
def test_what_is_compressed(
    desk: Served, address: str, headers: dict[str, str], *, expected: bool
) -> None:
    """What is long, for whom takes it; no stream, and nothing that a page elsewhere asks for."""
    shown = desk.token("operator")
    with desk.client.stream("GET", address, headers={**shown, **headers}) as answer:
        assert answer.status_code == 200
        assert (answer.headers.get("content-encoding") == "gzip") == expected
        sent = b"".join(answer.iter_raw())

    if expected:
        assert len(sent) < len(gzip.decompress(sent)) / 3
        assert len(gzip.decompress(sent)) > compressed_bytes_min
        assert "Accept-Encoding" in answer.headers["vary"]
