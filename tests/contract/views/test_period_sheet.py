"""What is signed of a month of the frozen season: figures worked by hand, the keys, the digest."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256

import pytest

from consumers.auditor.running import catch_up, set_clock
from ledger.cases.period import Period, period_of
from ledger.commands.loading import Loading
from ledger.facts.scalars import micros
from ledger.intake.doors import OPERATOR
from ledger.log import Log, Rows
from ledger.rules.policy import default_policy
from ledger.views.movements import Between, movements
from ledger.views.period_changes import changes
from ledger.views.period_sheet import digest_of, marks_of, seen, sheet_content
from ledger.views.period_states import calendar, standing_of, waiting
from ledger.views.reading import reading
from ledger.views.statements import statement
from ledger.web.pages.period import beside_of, table_of
from ledger.web.pages.seal_ledger import Usage, ledger_lines, total_of
from tests.databases import Cluster
from tests.fixtures.desk import resourcing

NOVEMBER = period_of("IMP-MOMIJI", "RCB-FUJI", "2025-11")
NOW = micros("2025-12-02T09:00:00.000000+09:00")
KEYS = {
    "": ["paper", "importer", "rcb", "period", "as_of", "simulation", "figures", "claims",
         "counts", "stocks", "cases"],
    "figures": ["figure", "opening", "in", "out", "closing", "movements"],
    "claims": ["claim", "opening", "closing", "difference"],
    "counts": ["mark", "holder", "site", "day", "counted", "book", "difference"],
    "stocks": ["mark", "holder", "site", "opening", "received", "used", "discarded", "other",
               "closing"],
    "cases": ["id", "rule", "title", "severity", "state", "touches"],
}  # fmt: skip
"""The keys of what the digest is of: others rest on them, and the handbook lists them."""
TABLE = """
place           opening issued sent  received applied removed left  arrived spoiled destroyed end
stock_importer  25      13018  -8569 .        .       .       .     .       .       .         4474
stock_exporters 9       .      .     12801    -12724  .       .     .       -61     .         25
in_transit      4232    .      8569  -12801   .       .       .     .       .       .         0
on_lots         0       .      .     .        12724   -3      -8519 .       .       .         4202
shipped         8847    .      .     .        .       .       8519  -8847   .       .         8519
delivered       0       .      .     .        .       .       .     8847    .       .         8847
spoiled         3       .      .     .        .       3       .     .       61      -26       41
destroyed       20      .      .     .        .       .       .     .       .       26        46
sampled         4       .      .     .        .       .       .     .       .       .         4
adjusted        3       .      .     .        .       .       .     .       .       .         3
issued          13143   13018  0     0        0       0       0     0       0       0         26161
"""
BESIDE = {
    # November, October, difference in per cent, unusual
    "issued": (13_018, 13_143, "-1.0", False),
    "sent": (8_569, 13_118, "-34.7", False),
    "received": (12_801, 8_886, "+44.1", False),
    "applied": (12_724, 8_847, "+43.8", False),
    "spoiled": (61, 23, "+165.2", False),
    "destroyed": (26, 20, "+30.0", False),
}
CLAIMS = {"departed": 8_519, "reported": 8_519, "arrived": 8_847}
STOCKS = {
    # opening, received, used, discarded, other, closing
    ("JAS-A2", "EXP-PRAIRIE"): (0, 8_463, 8_406, 57, 0, 0),
    ("JAS-A5", "EXP-LAURENT"): (9, 4_338, 4_318, 4, 0, 25),
    ("JAS-A2", "IMP-MOMIJI"): (0, 4_231, 0, 0, -4_231, 0),
    ("JAS-A5", "IMP-MOMIJI"): (25, 8_787, 0, 0, -4_338, 4_474),
}


@pytest.fixture(scope="module")
def season(embedded_cluster: Cluster) -> Iterator[Log]:
    """The frozen season, loaded and projected; it is not audited."""
    with embedded_cluster.database() as dsn, Log.open(dsn, recorded_at="event") as log:
        Loading(log, None).file(str(resourcing.SEASON), OPERATOR)
        set_clock(log, NOW)
        catch_up(log, default_policy(), lambda: NOW)
        yield log


@pytest.fixture
def rows(season: Log) -> Iterator[Rows]:
    """One snapshot of its views."""
    with reading(season) as found:
        yield found


def test_the_movements_of_november(season: Log, rows: Rows) -> None:
    """Each place from opening to closing, cause by cause; all of it is what was issued."""
    table = table_of(seen(rows, season, NOVEMBER, NOW).content)
    head, *expected = [line.split() for line in TABLE.strip().splitlines()]

    found = [
        [
            row["figure"], row["opening"],
            *(row["movements"].get(cause, "." if row is not table.total else 0)
              for cause in head[2:-1]),
            row["closing"],
        ]
        for row in (*table.rows, table.total)
    ]  # fmt: skip

    assert list(table.causes) == head[2:-1]
    assert [[str(cell) for cell in row] for row in found] == expected


def test_november_beside_october(season: Log, rows: Rows) -> None:
    """Each kind of movement counted once; a change is unusual beyond half and a hundred seals."""
    october = NOVEMBER.before
    marks = marks_of(rows, season, NOVEMBER)
    now, before = (
        movements(rows, Between(marks, one.importer, one.start, one.end, season.position()))
        for one in (NOVEMBER, october)
    )

    found = {
        one.cause: (one.now, one.before, one.share, one.unusual) for one in beside_of(now, before)
    }

    assert BESIDE.items() <= found.items()


def test_claims_and_stocks_of_november(season: Log, rows: Rows) -> None:
    """What was claimed in the month, and each seal ledger from brought forward to carried."""
    content = seen(rows, season, NOVEMBER, NOW).content

    claimed = {one["claim"]: one["difference"] for one in content["claims"]}
    assert CLAIMS.items() <= claimed.items()
    stocks = {
        (one["mark"], one["holder"]): tuple(
            one[name] for name in ("opening", "received", "used", "discarded", "other", "closing")
        )
        for one in content["stocks"]
    }
    assert stocks == STOCKS
    assert content["cases"] == []


LEDGERS = [
    # mark, holder · brought forward, received, used, discarded, other, carried forward
    ("JAS-A5", "IMP-MOMIJI", (25, 8_787, 0, 0, -4_338, 4_474)),
    ("JAS-A5", "EXP-LAURENT", (9, 4_338, 4_318, 4, 0, 25)),
]


@pytest.mark.parametrize(("mark", "holder", "expected"), LEDGERS)
def test_the_seal_ledger_of_november(
    season: Log, rows: Rows, mark: str, holder: str, expected: tuple[int, ...]
) -> None:
    """Line by line as on the sheet, by Japan's month, whatever day it was where it happened."""
    rows.execute(
        "SELECT site FROM places WHERE mark = %s AND key = %s AND kind = 2", (mark, holder)
    )
    ((site,),) = rows.fetchall()
    found = statement(rows, season, (mark, holder, site), as_of=NOVEMBER.end, since=NOVEMBER.start)
    days = [{**day, "checker": ""} for day in found["days"]]

    total = total_of(found["opening"], days)
    lines = ledger_lines(found["opening"], days, Usage({}, {}))

    assert (
        total["opening"], total["received"], total["used"], total["discarded"], total["other"],
        total["closing"],
    ) == expected  # fmt: skip
    assert found["closing"] == total["closing"]
    months = [line for line in lines if line["kind"] == "month"]
    assert sum(line["used"] for line in months) == total["used"]
    assert lines[-1]["kind"] == "month"
    assert lines[-1]["remaining"] == total["closing"]


