"""The policy: every parameter has a value, every value is checked."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.errors import Misuse
from ledger.rules.policy import default_policy, read_policy

HOUR = 3_600_000_000


def test_the_default_is_the_public_table() -> None:
    """The values people are told."""
    policy = default_policy()

    assert policy.grace_scan == HOUR
    assert policy.grace_registry == policy.grace_document == policy.grace_count == 24 * HOUR
    assert (policy.seal_transit_days, policy.goods_transit_days, policy.return_days) == (30, 60, 15)
    assert (policy.count_abs, policy.count_share) == (10, Decimal("0.01"))
    assert (policy.spoil_min, policy.spoil_limit) == (100, Decimal("0.02"))
    assert (policy.reversal_min, policy.reversal_share) == (20, Decimal("0.05"))
    assert (policy.line_capacity, policy.missed_heartbeats) == (20_000, 3)
    assert policy.annual_tolerance == Decimal("1.000")
    assert (policy.clock_skew, policy.double_shot) == (HOUR // 12, HOUR // 60)
    assert policy.holidays == frozenset()


def test_a_text_changes_what_it_names() -> None:
    """What a text leaves out is as before; another value is another digest."""
    policy = default_policy()

    changed = read_policy('count_share = "2.5 %"\nholidays = [2026-05-04]', over=policy)

    assert changed.count_share == Decimal("0.025")
    assert changed.holidays == {date(2026, 5, 4)}
    assert changed.grace_scan == policy.grace_scan
    assert changed.digest() != policy.digest()
    assert read_policy("", over=policy).digest() == policy.digest()


WRONG = [  # text, what the sentence names
    ("grace_scans = 1", "grace_scans"),
    ("grace_scan = 60", "grace_scan"),
    ('grace_scan = "1 week"', "grace_scan"),
    ('grace_scan = "-1 h"', "grace_scan"),
    ("seal_transit_days = -1", "seal_transit_days"),
    ("seal_transit_days = 1.5", "seal_transit_days"),
    ("seal_transit_days = 99999", "seal_transit_days"),
    ("late_days = 0", "late_days: expected at least 1 day"),
    ("count_abs = true", "count_abs"),
    ('count_share = "101 %"', "count_share"),
    ("count_share = 0.01", "count_share"),
    ("annual_tolerance = 1", "annual_tolerance"),
    ('holidays = ["2026-05-04"]', "holidays"),
    ("holidays = [2026-05-04T00:00:00]", "holidays"),
    ("grace_scan =", "TOML"),
]


@pytest.mark.parametrize(("text", "named"), WRONG)
def test_a_wrong_policy_is_misuse(text: str, named: str) -> None:
    """An unknown key or a value that cannot be is named in one sentence."""
    with pytest.raises(Misuse, match=named):
        read_policy(text, over=default_policy())


def test_a_policy_is_complete() -> None:
    """Without a policy to fall back on, every parameter must be there."""
    with pytest.raises(Misuse, match="grace_scan is missing"):
        read_policy("count_abs = 3")
