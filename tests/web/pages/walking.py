"""All pages of the desk that somebody reaches by its links, one or two of each kind."""

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Final, NamedTuple
from urllib.parse import urljoin

import httpx2

Visit = Callable[..., httpx2.Client]
"""(role, language) → somebody signed in."""
SEEDS: Final = (
    "/", "/desk/certificates", "/desk/substances?code=PECTIN", "/desk/unproven",
    "/desk/search?q=nothing", "/desk/nothing",
)  # fmt: skip
"""Where to begin: the home, what takes a word, and what is not there."""
_LINK: Final = re.compile(r'href="(/[^"#]*)"')
_MAIN: Final = re.compile(r"<main.*</main>|<nav class=\"sections\".*?</nav>", re.DOTALL)
_NO_PAGES: Final = ("/static/", "/session", "/desk/language", "/desk/theme")
pages_walked_max: Final = 120


class Page(NamedTuple):
    """One page as it was answered; `sent` is its size on the way, compressed."""

    address: str
    kind: str
    status: int
    text: str
    sent: int


def kind_of(address: str) -> str:
    """What sort of page an address is of."""
    return address.partition("?")[0]


def walk(client: httpx2.Client, of_a_kind_max: int = 1) -> Mapping[str, Page]:
    """The pages that links lead to, by address; downloads and other sites are no pages."""
    waiting, found, of_kind = list(SEEDS), dict[str, Page](), dict[str, int]()
    while waiting and len(found) < pages_walked_max:
        address = waiting.pop(0)
        kind = kind_of(address)
        most = len(SEEDS) if address in SEEDS else of_a_kind_max
        if (
            address in found
            or of_kind.get(kind, 0) >= most
            or kind.startswith(_NO_PAGES)
            or "format=" in address
        ):
            continue
        with client.stream("GET", address, follow_redirects=True) as answer:
            content = answer.read()
            sent = answer.num_bytes_downloaded
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        text = content.decode()
        of_kind[kind] = of_kind.get(kind, 0) + 1
        found[address] = Page(address, kind, answer.status_code, text, sent)
        for part in _MAIN.findall(text):
            waiting += [urljoin(address, unescape(link)) for link in _LINK.findall(part)]
    return found
