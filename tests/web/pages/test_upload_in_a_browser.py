"""The clerk's way in a real browser: from an empty table to a recorded report, in two languages."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.tables.cells import text_of
from ledger.tables.mapping import Mapping
from ledger.tables.reading import Asked
from ledger.tables.reading.files import found_in
from ledger.views.projection import Projector
from tests.auditing import load
from tests.desks_open import Open
from tests.sending import source
from tests.web.pages.test_looks import troubles
from tests.workbooks import one_sheet

pytestmark = [pytest.mark.browser, pytest.mark.slow]
REPORT = {
    "report": "R-{0}", "version": "1", "contract": "CT-1", "shipment": "SH-1", "importer": "IMP-1",
    "rcb": "RCB-1", "agent": "AGT-1", "grader": "P-4", "product": "PR-1", "label": "LB-1",
    "lot": "L-7", "graded_on": "2026-04-02", "pack_weight": "0.500", "units": "240",
    "net_weight": "120.000", "mark": "JAS-A", "used": "240", "received": "1000", "discarded": "3",
    "remaining": "757", "time": "03/04/2026",
}  # fmt: skip
WORDS = {
    "en-GB": ("Tables", "month, day, year", "Record 1 event", "1 event is recorded."),
    "ja-JP": ("表の取込", "月/日/年", "1件を記録する", "1件を記録しました。"),
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
patience_ms = 60_000


def filled(empty: Path, exporter: str, number: str) -> bytes:
    """The empty table with one report in it, under the headings that it has."""
    [sheet, *_] = found_in(Asked(empty.read_bytes(), Mapping(), ["SealReportFiled"])).sheets
    headings = [text_of(cell) for cell in sheet.rows[0].cells]
    notes = next(each for each in _sheets(empty) if each[0][1] in ("code", "コード"))
    codes = {row[0]: row[1] for row in notes[1:]}
    values = {**REPORT, "report": REPORT["report"].format(number), "exporter": exporter}
    return one_sheet(headings, [values.get(codes[name]) for name in headings], name="報告")


def _sheets(of: Path) -> list[list[list[str]]]:
    """Every sheet as texts."""
    found = found_in(Asked(of.read_bytes(), Mapping(), ["SealReportFiled"])).sheets
    return [[[text_of(cell) for cell in row.cells] for row in sheet.rows] for sheet in found]


def signed_in(browser: Browser, desk: Open, language: str) -> Page:
    """An exporter at the desk."""
    page = browser.new_context(base_url=desk.place, locale=language).new_page()
    page.goto("/desk/sign-in")
    page.locator("#token").fill(desk.secrets["exporter"])
    page.locator("main button").click()
    expect(page.locator("nav.sections")).to_be_visible()
    return page


def looked_at(page: Page) -> list[str]:
    """What is to be objected to on a page: by axe, light and dark, and where it is too wide."""
    found = troubles(page)
    page.emulate_media(color_scheme="dark")
    found += troubles(page)
    page.emulate_media(color_scheme="light")
    for width in (400, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{page.url} at {width}"] if page.evaluate(SIDEWAYS) > 0 else []
    return found


@pytest.mark.parametrize("language", WORDS)
def test_from_an_empty_table_to_a_report(chromium: Browser, own_desk: Open, language: str) -> None:
    """Download, fill in, send, answer one question, record, look up; nothing for axe to object."""
    title, answer, button, recorded = WORDS[language]
    exporter = own_desk.parties["exporter"]
    load(own_desk.log, [source("OFFICE", exporter)], 5_000)
    Projector(own_desk.log).catch_up()
    before, found = own_desk.log.position(), []
    page = signed_in(chromium, own_desk, language)

    page.get_by_role("link", name=title, exact=True).click()
    found += looked_at(page)
    page.locator("summary").last.click()
    with page.expect_download() as empty:
        page.locator("a[href$='/SealReportFiled.xlsx']").click()
    data = filled(empty.value.path(), exporter, language)
    page.locator("#file").set_input_files(
        {"name": "report.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )
    page.locator("#template").select_option("SealReportFiled")
    page.locator("#source").select_option("OFFICE")
    page.locator("#zone").fill("Asia/Tokyo")
    page.locator("form.card button").click()
    expect(page.get_by_label(answer)).to_be_visible(timeout=patience_ms)
    expect(page.locator("td .said.refused")).to_contain_text("03/04/2026")
    found += looked_at(page)
    page.get_by_label(answer).check()
    page.locator("form.card button").click()
    expect(page.get_by_role("button", name=button)).to_be_visible(timeout=patience_ms)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_contain_text(recorded, timeout=patience_ms)
    found += looked_at(page)
    page.locator("main a[href*='/desk/import?id=']").click()
    expect(page.locator("main a[href*='/desk/event?id=']")).to_have_count(1)
    found += looked_at(page)
    page.context.close()

    assert found == []
    assert own_desk.log.position() == before + 1
