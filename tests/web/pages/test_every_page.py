"""What holds of every page that links lead to: its weight, its files, its words, its forms."""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Final

import httpx2
import msgspec
import pytest

from ledger.log import Log
from ledger.season import Mix, season
from ledger.web.access import tokens
from ledger.web.access.signing import unmasked
from ledger.web.pages.unchanged import KEPT, RESTING_ON_THE_LOG
from tests.desks import NOW, Served, served
from tests.desks_open import EVENTS, Open
from tests.web.pages.conftest import Visit
from tests.web.pages.walking import Page, walk

sent_bytes_max: Final = 25_000
bytes_max: Final = 150_000
file_bytes_max: Final = 12_000
requests_max: Final = 4
HEAVIER: Final = {"/": 30_000, "/desk/pairs": 30_000, "/desk/period": 60_000}
"""Pages that may weigh more, compressed."""
ROLES: Final = ("operator", "exporter")
CSRF: Final = re.compile(r'name="csrf" value="([^"]+)"')
FILE: Final = re.compile(r'(?:<link[^>]+href|<script[^>]+src|<img[^>]+src)="([^"]+)"')
Walked = Callable[[str, str], Mapping[str, Page]]


@pytest.fixture(scope="module")
def walked(desk: Open) -> Iterator[Walked]:
    """The pages of a role in a language, walked once."""
    clients: list[httpx2.Client] = []

    @cache
    def pages(role: str, language: str) -> Mapping[str, Page]:
        client = httpx2.Client(
            base_url=desk.place, headers={"accept": "text/html", "accept-language": language}
        )
        clients.append(client)
        client.post("/session", data={"token": desk.secrets[role]})
        return walk(client)

    yield pages
    for client in clients:
        client.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_page_weighs_too_much(walked: Walked, role: str, language: str) -> None:
    """Neither as it is sent, nor as a browser holds it."""
    pages = walked(role, language).values()

    heavy = {
        page.address: (page.sent, len(page.text.encode()))
        for page in pages
        if page.sent > HEAVIER.get(page.kind, sent_bytes_max) or len(page.text.encode()) > bytes_max
    }
    assert heavy == {}
    assert len(pages) >= 12


@pytest.mark.parametrize("role", ROLES)
def test_every_page_asks_for_little_and_only_here(walked: Walked, visit: Visit, role: str) -> None:
    """Four requests at a first visit, by names that carry a hash and so are kept for good."""
    files = {page.address: set(FILE.findall(page.text)) for page in walked(role, "en").values()}
    most = max(files.values(), key=len)

    assert {address for address, names in files.items() if 1 + len(names) > requests_max} == set()
    client = visit("")
    for name in most:
        assert re.fullmatch(r"/static/[0-9a-f]{12}/[\w.-]+", name)
        answer = client.get(name)
        assert "immutable" in answer.headers["cache-control"]
        assert len(gzip.compress(answer.content, 4)) <= file_bytes_max


@pytest.mark.parametrize("role", ROLES)
def test_every_print_says_what_it_is(walked: Walked, role: str) -> None:
    """A title, one heading, and who printed it when, resting on which record."""
    for page in walked(role, "en").values():
        if page.status == 200:
            assert page.text.count("<h1") == 1, page.address
            head = page.text.partition("head-of-print")[2].partition("</div>")[0]
            assert re.search(r"printed \d+ \w{3} \d{4}, \d\d:\d\d JST by ", head), page.address
            assert "Record no. " in head


def test_the_word_of_a_form_is_another_text_each_time(visit: Visit) -> None:
    """And the same word under it, so no length of a page tells anything of it."""
    client = visit("certifier")
    texts = [CSRF.findall(client.get("/").text) for _ in range(2)]

    assert texts[0] != texts[1]
    assert len({unmasked(text) for found in texts for text in found}) == 1


_TAG: Final = re.compile(
    r"<(script|style|code|pre|svg)\b.*?</\1>|<[^>]+class=\"(?:[^\"]* )?id(?: [^\"]*)?\".*?</\w+>"
    r"|<[^>]+lang=\"en\"[^>]*>.*?</\w+>",
    re.DOTALL,
)
ENGLISH: Final = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,.]+){2,}[A-Za-z]{2,}")
"""Three words in a row."""


@pytest.fixture(scope="module")
def given(desk: Open) -> tuple[str, ...]:
    """What reporters called things: names, notes and ids are shown as they were given."""
    found: set[str] = set()
    for recorded in desk.log.read(0, 10 * EVENTS):
        found |= set(_texts(msgspec.json.decode(recorded.state)))
    return tuple(sorted((text for text in found if " " in text), key=len, reverse=True))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


@pytest.mark.parametrize("role", ROLES)
def test_no_sentence_on_a_japanese_page_is_english(
    walked: Walked, given: tuple[str, ...], role: str
) -> None:
    """But for what reporters called things."""
    wrong = {}
    for page in walked(role, "ja").values():
        text = re.sub(r"<[^>]+>", "\n", _TAG.sub("\n", page.text))
        for name in given:
            text = text.replace(name, "")
        if found := ENGLISH.findall(text):
            wrong[page.address] = found

    assert wrong == {}


@pytest.fixture
def own(database: str) -> Iterator[Served]:
    """A desk over a ledger of its own, somebody signed in."""
    with Log.open(database) as log, served(log) as found:
        found.secrets["operator"] = tokens.create(log, "operator", None, now=NOW)[1]
        found.client.post("/session", data={"token": found.secrets["operator"]})
        yield found


def test_a_page_that_is_as_it_was_is_not_sent_again(own: Served) -> None:
    """304 without a body, until something is recorded, or somebody else or otherwise looks."""
    client = own.client
    first = client.get("/desk/lots")
    tag = first.headers["etag"]

    again = client.get("/desk/lots", headers={"If-None-Match": f'"other", {tag}'})
    assert (first.headers["cache-control"], again.status_code) == (KEPT, 304)
    assert (again.content, again.headers["etag"]) == (b"", tag)
    asked = {"If-None-Match": tag}
    japanese = client.get("/desk/lots", headers={**asked, "Accept-Language": "ja"})
    assert japanese.status_code == 200
    client.cookies.set("ledger_theme", "dark")
    assert client.get("/desk/lots", headers=asked).status_code == 200
    client.cookies.delete("ledger_theme")
    own.record(list(islice(season(400, 7, Mix.parse("over-sealing")).facts(), 20)))
    assert client.get("/desk/lots", headers=asked).status_code == 200
    tag = client.get("/desk/lots").headers["etag"]
    client.post("/session", data={"token": own.secrets["operator"]})
    assert client.get("/desk/lots", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_only_what_rests_on_the_log_is_kept(walked: Walked, visit: Visit, role: str) -> None:
    """Every such page, and no other one, may be kept by a browser."""
    client = visit(role)
    for page in walked(role, "en").values():
        if page.status == 200:
            name = "pairs" if page.kind == "/" else page.kind.removeprefix("/desk/")
            answer = client.get(page.address)
            kept = answer.headers["cache-control"] == KEPT
            assert kept == (name in RESTING_ON_THE_LOG), page.address
            if kept:
                tag = {"If-None-Match": answer.headers["etag"]}
                assert client.get(page.address, headers=tag).status_code == 304, page.address
