"""One truth per row: the decision table as a table in two languages, every rule in one column."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from ledger.rules.rulebook import RULES
from ledger.rules.violation import Severity, SubjectKind
from ledger.views.reconciliation import CLAIMS, FIGURES
from ledger.web.pages.language import language
from ledger.web.sentences import in_english
from ledger.web.status.columns import OF_KINDS, OF_RULES, Column, column_of, difference
from ledger.web.status.deciding import SHAPES, Known, Live, Tone, decide, row_told, unexplained

TODAY = date(2025, 12, 1)
SUPPLY, STOCK, SEALING, GOODS, CERTIFICATES, RECORDS = Column


def row(**numbers: int) -> dict[str, Any]:
    """A row in which all but these numbers are 0."""
    return dict.fromkeys((*FIGURES, *CLAIMS, "counted_stocks"), 0) | numbers


def known(**told: Any) -> Known:
    """What is known of a column beside its numbers."""
    return Known(**{"live": {}, "today": TODAY, **told})


def live(**of: int | Live) -> Mapping[Severity, Live]:
    """Live cases by severity."""
    return {name: Live(one) if isinstance(one, int) else one for name, one in of.items()}  # type: ignore[misc]  # keys are severities


SHORT = row(reported=280, report_asked=300, departed=300)
EVEN = row(reported=300, report_asked=300, departed=300)
GRAVE = live(C=2, H=3, M=4, L=5)
OCTOBER = date(2025, 10, 21)
AWAITED = date(2026, 4, 6)
TABLE = [
    # line, column, row, beside it → tone, en, ja
    (1, GOODS, SHORT, known(then=True, live=GRAVE), "none", "as of then", "その時点"),
    (2, GOODS, SHORT, known(live=GRAVE), "bad", "2 critical", "重大 2件"),
    (2, STOCK, EVEN, known(live=live(C=Live(1, "", ("20", "seals")))), "bad",
     "1 critical: 20 seals", "重大 1件 マーク20枚"),
    (3, GOODS, SHORT, known(live=live(H=1, M=1)), "bad", "1 high", "高 1件"),
    (3, SUPPLY, EVEN, known(live=live(H=Live(1, "OPEN", ("20", "seals")))), "bad",
     "1 high: 20 seals", "高 1件 マーク20枚"),
    (3, SUPPLY, EVEN, known(live=live(H=Live(1, "", ("1", "seals")))), "bad",
     "1 high: 1 seal", "高 1件 マーク1枚"),
    (3, CERTIFICATES, EVEN, known(live=live(H=Live(2, "", ("149.500", "kg")))), "bad",
     "2 high: 149.500 kg", "高 2件 149.500 kg"),
    (3, CERTIFICATES, EVEN, known(live=live(H=Live(2, "EXPLAINED", ("1300", "units")))), "bad",
     "2 high: 1,300 units, explained, to be decided", "高 2件 1,300個(説明済み・判断待ち)"),
    (3, RECORDS, EVEN, known(live=live(H=Live(1, "ESCALATED"))), "bad",
     "1 high, correction asked", "高 1件(是正要求中)"),
    (4, SEALING, EVEN, known(live=live(M=3, L=1)), "look", "3 medium", "中 3件"),
    (5, RECORDS, EVEN, known(live=live(L=1)), "look", "1 low", "低 1件"),
    (6, GOODS, SHORT, known(awaited=AWAITED, closed=1, unaudited=3), "wait",
     "−20: may still come in until 6 Apr", "−20(4月6日まで待機)"),
    (6, GOODS, SHORT, known(awaited=date(2027, 4, 6)), "wait",
     "−20: may still come in until 6 Apr 2027", "−20(2027年4月6日まで待機)"),
    (7, GOODS, SHORT, known(closed=1, unaudited=3), "none",
     "−20: settled in 1 closed case", "−20(終結済み 1件)"),
    (7, GOODS, SHORT, known(closed=2), "none",
     "−20: settled in 2 closed cases", "−20(終結済み 2件)"),
    (8, GOODS, SHORT, known(unaudited=3), "look", "−20: no case says why", "−20(案件なし)"),
    (8, STOCK, row(unexplained=1_234, counted_stocks=1), known(), "look",
     "+1,234: no case says why", "+1,234(案件なし)"),
    (8, CERTIFICATES, row(asked_units=7, certified_units=5, shipped_units=7), known(), "look",
     "−2: no case says why", "−2(案件なし)"),
    (8, SUPPLY, row(dispatched=7, received=5), known(), "look", "−2: no case says why",
     "−2(案件なし)"),
    (9, GOODS, EVEN, known(unaudited=12), "none", "agrees so far, 12 events not audited yet",
     "未監査 12件"),
    (9, RECORDS, EVEN, known(unaudited=1), "none", "agrees so far, 1 event not audited yet",
     "未監査 1件"),
    (10, SUPPLY, row(), known(), "none", "no seals sent yet", "マークの送付なし"),
    (10, STOCK, row(), known(), "none", "not counted yet", "棚卸なし"),
    (10, GOODS, row(), known(), "none", "no goods left yet", "出荷なし"),
    (10, GOODS, row(departed=30, shipped=30), known(), "none", "no report asked", "報告不要"),
    (10, CERTIFICATES, row(), known(), "none", "no goods left yet", "出荷なし"),
    (10, CERTIFICATES, row(shipped_units=25_674, exempt_units=25_674), known(), "none",
     "no certificate asked", "証明書不要"),
    (11, CERTIFICATES, row(shipped_units=22_042, volume_units=22_042), known(), "none",
     "22,042 units by volume", "期間数量証明 22,042個"),
    (12, SUPPLY, row(dispatched=5_000, received=768, in_transit=4_232), known(oldest=OCTOBER),
     "none", "4,232 on the way, the oldest since 21 Oct", "輸送中 4,232枚(10月21日から)"),
    (12, GOODS, {**EVEN, "shipped": 300}, known(oldest=date(2024, 10, 21)), "none",
     "300 on the way, the oldest since 21 Oct 2024", "輸送中 300枚(2024年10月21日から)"),
    (12, GOODS, {**EVEN, "shipped": 300}, known(), "none", "300 on the way", "輸送中 300枚"),
    (13, STOCK, row(counted=80, book=83, adjusted_for_counts=-3, counted_stocks=2), known(),
     "fine", "agrees after −3 adjusted", "調整−3で一致"),
    (14, CERTIFICATES, row(shipped_units=48_249, asked_units=26_207, certified_units=26_207,
                           volume_units=22_042), known(), "fine",
     "agrees · 22,042 by volume", "一致・期間数量証明 22,042個"),
    (15, GOODS, EVEN, known(closed=4, awaited=AWAITED), "fine", "agrees", "一致"),
    (15, GOODS, row(reported=320, reported_ahead=20, report_asked=300), known(), "fine", "agrees",
     "一致"),
    (15, STOCK, row(counted_stocks=1), known(), "fine", "agrees", "一致"),
    (15, SUPPLY, row(dispatched=9, received=5, lost_in_transit=4), known(), "fine", "agrees",
     "一致"),
    (15, SEALING, EVEN, known(), "fine", "no case", "案件なし"),
    (15, RECORDS, EVEN, known(), "fine", "no case", "案件なし"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "numbers", "beside", "tone", "english", "japanese"), TABLE
)
def test_the_decision_table(  # noqa: PLR0917 -- a row of the table is this wide
    line: int,
    column: Column,
    numbers: dict[str, Any],
    beside: Known,
    tone: str,
    english: str,
    japanese: str,
) -> None:
    """The first line that fits says tone and words; cases count whatever the line."""
    told = decide(column, numbers, beside)

    assert (told.line, str(told.tone)) == (line, tone)
    assert in_english(told.words) == english == language("en").told(told.words)
    assert language("ja").told(told.words) == japanese
    assert told.cases == sum(one.cases for one in beside.live.values())


def test_every_line_is_in_the_table() -> None:
    """Fifteen lines, and a shape for every tone, no two alike."""
    assert {line for line, *_ in TABLE} == set(range(1, 16))
    assert set(SHAPES) == set(Tone)
    assert len(set(SHAPES.values())) == len(Tone)


def test_a_case_is_never_fine_and_a_difference_without_one_never_bad() -> None:
    """Whatever else is known of a column."""
    for _, column, numbers, beside, *_ in TABLE:
        with_case = decide(column, numbers, beside._replace(live=live(L=1), then=False))
        without = decide(column, numbers, beside._replace(live={}))

        assert with_case.tone in {Tone.BAD, Tone.LOOK}
        assert without.tone is not Tone.BAD


ROWS = [
    # the lines of the six columns → the line of the row
    ({SUPPLY: 3, STOCK: 15, SEALING: 15, GOODS: 15, CERTIFICATES: 15, RECORDS: 15}, 3),
    ({SUPPLY: 10, STOCK: 3, SEALING: 15, GOODS: 10, CERTIFICATES: 10, RECORDS: 2}, 2),
    ({SUPPLY: 15, STOCK: 13, SEALING: 15, GOODS: 15, CERTIFICATES: 14, RECORDS: 15}, 14),
    ({SUPPLY: 15, STOCK: 13, SEALING: 15, GOODS: 12, CERTIFICATES: 11, RECORDS: 15}, 13),
    ({SUPPLY: 10, STOCK: 15, SEALING: 15, GOODS: 10, CERTIFICATES: 10, RECORDS: 15}, 15),
    ({SUPPLY: 10, STOCK: 10, SEALING: 15, GOODS: 10, CERTIFICATES: 10, RECORDS: 15}, 10),
    ({SUPPLY: 12, STOCK: 10, SEALING: 15, GOODS: 12, CERTIFICATES: 11, RECORDS: 15}, 10),
    ({SUPPLY: 9, STOCK: 9, SEALING: 5, GOODS: 8, CERTIFICATES: 9, RECORDS: 9}, 5),
    (dict.fromkeys(Column, 1), 1),
]


@pytest.mark.parametrize(("lines", "expected"), ROWS)
def test_a_row_says_what_its_gravest_column_does(lines: dict[Column, int], expected: int) -> None:
    """Where nothing asks for a look it agrees as soon as a claim does; it sums cases."""
    by_line = {line: decide(column, numbers, beside) for line, column, numbers, beside, *_ in TABLE}
    columns = {column: by_line[line]._replace(cases=2, late=1) for column, line in lines.items()}

    told = row_told(columns)

    assert (told.line, told.cases, told.late) == (expected, 12, 6)
    assert unexplained(columns) == [column for column in Column if lines[column] == 8]


def test_every_rule_stands_in_exactly_one_column() -> None:
    """Over the rule book, by rule and kind of subject; what is named there is a rule on that."""
    declared = {(rule.number, on.kind) for rule in RULES for on in rule.subjects} | {
        (rule.number, SubjectKind.APPLICATION) for rule in RULES if rule.applications
    }
    numbers = {rule.number for rule in RULES}

    assert set(OF_RULES) == numbers
    assert set(OF_KINDS) <= declared
    assert all(OF_KINDS[one] is not OF_RULES[one[0]] for one in OF_KINDS)
    placed = {one: column_of(one[0], str(one[1])) for one in declared}
    assert set(placed.values()) == set(Column)
    assert placed["M-12", SubjectKind.SHIPMENT] is CERTIFICATES
    assert placed["M-12", SubjectKind.APPLICATION] is SEALING
    assert placed["M-16", SubjectKind.SHIPMENT] is GOODS
    assert column_of("M-41", "event") is STOCK
    assert column_of("M-41", "event", on_the_way=True) is SUPPLY
    assert column_of("M-99", "lot") is RECORDS


def test_columns_without_two_sides_never_differ() -> None:
    """Sealing and records tell by their cases alone."""
    numbers = row(**dict.fromkeys(CLAIMS, 7))

    assert {column for column in Column if difference(column, numbers)} <= {
        SUPPLY, STOCK, GOODS, CERTIFICATES,
    }  # fmt: skip
