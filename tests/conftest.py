"""Fixtures that every test may use, and which tests are slow."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.brokers", "tests.chromium", "tests.databases"]

settings.register_profile("fast", max_examples=10, deadline=None)

SLOW = (
    # These start servers.
    "acceptance", "bench", "contract/analysts", "contract/audit", "contract/letters",
    "contract/questions", "contract/log", "contract/test_public_names.py",
    "contract/test_status.py", "contract/tables", "contract/test_settings.py",
    "contract/views", "fault", "handbook", "kafka",
    "property/test_any_order.py", "property/test_season_orders.py", "web",
    # These try many examples, or whole seasons.
    "contract/ingest/test_runs.py", "contract/intake/test_archive.py",
    "contract/intake/test_archive_altered.py", "contract/intake/test_files.py",
    "contract/intake/test_plausible.py", "domain/rules/test_audit.py",
    "domain/rules/test_texts.py", "domain/season", "domain/tables/test_templates.py",
    "property/test_wire.py",
)  # fmt: skip
"""Below tests/: folders and files whose tests are marked slow."""

FIRST = (
    "bench", "fault", "web/api/test_crowd.py", "web/api/test_away_halfway.py",
    "web/api/test_sessions_of_requests.py", "contract/questions/test_answers.py",
    "acceptance/test_season.py", "handbook/test_commands.py", "acceptance/test_interrupted.py",
    "acceptance/test_fresh_clone.py",
    "contract/test_webhooks.py", "kafka",
)  # fmt: skip
"""Below tests/: what takes longest, longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and begin with what takes longest.

    The slow mark keeps the rest quick to run while one writes. A long test that began last would
    keep one process at work while the others have nothing left to do; and as the processes take
    over tests from the end of one another's share, most of those that need a broker stay with the
    one that begins with them.
    """
    here = Path(__file__).parent
    slow = tuple(str(here / name) for name in SLOW)
    for item in items:
        if str(item.path).startswith(slow):
            item.add_marker(pytest.mark.slow)
    places = {str(here / name): place for place, name in enumerate(FIRST)}
    found = {
        path: next((places[name] for name in places if str(path).startswith(name)), len(FIRST))
        for path in {item.path for item in items}
    }
    items.sort(key=lambda item: found[item.path])


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """What a command run in the tests' own process set up for its log ends with the test."""
    root, ours = logging.getLogger(), logging.getLogger("ledger")
    before, levels = root.handlers[:], (root.level, ours.level)
    yield
    for handler in root.handlers[:]:
        if handler not in before and type(handler).__module__ == "ledger.log_lines":
            root.removeHandler(handler)
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
