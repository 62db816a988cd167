"""The README is one page, and leads on: the two commands, and to files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
bytes_max = 6_000


def test_it_is_one_page() -> None:
    """What, a picture, two commands, where to go."""
    assert len(README.encode()) <= bytes_max
    assert "make demo" in README
    assert "make test" in README


def test_what_it_leads_to_is_there() -> None:
    """Every link and picture is a file of the project."""
    led = re.findall(r"\]\(([^)#]+)[^)]*\)", README)

    assert [path for path in led if not (ROOT / path).is_file()] == []
    assert len(led) > 10
