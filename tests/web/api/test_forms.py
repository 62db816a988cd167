"""Forms come from pages of ours: every one is asked where it was sent from, signing in too."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from ledger.log import Log
from ledger.web import pages
from ledger.web.access import tokens
from ledger.web.access.sign_in import ELSEWHERE
from ledger.web.access.signing import COOKIE
from ledger.web.pages.language import language
from tests.databases import Cluster
from tests.desks import NOW, Served, served
from tests.registering import register

TEMPLATES = Path(pages.__file__).parent / "templates"


def forms_of(routes: list[BaseRoute]) -> Iterator[str]:
    """The addresses that take forms: they are no part of the API, and take what is posted."""
    for route in routes:
        if isinstance(route, APIRoute):
            if not route.include_in_schema and set(route.methods or ()) - {"GET", "HEAD"}:
                yield route.path
        else:
            yield from forms_of(getattr(getattr(route, "original_router", None), "routes", []))


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk over an empty ledger, a certifier signed in."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log, served(log) as found:
        register(log, "RCB-1", "P-1")
        _, secret = tokens.create(log, "certifier", "RCB-1", person="P-1", now=NOW)
        found.secrets["certifier"] = secret
        assert found.client.post("/session", data={"token": secret}).status_code == 303
        yield found


CHECK = "01890a5d-ac96-474b-bcce-b302099a8057"
FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "https://testserver"},
    {"Origin": "http://testserver:8080"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:port"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "anything"},
]
OURS: list[dict[str, str]] = [
    {},
    {"Origin": "http://testserver"},
    {"Origin": "http://testserver:80"},
    {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
    # A proxy that ends TLS and does not say so.
    {"Origin": "https://testserver", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
]


def sent(desk: Served, path: str, headers: dict[str, str], tongue: str = "en") -> Any:
    """A form as a browser sends it, with all that it needs."""
    word = desk.app.state.signing.word(desk.client.cookies[COOKIE])
    fields = {"token": desk.secrets["certifier"], "csrf": word}
    address = path.format(act="close", check=CHECK)
    asked = {"Accept": "text/html", "Accept-Language": tongue, **headers}
    return desk.client.post(address, data=fields, headers=asked)


def test_no_form_is_left_out(desk: Served) -> None:
    """Every form of a template is among those that are walked here, and the other way round."""
    found = set(forms_of(list(desk.app.routes)))
    shown = {
        re.sub(r"\{\{ (\w+) \}\}", r"{\1}", action.removeprefix("{{ base }}").split("?")[0])
        for page in TEMPLATES.glob("*.html")
        for action in re.findall(r'method="post" action="([^"]+)"', page.read_text())
    }

    assert len(found) >= 5
    assert found == shown


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_from_elsewhere_is_refused(desk: Served, headers: dict[str, str]) -> None:
    """403 with a page in words, in either language, and nothing has been done."""
    for path in forms_of(list(desk.app.routes)):
        for tongue in ("en", "ja"):
            answer = sent(desk, path, headers, tongue)

            assert answer.status_code == 403, (path, headers)
            assert answer.headers["content-type"].startswith("text/html")
            assert "set-cookie" not in answer.headers
            assert language(tongue).say(ELSEWHERE) in unescape(answer.text)
    assert language("ja").say(ELSEWHERE) != ELSEWHERE
    assert desk.client.get("/lots").status_code == 200  # still signed in


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_a_form_of_ours_is_taken(desk: Served, headers: dict[str, str]) -> None:
    """It is answered for what it asks; a program without a browser signs in as well."""
    for path in forms_of(list(desk.app.routes)):
        if path != "/session/end":
            assert sent(desk, path, headers).status_code != 403, (path, headers)
