"""The desk in a real browser: worked through in every role, readable by all, on any screen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import ARTEFACTS
from tests.desks_open import Open

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEED_PAGES = (
    "/desk/sign-in", "/", "/desk/cases", "/desk/statements", "/desk/lots", "/desk/shipments",
    "/desk/certificates", "/desk/substances?code=PECTIN", "/desk/sources", "/desk/find?q=nothing",
    "/desk/nothing",
)  # fmt: skip
LINKED = ("pair", "case", "statement", "lot", "shipment", "event", "figure")
Enter = Callable[..., Page]


@pytest.fixture
def enter(chromium: Browser, desk: Open) -> Iterator[Enter]:
    """Somebody of a role signed in through the page, in a window of some width."""
    contexts: list[BrowserContext] = []

    def sign_in(role: str, language: str = "en-GB", width: int = 1280, at: Open = desk) -> Page:
        context = chromium.new_context(
            base_url=at.place, locale=language, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/desk/sign-in")
        page.locator("#token").fill(at.secrets[role])
        page.locator("main button").click()
        expect(page.locator("nav.sections")).to_be_visible()
        return page

    yield sign_in
    for context in contexts:
        context.close()


def picture(page: Page, name: str) -> None:
    """Keep what is to be seen."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def troubles(page: Page) -> list[str]:
    """What axe finds on a page, a line each."""
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{page.url}: {one['id']} {node['target']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def sideways(page: Page) -> int:
    """How far the page reaches beyond its window."""
    reach: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return reach


def all_pages(page: Page) -> list[str]:
    """The addresses of one page of every kind that the viewer has."""
    found = list(SEED_PAGES)
    read: dict[str, list[str]] = {}

    def links(address: str) -> list[str]:
        if address not in read:
            page.goto(address)
            hrefs = "all => all.map(one => one.getAttribute('href'))"
            read[address] = page.locator("main a[href]").evaluate_all(hrefs)
        return read[address]

    for name in LINKED:
        all_links = (link for address in found for link in links(address))
        first = next((link for link in all_links if link.startswith(f"/desk/{name}?")), None)
        found += [first] if first else []
    return found


def test_a_slip_is_followed_explained_and_closed(enter: Enter, own_desk: Open) -> None:
    """From the overview to the case: the exporter explains, the certifier closes, it is gone."""
    case = own_desk.case
    exporter = enter("exporter", at=own_desk)
    exporter.locator("main a.count").first.click()
    exporter.get_by_role("link", name="M-06").last.click()
    expect(exporter.locator("h1")).to_contain_text("M-06")
    exporter.goto(f"/desk/case?id={case.case.id}")
    form = exporter.get_by_role("form", name="Explain")
    form.locator("select").select_option("LATE_ENTRY")
    form.locator("textarea").fill("The last carton was reported a day later.")
    form.locator("input[name=person]").fill("P-7")
    form.locator("button").click()
    expect(exporter.get_by_role("status")).to_contain_text("Explained")

    certifier = enter("certifier", at=own_desk)
    pair = certifier.get_by_role("link", name=own_desk.parties["importer"]).first
    expect(pair).to_be_visible()
    certifier.locator("main td a.count").first.click()
    certifier.locator(f"a[href='/desk/case?id={case.case.id}']").click()
    expect(certifier.locator(".history")).to_contain_text("The last carton was reported")
    form = certifier.get_by_role("form", name="Close")
    form.locator("select").select_option("DOCUMENT_CORRECTED")
    form.locator("textarea").fill("Version 2 of the report is at hand.")
    form.locator("input[name=person]").fill("P-7")
    form.locator("button").click()
    expect(certifier.get_by_role("alert")).to_contain_text("another person has to close it")
    form = certifier.get_by_role("form", name="Close")
    expect(form.locator("textarea")).to_have_value("Version 2 of the report is at hand.")
    form.locator("input[name=person]").fill("P-9")
    form.locator("button").click()
    expect(certifier.get_by_role("status")).to_contain_text("Closed")

    certifier.goto("/desk/cases?rule=M-06")
    expect(certifier.locator(f"a[href='/desk/case?id={case.case.id}']")).to_have_count(0)
    certifier.goto("/desk/cases?rule=M-06&state=CLOSED")
    expect(certifier.locator(f"a[href='/desk/case?id={case.case.id}']")).to_have_count(1)


@pytest.mark.parametrize("role", ["exporter", "importer", "certifier", "operator", "scanner"])
def test_every_page_is_for_everybody(enter: Enter, role: str) -> None:
    """Axe finds nothing to object to on any page of any role."""
    page = enter(role)
    found = []
    for address in all_pages(page):
        page.goto(address)
        found += troubles(page)

    assert found == []


@pytest.mark.parametrize("width", [400, 1600])
@pytest.mark.parametrize("language", ["en-GB", "ja-JP"])
def test_every_page_fits_its_window(enter: Enter, width: int, language: str) -> None:
    """Nothing but tables and pictures of their own scrolls sideways; pictures are kept."""
    page = enter("certifier", language, width)
    wide = []
    for number, address in enumerate(all_pages(page)):
        page.goto(address)
        name = address.split("?", maxsplit=1)[0].strip("/").replace("/", "-") or "overview"
        picture(page, f"{number:02d}-{name}-{language[:2]}-{width}")
        if sideways(page) > 0:
            wide.append(address)

    assert wide == []


def test_the_desk_speaks_japanese(enter: Enter) -> None:
    """By the browser's language, and by choice against it."""
    page = enter("certifier", "ja-JP")
    expect(page.locator("h1")).to_have_text("概要")
    page.get_by_role("link", name="不一致", exact=True).click()
    expect(page.locator("h1")).to_have_text("不一致")

    page.get_by_role("link", name="English").click()

    expect(page.locator("h1")).to_have_text("Discrepancies")
    assert page.url.endswith("/desk/cases")


def test_a_statement_prints_on_a4(enter: Enter, tmp_path: Path) -> None:
    """The seal ledger alone, in the columns of its kind, without what only a screen needs."""
    page = enter("importer", "ja-JP")
    page.goto("/desk/statements")
    page.locator("main a[href^='/desk/statement?']").first.click()
    heads = page.locator("table.ledger thead th").all_inner_texts()
    file = tmp_path / "statement.pdf"

    page.emulate_media(media="print")
    content = page.pdf(format="A4", path=file)

    assert heads == ["年月日", "受入", "使用", "廃棄", "その他", "残数", "備考", "確認者"]
    for hidden in (".top", ".under", ".clocks", ".filters", ".foot"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("table.ledger")).to_be_visible()
    assert content.startswith(b"%PDF")
    ARTEFACTS.mkdir(exist_ok=True)
    (ARTEFACTS / "statement.pdf").write_bytes(content)


def test_the_keyboard_is_enough(enter: Enter) -> None:
    """The first stop leads past the menu; what has the focus is to be seen."""
    page = enter("certifier")
    page.goto("/")

    page.keyboard.press("Tab")

    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.goto("/desk/cases")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    assert {"A", "SELECT", "INPUT", "BUTTON"} <= reached


def test_without_script_it_works_too(chromium: Browser, desk: Open) -> None:
    """Signing in, filtering, opening a case: nothing needs a script."""
    context = chromium.new_context(base_url=desk.place, java_script_enabled=False)
    page = context.new_page()
    page.goto("/desk/sign-in?then=%2Fdesk%2Fcases")
    page.locator("#token").fill(desk.secrets["operator"])
    page.locator("main button").click()

    page.locator("#severity").select_option("H")
    page.get_by_role("button", name="Filter").click()
    page.locator("main a[href^='/desk/case?']").first.click()

    expect(page.get_by_role("heading", name="Expected and found")).to_be_visible()
    context.close()
