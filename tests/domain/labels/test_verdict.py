"""Verdicts: each code once, with all that it is about."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.labels.describe import verdict_row
from ledger.labels.verdict import Reason, Verdict, fails, unshown

MERGED: list[tuple[list[Reason], tuple[Reason, ...]]] = [
    ([], ()),
    (fails("GMO"), (Reason("GMO", "F"),)),
    ([*fails("GMO", detail="soy"), *fails("GMO", detail="corn"), *fails("GMO")],
     (Reason("GMO", "F", "corn; soy"),)),
    ([*unshown("CLASH", detail="a"), *fails("CLASH", detail="b")], (Reason("CLASH", "F", "b"),)),
    ([*fails("GMO"), *unshown("CLASH")], (Reason("CLASH", "U"), Reason("GMO", "F"))),
]  # fmt: skip


@pytest.mark.parametrize(("reasons", "merged"), MERGED)
def test_details_of_a_code_stand_together(
    reasons: list[Reason], merged: tuple[Reason, ...]
) -> None:
    """Those of the level that it has; what is broken wins over what is unproven."""
    assert Verdict.of(reasons).reasons == merged


REASONS = st.lists(
    st.builds(
        Reason,
        st.sampled_from(["GMO", "CLASH", "USE"]),
        st.sampled_from(["F", "U"]),
        st.sampled_from(["", "a", "b", "c"]),
    )
)


@given(REASONS, st.randoms())
def test_the_order_of_reasons_says_nothing(reasons: list[Reason], random: Random) -> None:
    """Any order, and each as often as it likes: one verdict."""
    shuffled = [*reasons, *reasons]
    random.shuffle(shuffled)

    assert Verdict.of(shuffled) == Verdict.of(reasons)


def test_a_row_tells_the_detail_or_nothing() -> None:
    """Null where the code says it all."""
    verdict = Verdict.of([*fails("GMO", detail="soy"), *fails("EMPTY_BASE")])

    assert [(code["code"], code["detail"]) for code in verdict_row(verdict)["codes"]] == [
        ("EMPTY_BASE", None), ("GMO", "soy"),
    ]  # fmt: skip
