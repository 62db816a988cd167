"""No figure stands in the handbook that no command prints."""

import re
from pathlib import Path

import pytest

from handbook.hooks import ROOT

PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "reference"),
]
MEASURED = re.compile(r"\d[\d,.–]*\s?(?:ms|µs|MiB|GiB|events/s|events a second|pages/s|cores?\b|×)")
"""What somebody measured: a number with a unit of speed, time or memory."""
LIMITS = re.compile(
    r"(?:at most|over|up to|more than|less than|have) [\d,.]+ ?[MGK]iB|8 MiB\b", re.IGNORECASE
)
"""What the product allows, which is in its code and no measurement."""
COMMAND = re.compile(r"`(?:make|python|pytest) [^`]+`|^\$ ", flags=re.MULTILINE)


def unsaid(text: str) -> list[str]:
    """Measured figures in sections that name no command which prints them."""
    return [
        found
        for section in re.split(r"^## ", text, flags=re.MULTILINE)
        if not COMMAND.search(section)
        for found in MEASURED.findall(LIMITS.sub("", section))
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_figures_have_their_command(page: Path) -> None:
    """A section that tells what was measured names the command that measures it again."""
    assert unsaid(page.read_text(encoding="utf-8")) == []


def test_the_check_can_fail() -> None:
    """A figure alone is found; one with its command is not."""
    assert unsaid("# Speed\n\nIt takes 13 µs an event.\n") == ["13 µs"]
    assert unsaid("# Speed\n\n`make bench` says 13 µs an event.\n") == []
    assert unsaid("# Limits\n\nA message has at most 8 MiB.\n") == []
