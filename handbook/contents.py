"""The order of the handbook: chapters, and in each its pages as they are read.

A page that nobody listed stands at the end of the chapter of its folder.
"""

from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from handbook.events import GROUPS


class Chapter(NamedTuple):
    """A chapter: its title, the folder whose pages are its own, and its pages in their order.

    Without a folder it holds the pages it lists, and no others.
    """

    title: str
    folder: str | None
    pages: tuple[str, ...]


HOME: Final = "index.md"
"""The first page, above all chapters."""
CHAPTERS: Final = (
    Chapter("Start", None, ("start.md", "what-it-does-not-do.md")),
    Chapter(
        "By role",
        "roles",
        (
            "roles/index.md", "roles/scanner-integrator.md", "roles/scanner-kafka.md",
            "roles/exporter.md", "roles/importer.md", "roles/certifier.md",
        ),
    ),
    Chapter(
        "Using it",
        ".",
        ("desk.md", "labels.md", "http.md", "terminal.md", "tables.md", "analysts.md"),
    ),
    Chapter(
        "Operating",
        "operator",
        (
            "operator/index.md", "operator/install.md", "operator/deploy.md",
            "operator/logs-and-settings.md", "operator/postgresql.md", "operator/kafka.md",
            "operator/webhooks.md", "operator/behind-a-proxy.md", "operator/tokens-and-trail.md",
            "operator/status-and-doctor.md", "operator/alerts.md",
            "operator/when-something-stands-still.md", "operator/refused-messages.md",
            "operator/backup-and-restore.md", "operator/upgrade.md", "operator/sizing.md",
            "operator/scale-out.md",
        ),
    ),
    Chapter(
        "Concepts",
        "concepts",
        (
            "concepts/index.md", "concepts/places.md", "concepts/pairs.md",
            "concepts/two-clocks.md", "concepts/cases.md", "concepts/month-end.md",
            "concepts/who-speaks.md",
            "concepts/words.md",
        ),
    ),
    Chapter(
        "Reference",
        "reference",
        (
            "reference/index.md", "reference/events.md",
            *(f"reference/events-{name}.md" for name in GROUPS),
            "reference/rules.md",
            "reference/codes.md", "reference/law.md", "reference/api.md", "reference/analysts.md",
            "reference/commands.md", "reference/exit-codes.md", "reference/settings.md",
            "reference/policy.md", "reference/metrics.md", "reference/dependencies.md",
        ),
    ),
    Chapter(
        "How good it is",
        None,
        ("performance.md", "reliability.md", "security.md", "changes.md"),
    ),
)  # fmt: skip
"""All chapters; reference and the last one hold pages that are made while the site is built."""

Nav = list[str | dict[str, list[str]]]


def nav(pages: Collection[str]) -> Nav:
    """The navigation over the pages there are, by their paths below `docs`."""
    listed = {page for chapter in CHAPTERS for page in chapter.pages}
    made: Nav = [HOME]
    for chapter in CHAPTERS:
        here = [page for page in chapter.pages if page in pages]
        here += sorted({*unlisted(chapter, pages)} - listed)
        if here:
            made.append({chapter.title: here})
    return made


def unlisted(chapter: Chapter, pages: Collection[str]) -> list[str]:
    """The pages of a chapter's folder, and of the folders in it, that it does not list."""
    if chapter.folder is None:
        return []
    elsewhere = {HOME} | {page for one in CHAPTERS for page in one.pages}
    return [
        page
        for page in pages
        if page not in elsewhere and PurePosixPath(page).parts[0] == _first(chapter.folder, page)
    ]


def _first(folder: str, page: str) -> str:
    """How the path of a page begins that is in the folder; at the top, the page itself."""
    return PurePosixPath(page).parts[0] if folder == "." and "/" not in page else folder
