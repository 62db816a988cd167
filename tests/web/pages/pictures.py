"""The README's pictures, made from the running product: `python -m tests.web.pages.pictures`."""

import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from ledger.log import migrate
from ledger.log.embedded import leave, server
from tests.chromium import chromium_path, running_chromium
from tests.databases import open_folder
from tests.desks_open import Open, fill, opened

TARGET = Path(__file__).parents[3] / "docs"
WINDOW = ViewportSize(width=1360, height=900)


def main() -> int:
    """Make a season, serve it, work on a case, keep what is to be seen."""
    path = chromium_path()
    if path is None:
        sys.stderr.write("No Chromium is found: set LEDGER_TEST_CHROMIUM.\n")
        return 2
    TARGET.mkdir(exist_ok=True)
    with open_folder() as home:
        dsn = server(home)
        try:
            migrate(dsn)
            fill(dsn, events=6_000)
            with opened(dsn) as desk, running_chromium(path) as browser:
                _take(browser.new_page(base_url=desk.place, viewport=WINDOW, locale="en-GB"), desk)
        finally:
            leave(home)
    return 0


def _take(page: Page, desk: Open) -> None:
    _sign_in(page, desk, "exporter")
    page.goto(f"/desk/case?id={desk.case.case.id}")
    page.locator("summary", has_text="Explain").click()
    form = page.get_by_role("form", name="Explain")
    form.locator("select").select_option("LATE_ENTRY")
    form.locator("textarea").fill("The last carton was packed after the report had been written.")
    form.locator("button").click()
    _sign_in(page, desk, "certifier")
    page.goto(f"/desk/case?id={desk.case.case.id}")
    page.screenshot(path=TARGET / "case.png")
    _sign_in(page, desk, "operator")
    page.goto("/")
    page.set_viewport_size({"width": WINDOW["width"], "height": 1000})
    page.screenshot(path=TARGET / "overview.png")


def _sign_in(page: Page, desk: Open, role: str) -> None:
    page.goto("/desk/sign-in")
    page.locator("#token").fill(desk.secrets[role])
    page.locator("main button").click()
    page.wait_for_url("**/")


if __name__ == "__main__":
    sys.exit(main())
