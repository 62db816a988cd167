"""A case in a real browser, from its opening to its end, worked by exporter and body in turn."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from ledger.web.access import tokens
from tests.desks_open import Open
from tests.registering import register

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FILE: FilePayload = {"name": "count.pdf", "mimeType": "application/pdf", "buffer": b"counted 20"}
TODAY = datetime.now(UTC).date()
ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?: [a-z]{2,}){2,}\b")
"""Three English words in a row."""
STATES = {"en-GB": ("escalated", "closed"), "ja-JP": ("是正要求中", "終結")}


@contextmanager
def entered(browser: Browser, desk: Open, secret: str, language: str) -> Iterator[Page]:
    """Somebody signed in."""
    context = browser.new_context(base_url=desk.place, locale=language)
    page = context.new_page()
    page.goto("/desk/sign-in")
    page.locator("#token").fill(secret)
    page.locator("main button").click()
    expect(page.locator("nav.sections")).to_be_visible()
    yield page
    context.close()


def act(page: Page, name: str, **typed: str) -> None:
    """Open an act on the page of a case, type into its fields, and do it."""
    form = page.locator(f"form[action$='/desk/case/{name}']")
    form.locator("xpath=../summary").click()
    for field, value in typed.items():
        one = form.locator(f"[name={field}]")
        if one.first.get_attribute("type") == "checkbox":
            form.locator(f"[name={field}][value={value}]").check()
        elif one.evaluate("one => one.tagName") == "SELECT":
            one.select_option(value)
        else:
            one.fill(value)
    form.locator("button").click()


@pytest.mark.parametrize("language", ["en-GB", "ja-JP"])
def test_a_case_is_worked_to_its_end(chromium: Browser, own_desk: Open, language: str) -> None:
    """Explained with a file, corrected, accepted, closed by another; in the reader's language."""
    case, exporter, body = own_desk.case.row, *(
        own_desk.parties[role] for role in ("exporter", "certifier")
    )  # fmt: skip
    where, both = f"/desk/case?id={case['id']}", f"P-{exporter}"
    register(own_desk.log, body, both)
    second = tokens.create(own_desk.log, "certifier", body, person=both, now=1)[1]
    due = (TODAY + timedelta(days=7)).isoformat()
    secrets = own_desk.secrets
    with (
        entered(chromium, own_desk, secrets["exporter"], language) as theirs,
        entered(chromium, own_desk, secrets["certifier"], language) as ours,
        entered(chromium, own_desk, second, language) as again,
    ):
        theirs.goto("/desk/cases")
        theirs.locator(f"a[href='{where}']").click()
        if language == "en-GB":
            expect(theirs.locator("h1")).to_have_text(case["sentence"])
        expect(theirs.locator(".sides tr")).to_have_count(2)
        expect(theirs.locator("a[href^='/desk/event?id=']").first).to_be_visible()
        theirs.locator("form[action$='/explain'] input[type=file]").set_input_files(FILE)
        expect(theirs.locator("form[action$='/explain'] [name=document_sha256]")).to_have_count(1)
        act(theirs, "explain", reason="LATE_ENTRY", text="Version 2")
        expect(theirs.get_by_role("status")).to_be_focused()
        expect(theirs.locator(".history")).to_contain_text("count.pdf")

        ours.goto("/desk/cases?tab=decide")
        ours.locator(f"a[href='{where}']").click()
        act(ours, "ask-correction", actions="CORRECT_RECORDS", text="Version 3", due=due)
        expect(ours.locator(".state").first).to_have_text(STATES[language][0])
        act(ours, "close", reason="DOCUMENT_CORRECTED", text="Version 4")
        expect(ours.get_by_role("alert")).to_be_focused()
        act(ours, "comment", text="Version 5", audience="OWN")

        theirs.goto("/desk/cases")
        theirs.locator(f"a[href='{where}']").click()
        expect(theirs.locator(".history")).not_to_contain_text("Version 5")
        act(theirs, "report-correction", cause="C", action="A", prevention="P",
            done_on=TODAY.isoformat())  # fmt: skip

        ours.goto("/desk/cases")
        ours.locator(f"a[href='{where}']").click()
        act(ours, "accept-correction")
        again.goto(where)
        act(again, "close", reason="DOCUMENT_CORRECTED", text="Version 6")
        expect(again.get_by_role("alert")).to_contain_text(both)
        if language == "ja-JP":
            words = again.locator("main").inner_text()
            assert ENGLISH.findall(words.replace(case["sentence"], "")) == []
        act(ours, "close", reason="DOCUMENT_CORRECTED", text="Version 7")
        expect(ours.locator(".state").first).to_have_text(STATES[language][1])
        _picture(ours, language)


def _picture(page: Page, language: str) -> None:
    folder = Path(__file__).parents[3] / "artefacts"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"case-{language[:2]}.png", full_page=True)
