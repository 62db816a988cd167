"""Every page as it looks: on screens of any width, light and dark, to everybody, and on paper.

Each page is opened once a role and language; the window, the colours and the medium change around
it. Pictures and prints are kept in `artefacts`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any, Final, NamedTuple

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.chromium import ARTEFACTS
from tests.desks_open import Open
from tests.web.pages.walking import Page as Reached
from tests.web.pages.walking import kind_of, walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDTHS: Final = (400, 768, 1024, 1440)
PICTURED: Final = (400,)
target_px_min: Final = 44
EVERYTHING: Final = "operator"
"""Who has nearly every page: of others those are looked at that it has not, or only sees."""
ROLES: Final = (
    ("operator", "en"), ("operator", "ja"), ("certifier", "ja"), ("exporter", "en"),
    ("scanner", "ja"),
)  # fmt: skip
AGAIN: Final = ("operator", "ja")
"""Is printed alone: on the screen the certifier's pages are looked at in Japanese."""
SHEETS_MAX: Final = {"/desk/pair": 2, "/": 3, "/desk/pairs": 3}
"""So much paper at most."""
_POINTS_A_MM: Final = 72 / 25.4
_SIDES: Final = (12 * _POINTS_A_MM, 14 * _POINTS_A_MM, 16 * _POINTS_A_MM)
"""Margins left and right, top, bottom."""
_slack_points: Final = 3.0
_COLOURS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
_SIDEWAYS: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_SMALL: Final = """least => [...document.querySelectorAll(
    'button, .button, select, summary, input:not([type=hidden]), .sections a, .pages a')]
  .filter(one => one.checkVisibility() && !['checkbox', 'radio'].includes(one.type))
  .map(one => [one.textContent.trim() || one.name, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < least - .5)
  .map(([name, box]) => `${name}: ${box.height}`)"""
_BROKEN: Final = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const day of walker.currentNode.data.matchAll(/[0-9]+年[0-9]+月[0-9]+日/g)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, day.index);
      range.setEnd(walker.currentNode, day.index + day[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) {
        found.push(day[0]);
      }
    }
  }
  return found;
}"""
_TABLES: Final = """() => [...document.querySelectorAll('main table')]
  .filter(one => one.checkVisibility() && one.tHead && one.tBodies[0].rows.length)
  .map(one => [[...one.tHead.rows].at(-1).cells, [...one.tBodies[0].rows].at(-1).cells]
    .map(cells => [...cells].at(-1).innerText))"""


class Looked(NamedTuple):
    """What a browser shows of a role's pages, and their addresses."""

    page: Page
    addresses: Sequence[str]


Look = Callable[[str, str], Looked]


def reached(desk: Open, role: str, language: str) -> tuple[list[Reached], dict[str, str]]:
    """One page of every kind that a role has, and the cookies of its session."""
    headers = {"accept": "text/html", "accept-language": language}
    with httpx2.Client(base_url=desk.place, headers=headers) as client:
        client.post("/session", data={"token": desk.secrets[role]})
        return [*walk(client).values()], dict(client.cookies)


@pytest.fixture
def look(chromium: Browser, desk: Open) -> Iterator[Look]:
    """Somebody of a role in a browser, with the addresses of one page of every kind."""
    contexts = []

    def open_for(role: str, language: str) -> Looked:
        pages, cookies = reached(desk, role, language)
        if role != EVERYTHING:
            kinds = {page.kind for page in reached(desk, EVERYTHING, language)[0]}
            acts = 'method="post"'
            pages = [
                page
                for page in pages
                if page.kind not in kinds or acts in page.text.partition("<main")[2]
            ]
        addresses = [*(page.address for page in pages), "/desk/sign-in"]
        context = chromium.new_context(base_url=desk.place, locale=language)
        context.add_cookies(
            [{"name": name, "value": value, "url": desk.place} for name, value in cookies.items()]
        )
        contexts.append(context)
        return Looked(context.new_page(), addresses)

    yield open_for
    for context in contexts:
        context.close()


