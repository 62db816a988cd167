"""A real browser for the tests: Debian's Chromium, or the one LEDGER_TEST_CHROMIUM names.

Where there is none the tests are skipped with the line that installs it, and fail when
LEDGER_REQUIRE_ALL=1 says that nothing may be skipped. Pictures go to the ignored `artefacts`.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_LACKING = (
    "No Chromium is found: apt-get install --no-install-recommends chromium fonts-noto-cjk,"
    " or set LEDGER_TEST_CHROMIUM."
)


def chromium_path() -> str | None:
    """Where the browser is, if there is one."""
    given = os.environ.get("LEDGER_TEST_CHROMIUM")
    if given:
        return given
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def running_chromium(path: str) -> Iterator[Browser]:
    """Run the browser for the time of the block."""
    # As root, as in a container, Chromium's own sandbox cannot be; it opens our pages alone.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    path = chromium_path()
    if path is None:
        if os.environ.get("LEDGER_REQUIRE_ALL") == "1":
            pytest.fail(_LACKING)
        pytest.skip(_LACKING)
    with running_chromium(path) as browser:
        yield browser
