"""The desk in a real browser: worked through, by keyboard too, and without script."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.desks_open import Open

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Enter = Callable[..., Page]


@pytest.fixture
def enter(chromium: Browser, desk: Open) -> Iterator[Enter]:
    """Somebody of a role signed in through the page."""
    contexts: list[BrowserContext] = []

    def sign_in(role: str, language: str = "en-GB", at: Open = desk) -> Page:
        context = chromium.new_context(base_url=at.place, locale=language)
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


def test_a_slip_is_followed_explained_and_closed(enter: Enter, own_desk: Open) -> None:
    """From the overview to the case: the exporter explains, the certifier closes, it is gone."""
    case = own_desk.case
    exporter = enter("exporter", at=own_desk)
    exporter.locator("main a.count").first.click()
    exporter.locator(f"a[href='/desk/case?id={case.case.id}']").click()
    expect(exporter.locator("h1")).to_contain_text(case.row["sentence"])
    exporter.locator("summary", has_text="Explain").click()
    form = exporter.get_by_role("form", name="Explain")
    form.locator("select").select_option("LATE_ENTRY")
    form.locator("textarea").fill("The last carton was reported a day later.")
    form.locator("button").click()
    expect(exporter.get_by_role("status")).to_contain_text("Explained")

    certifier = enter("certifier", at=own_desk)
    pair = certifier.get_by_role("link", name=own_desk.parties["importer"]).first
    expect(pair).to_be_visible()
    row = certifier.get_by_role("row").filter(has=pair)
    row.locator(f"a.count.s{case.row['severity']}").click()
    certifier.locator(f"a[href='/desk/case?id={case.case.id}']").click()
    expect(certifier.locator(".history")).to_contain_text("The last carton was reported")
    certifier.locator("summary", has_text="Close").click()
    form = certifier.get_by_role("form", name="Close")
    form.locator("select").select_option("DOCUMENT_CORRECTED")
    form.locator("textarea").fill("Version 2 of the report is at hand.")
    form.locator("button").click()
    expect(certifier.get_by_role("status")).to_contain_text("Closed")

    certifier.goto("/desk/cases?rule=M-06")
    expect(certifier.locator(f"a[href='/desk/case?id={case.case.id}']")).to_have_count(0)
    certifier.goto("/desk/cases?rule=M-06&state=CLOSED")
    expect(certifier.locator(f"a[href='/desk/case?id={case.case.id}']")).to_have_count(1)


def test_the_desk_speaks_japanese(enter: Enter) -> None:
    """By the browser's language, and by choice against it."""
    page = enter("certifier", "ja-JP")
    expect(page.locator("h1")).to_have_text("輸入業者×登録認証機関の組")
    page.locator("nav.sections").get_by_role("link", name="案件", exact=True).click()
    expect(page.locator("h1")).to_have_text("案件")

    page.get_by_role("link", name="English").click()

    expect(page.locator("h1")).to_have_text("Cases")
    assert page.url.endswith("/desk/cases")


def test_the_keyboard_is_enough(enter: Enter) -> None:
    """The first stop leads past the menu; every kind of control is reached, folded ones too."""
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
        if page.evaluate("document.activeElement.matches('.filter:not([open]) > summary')"):
            page.keyboard.press("Enter")
    assert {"A", "SELECT", "INPUT", "BUTTON"} <= reached
    page.goto("/desk/cases")
    page.keyboard.press("/")
    expect(page.locator("form[role=search] input")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("form[role=search] input")).to_have_value("a/b")


def test_light_and_dark_are_chosen(enter: Enter) -> None:
    """As the device has it, until somebody chooses; then so on every page."""
    page = enter("certifier")
    ground = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    page.locator("details.themes summary").click()

    page.get_by_role("link", name="Light").click()

    assert light != dark
    assert page.evaluate(ground) == light
    page.goto("/desk/cases")
    assert page.evaluate(ground) == light
    page.locator("details.themes summary").click()
    page.get_by_role("link", name="As the device").click()
    assert page.evaluate(ground) == dark


def test_without_script_it_works_too(chromium: Browser, desk: Open) -> None:
    """Signing in, filtering, opening a case: nothing needs a script."""
    context = chromium.new_context(base_url=desk.place, java_script_enabled=False)
    page = context.new_page()
    page.goto("/desk/sign-in?then=%2Fdesk%2Fcases")
    page.locator("#token").fill(desk.secrets["operator"])
    page.locator("main button").click()

    page.locator("details.filter > summary").click()
    page.locator("#severity").select_option("H")
    page.get_by_role("button", name="Filter").click()
    page.locator("main a[href^='/desk/case?']").first.click()

    expect(page.get_by_role("heading", name="Expected and found")).to_be_visible()
    context.close()
