"""The handbook as a site: it is built without a warning, and nothing in it leads nowhere."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser

from handbook.contents import CHAPTERS, HOME, unlisted
from handbook.hooks import ROOT
from handbook.pages import MADE

DOCS = ROOT / "docs"
WRITTEN = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
LOADED = {"script": "src", "img": "src", "iframe": "src", "object": "data"}
"""What a browser fetches by itself, by element; a `link` to a style or an icon besides."""


class Page(HTMLParser):
    """What a page has: its anchors, where its links lead, and what is fetched with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors = {""}
        self.links: set[str] = set()
        self.fetched: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element says."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        if tag == "link" and given.get("rel") in ("stylesheet", "icon"):
            self.fetched.add(given["href"])
        if LOADED.get(tag) in given:
            self.fetched.add(given[LOADED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handbook, built strictly: a warning is a failure."""
    folder = tmp_path_factory.mktemp("handbook")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """Its pages, by path."""
    return {
        str(path.relative_to(site)): Page(path.read_text(encoding="utf-8"))
        for path in site.rglob("*.html")
        if path.name != "404.html"  # served at any address: its links begin at the root
    }


def _leads(pages: dict[str, Page]) -> Iterator[tuple[str, str, str, str]]:
    """Each link within the site: page, link, and the path and anchor that it leads to."""
    for path, page in pages.items():
        for link in page.links | page.fetched:
            if not urlsplit(link).scheme:
                target, anchor = urldefrag(urljoin(f"/{path}", link))
                yield path, link, unquote(target).removeprefix("/"), unquote(anchor)


def test_every_link_leads_somewhere(site: Path, pages: dict[str, Page]) -> None:
    """Each page, picture and anchor that is linked within the site is there."""
    nowhere = [
        f"{path}: {link}"
        for path, link, target, anchor in _leads(pages)
        if not (site / target).is_file()
        or (target in pages and anchor not in pages[target].anchors)
    ]

    assert nowhere == []
    assert len(pages) > 20


def test_nothing_is_fetched_from_elsewhere(site: Path, pages: dict[str, Page]) -> None:
    """The site needs no network: no script, style, font or picture of another host."""
    elsewhere = [
        f"{path}: {link}"
        for path, page in pages.items()
        for link in page.fetched
        if urlsplit(link).netloc
    ]
    styles = [
        f"{path.name}: {found}"
        for path in site.rglob("*.css")
        for found in re.findall(
            r"(?:@import\s+|url\()['\"]?(?:https?:)?//[^)'\"]+", path.read_text()
        )
    ]

    assert elsewhere + styles == []


def test_links_that_leave_are_few_and_known(pages: dict[str, Page]) -> None:
    """Links to other hosts are not followed here; a new host is a line here."""
    hosts = {
        urlsplit(link).netloc
        for page in pages.values()
        for link in page.links
        if urlsplit(link).scheme.startswith("http")
    }

    assert hosts <= {"www.postgresql.org", "kafka.apache.org", "prometheus.io", "zensical.org"}


def test_it_is_searched_without_a_server(site: Path) -> None:
    """The index lies beside the pages as a script, with words of both languages in it."""
    script = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    texts = [entry["text"] for entry in json.loads(script.partition("=")[2])["docs"]]
    index = " ".join(texts)

    assert all(
        word in index for word in ("受払簿", "LEDGER_DATABASE_URL", "M-18", "ledger_log_position")
    )


@pytest.mark.browser
def test_it_is_searched_from_a_file(site: Path, chromium: Browser) -> None:
    """Opened from the disk, without any server, it finds a rule and a word of the trade."""
    with closing(chromium.new_page()) as tab:
        for asked, found in (("M-18", "reference/rules.html"), ("受払簿", "concepts/words.html")):
            tab.goto(site.joinpath("start.html").as_uri())
            tab.locator("[data-md-component=search-query]").first.fill(asked)
            result = tab.locator(f".md-search-result__link[href*='{found}']").first
            result.wait_for(state="attached")


@pytest.mark.parametrize("folder", ["operator", "roles", "concepts", "reference"])
def test_an_index_leads_to_every_page_beside_it(folder: str) -> None:
    """Who begins with a chapter's first page finds all of it; of events and of Kafka by a page."""
    text = (DOCS / folder / "index.md").read_text(encoding="utf-8")
    led = set(re.findall(r"\]\(([\w-]+\.md)", text))
    beside = {path.split("/")[1] for path in WRITTEN | MADE.keys() if path.startswith(f"{folder}/")}

    lost = beside - led - {"index.md", "scanner-kafka.md"}
    assert {page for page in lost if not page.startswith("events-")} == set()


def test_every_page_has_its_place() -> None:
    """Each page is listed in its chapter (handbook/contents.py), once."""
    listed = [HOME] + [page for chapter in CHAPTERS for page in chapter.pages]
    lost = {page for chapter in CHAPTERS for page in unlisted(chapter, WRITTEN | MADE.keys())}

    assert lost == set()
    assert (WRITTEN | MADE.keys()) - set(listed) == set()
    assert len(set(listed)) == len(listed)
    assert [page for page in MADE if page in WRITTEN] == []