def test_the_content_has_these_keys_and_this_digest(season: Log, rows: Rows) -> None:
    """In canonical form; the same at a later position, and asked again."""
    content = seen(rows, season, NOVEMBER, NOW).content
    year = seen(rows, season, period_of("IMP-X0003", "RCB-X0003", "FY2025"), NOW).content

    assert list(content) == KEYS[""]
    for part in ("figures", "claims", "counts", "stocks", "cases"):
        found = [list(one) for one in (*content[part], *year[part])]
        assert found
        assert all(keys == KEYS[part] for keys in found), part
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest_of(content) == sha256(text.encode()).hexdigest()
    assert re.fullmatch("[0-9a-f]{64}", digest_of(content))
    assert digest_of(seen(rows, season, NOVEMBER, NOW).content) == digest_of(content)


def test_what_changed_is_told_number_by_number(season: Log, rows: Rows) -> None:
    """As known in the middle of November and now: each number that differs, and no other."""
    then = micros("2025-11-15T00:00:00.000000+09:00")
    before = sheet_content(rows, season, NOVEMBER, [], then)
    after = sheet_content(rows, season, NOVEMBER, [])

    told = {(one.list, one.key, one.name): (one.old, one.new) for one in changes(before, after)}

    issued = {one["figure"]: one for one in before["figures"]}["issued"]
    assert told["figures", ("issued",), "closing"] == (issued["closing"], 26_161)
    assert ("figures", ("issued",), "opening") not in told
    assert changes(after, after) == []


STANDING = [
    (NOVEMBER, NOW, "open"),
    (NOVEMBER, micros("2025-11-30T23:59:59.000000+09:00"), "running"),
    (NOVEMBER, micros("2025-12-16T09:00:00.000000+09:00"), "late"),
    (period_of("IMP-MOMIJI", "RCB-FUJI", "2020-01"), NOW, "empty"),
    (period_of("IMP-MOMIJI", "RCB-FUJI", "FY2025"), NOW, "running"),
]


@pytest.mark.parametrize(("period", "now", "expected"), STANDING)
def test_how_a_month_stands(
    season: Log, rows: Rows, period: Period, now: int, expected: str
) -> None:
    """By the clock, and by whether anything moved or is in hand."""
    assert standing_of(rows, season, period, sign_days=15, now=now) == expected


def test_how_many_months_wait(season: Log, rows: Rows) -> None:
    """Those of all pairs, by how they stand; nobody has signed any yet."""
    counts = waiting(calendar(rows, season, sign_days=15, now=NOW))

    assert set(counts) == {"open", "late", "prepared", "restated"}
    assert counts["late"] >= counts["open"] > 0
    assert (counts["prepared"], counts["restated"]) == (0, 0)
