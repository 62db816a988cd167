"""Charts: shapes are in proportion to numbers, and nothing is drawn that is not there."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.web.pages.charts import bar, flow, graph, nodes_max, steps, times

ORDER = ("stock", "lots", "delivered")
amounts = st.dictionaries(st.sampled_from(ORDER), st.integers(-1_000, 1_000_000))


@given(amounts)
def test_a_bar_is_as_long_as_its_parts(found: dict[str, int]) -> None:
    """Parts above zero fill the bar end to end."""
    parts = bar(found, ORDER)

    assert {part.name for part in parts} == {name for name, seals in found.items() if seals > 0}
    if parts:
        assert sum(part.width for part in parts) == pytest.approx(100, abs=0.1)


@given(amounts)
def test_what_stays_is_as_high_as_it_is_many(found: dict[str, int]) -> None:
    """Twice the seals are twice the height; a thin line is still to be seen."""
    picture = flow(found, ORDER)

    assert picture.total == sum(seals for seals in found.values() if seals > 0)
    for stay in picture.stays:
        share = max(stay.seals, 0) / picture.total if picture.total else 0
        assert stay.height == pytest.approx(max(92 * share, 1.5 if stay.seals > 0 else 0))


def test_a_stock_stands_still_between_days() -> None:
    """Steps, from the opening to the last day, with zero and what is below it in the picture."""
    picture = steps(10, [(date(2026, 4, 1), 30), (date(2026, 4, 11), -10)])

    assert picture is not None
    assert (picture.highest, picture.lowest) == (30, -10)
    assert picture.path.count("H") == 3
    assert picture.top < picture.zero < picture.height
    assert steps(10, []) is None


def test_both_clocks_share_a_scale() -> None:
    """What is recorded at once stands below where it happened; what comes late to its right."""
    picture = times([("a", 0, 0), ("b", 50, 100)])

    assert picture is not None
    assert picture.points[0].happened == picture.points[0].known
    assert picture.points[1].known > picture.points[1].happened
    assert times([]) is None


def step(kind: str, of: str, name: str) -> dict[str, object]:
    """A step of a trace."""
    return {"kind": kind, "of": of, "id": name, "event": "", "count": 1, "quantity": None}


def test_a_trace_runs_from_left_to_right() -> None:
    """Origins left of the lot, destinations right of it, each once, however many lines lead to it.

    A circle of wrong reports is drawn once too.
    """
    back = [step("input", "TEA", "LEAF"), step("input", "LEAF", "SEED")]
    forward = [
        step("subdivided_into", "TEA", "P-1"), step("subdivided_into", "TEA", "P-2"),
        step("shipment", "P-1", "S-1"), step("shipment", "P-2", "S-1"),
        step("used_in", "P-2", "TEA"),
    ]  # fmt: skip

    picture = graph("TEA", {"back": back, "forward": forward})

    places = {node.id: node.x for node in picture.nodes}
    assert len(places) == len(picture.nodes) == 6
    assert places["SEED"] < places["LEAF"] < places["TEA"] < places["P-1"] < places["S-1"]
    assert [edge.word for edge in picture.edges].count("shipment") == 2
    assert picture.left_out == 0


def test_a_large_trace_says_what_it_leaves_out() -> None:
    """A picture has so many boxes; the list has the rest."""
    forward = [step("used_in", "A", f"L-{number}") for number in range(nodes_max + 5)]

    picture = graph("A", {"back": [], "forward": forward})

    assert len(picture.nodes) == nodes_max
    assert picture.left_out == 6
