"""Fixtures that every test may use, and which tests are slow."""

from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.brokers", "tests.chromium", "tests.databases"]

settings.register_profile("fast", max_examples=10, deadline=None)

SLOW = (
    # These start servers.
    "acceptance", "bench", "contract/audit", "contract/questions", "contract/log",
    "contract/test_public_names.py", "contract/views", "fault", "kafka",
    "property/test_any_order.py", "property/test_season_orders.py", "web",
    # These try many examples, or whole seasons.
    "contract/intake/test_archive.py", "domain/rules/test_audit.py", "domain/season",
    "property/test_wire.py",
)  # fmt: skip
"""Below tests/: folders and files whose tests are marked slow."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, so that the rest is quick to run while one writes."""
    here = Path(__file__).parent
    slow = tuple(str(here / name) for name in SLOW)
    for item in items:
        if str(item.path).startswith(slow):
            item.add_marker(pytest.mark.slow)