def troubles(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds on a page, a line each."""
    found: dict[str, Any] = Axe().run(page, options=options).response
    return [
        f"{page.url}: {one['id']} {node['target']} {node.get('failureSummary', '')[:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def name_of(address: str, language: str) -> str:
    """What a picture of a page is called."""
    return f"{kind_of(address).strip('/').replace('/', '-') or 'home'}-{language}"


@pytest.mark.parametrize(("role", "language"), [pair for pair in ROLES if pair != AGAIN])
def test_every_page_fits_and_is_for_everybody(look: Look, role: str, language: str) -> None:
    """No page scrolls sideways at any width, thumbs meet what they press, axe finds nothing."""
    page, addresses = look(role, language)
    ARTEFACTS.mkdir(exist_ok=True)
    wrong: list[str] = []
    for address in addresses:
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if (far := page.evaluate(_SIDEWAYS)) > 0:
                wrong.append(f"{address}: {far} px too wide at {width}")
            if width == WIDTHS[0]:
                wrong += [f"{address}: {one}" for one in page.evaluate(_SMALL, target_px_min)]
                wrong += [f"{address}: {one} is broken" for one in page.evaluate(_BROKEN)]
            if width in PICTURED:
                page.screenshot(path=ARTEFACTS / f"{name_of(address, language)}-{width}.png")
        wrong += troubles(page)
        page.emulate_media(color_scheme="dark")
        wrong += troubles(page, _COLOURS)
        page.emulate_media(color_scheme="light")

    assert wrong == []


def bare(text: str) -> str:
    """A text without its spaces, since a print breaks lines where it must, in ordinary letters."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def outside(reader: PdfReader) -> list[str]:
    """What begins outside the margins of its page."""
    found: list[str] = []
    side, top, bottom = _SIDES
    for number, sheet in enumerate(reader.pages, 1):
        width, height = float(sheet.mediabox.width), float(sheet.mediabox.height)

        def seen(
            text: str, cm: list[float], tm: list[float], _font: object, _size: float,
            page: tuple[int, float, float] = (number, width, height),
        ) -> None:  # fmt: skip
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            inside = side - _slack_points <= x <= page[1] - side + _slack_points
            # The number of the page stands in the margin at its foot.
            high = y <= page[2] - top + _slack_points
            low = y >= bottom - _slack_points or re.fullmatch(r"[\d/ ]+", text.strip())
            if text.strip() and not (inside and high and low):
                found.append(f"page {page[0]}: {text.strip()[:40]} at {x:.0f}, {y:.0f}")

        sheet.extract_text(visitor_text=seen)
    return found


@pytest.mark.parametrize(("role", "language"), [pair for pair in ROLES if pair[0] == EVERYTHING])
def test_every_page_prints_whole(look: Look, role: str, language: str) -> None:
    """On A4, the last column and the last cell of each table too, numbered, in its margins."""
    page, addresses = look(role, language)
    ARTEFACTS.mkdir(exist_ok=True)
    wrong: list[str] = []
    for address in addresses:
        page.goto(address)
        page.emulate_media(media="print")
        tables = page.evaluate(_TABLES)
        content = page.pdf(prefer_css_page_size=True)
        page.emulate_media(media="screen")
        (ARTEFACTS / f"{name_of(address, language)}.pdf").write_bytes(content)
        reader = PdfReader(BytesIO(content))
        text = bare("".join(sheet.extract_text() for sheet in reader.pages))
        ends = [bare(end) for table in tables for end in table]
        wrong += [f"{address}: {end} is not printed" for end in ends if end not in text]
        wrong += [f"{address}: {one}" for one in outside(reader)]
        if len(reader.pages) > SHEETS_MAX.get(kind_of(address), 50):
            wrong.append(f"{address}: {len(reader.pages)} sheets")
        if f"1/{len(reader.pages)}" not in text:
            wrong.append(f"{address}: no page number")
        short = sorted((float(reader.pages[0].mediabox[2]), float(reader.pages[0].mediabox[3])))
        if [round(side / _POINTS_A_MM) for side in short] != [210, 297]:
            wrong.append(f"{address}: not A4 but {short}")

    assert wrong == []
