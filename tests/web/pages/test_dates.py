"""Days, moments, months, eras and figures, as a table: what each is in English and in Japanese."""

from collections.abc import Callable
from datetime import date
from typing import Final

import pytest

from ledger.web.pages.language import Language, language

_NIGHT: Final = "2025-10-13T15:30:09.000000+00:00"
"""Half past midnight of the next day in Japan."""

Asked = Callable[[Language], str]
SAID: Final[tuple[tuple[Asked, str, str], ...]] = (
    (lambda say: say.day("2025-10-14"), "14 Oct 2025", "2025/10/14"),
    (lambda say: say.day(date(2026, 4, 2)), "2 Apr 2026", "2026/04/02"),
    (lambda say: say.day("2025-09-01"), "1 Sep 2025", "2025/09/01"),
    (lambda say: say.day(None), "", ""),
    (lambda say: say.day_said("2025-10-04"), "4 Oct 2025", "2025年10月4日"),
    (lambda say: say.moment(_NIGHT), "14 Oct 2025, 00:30", "2025/10/14 00:30"),
    (lambda say: say.moment(0), "1 Jan 1970, 09:00", "1970/01/01 09:00"),
    (lambda say: say.moment(None), "", ""),
    (lambda say: say.moment_exact(_NIGHT), "14 Oct 2025, 00:30:09", "2025/10/14 00:30:09"),
    (lambda say: say.moment_said(_NIGHT), "14 Oct 2025, 00:30", "2025年10月14日 0時30分"),
    (
        lambda say: say.moment_said("2025-10-14T09:05:00.000000+09:00"),
        "14 Oct 2025, 09:05",
        "2025年10月14日 9時05分",
    ),
    # By the clock of whoever reported it, where it is another one.
    (lambda say: say.elsewhere(_NIGHT), "13 Oct 2025, 15:30 +00:00", "2025/10/13 15:30 +00:00"),
    (
        lambda say: say.elsewhere("2025-10-13T09:00:00.000000-07:00"),
        "13 Oct 2025, 09:00 -07:00",
        "2025/10/13 09:00 -07:00",
    ),
    (lambda say: say.elsewhere("2025-10-14T09:00:00.000000+09:00"), "", ""),
    (lambda say: say.elsewhere(0), "", ""),
    (lambda say: say.month("2025-10"), "October 2025", "2025年10月"),
    (lambda say: say.month("FY2025"), "fiscal year 2025 (Apr 2025–Mar 2026)", "2025年度"),
    (lambda say: say.month_and_era("2025-10"), "October 2025", "2025年10月（令和7年10月）"),
    (lambda say: say.month_and_era("2019-05"), "May 2019", "2019年5月（令和元年5月）"),
    (lambda say: say.month_and_era("2019-04"), "April 2019", "2019年4月（平成31年4月）"),
    (lambda say: say.month_and_era("2025-12"), "December 2025", "2025年12月（令和7年12月）"),
    (lambda say: say.month_and_era("1900-01"), "January 1900", "1900年1月"),
    (
        lambda say: say.month_and_era("FY2025"),
        "fiscal year 2025 (Apr 2025–Mar 2026)",
        "2025年度（令和7年度）",
    ),
    (
        lambda say: say.month_and_era("FY2019"),
        "fiscal year 2019 (Apr 2019–Mar 2020)",
        "2019年度（令和元年度）",
    ),
    (
        lambda say: say.month_and_era("FY2018"),
        "fiscal year 2018 (Apr 2018–Mar 2019)",
        "2018年度（平成30年度）",
    ),
    (lambda say: say.day_and_era("2026-04-02"), "2 Apr 2026", "2026年4月2日（令和8年4月2日）"),
    (lambda say: say.day_and_era("2019-04-30"), "30 Apr 2019", "2019年4月30日（平成31年4月30日）"),
    (lambda say: say.day_and_era("2019-05-01"), "1 May 2019", "2019年5月1日（令和元年5月1日）"),
    (lambda say: say.due(3), "in 3 days", "あと3日"),
    (lambda say: say.due(1), "in 1 day", "あと1日"),
    (lambda say: say.due(0), "today", "本日"),
    (lambda say: say.due(-1), "1 day late", "期限を1日超過"),
    (lambda say: say.due(-2_000), "2,000 days late", "期限を2,000日超過"),
    (lambda say: say.number(1_234), "1,234", "1,234"),
    (lambda say: say.number(-1_234_567), "−1,234,567", "−1,234,567"),
    (lambda say: say.number("149.500"), "149.500", "149.500"),
    (lambda say: say.number(None), "", ""),
    (lambda say: say.signed(5), "+5", "+5"),
    (lambda say: say.signed(-9), "−9", "−9"),
    (lambda say: say.signed(0), "0", "0"),
    (lambda say: say.kilos("1149.500"), "1,149.500 kg", "1,149.500 kg"),
    (lambda say: say.percent("2"), "2 %", "2%"),
    (lambda say: say.counted(1, "seals"), "1 seal", "1枚"),
    (lambda say: say.counted(20, "seals"), "20 seals", "20枚"),
    (lambda say: say.counted(-1, "units"), "−1 unit", "−1個"),
    (lambda say: say.counted(1_000, "cases"), "1,000 cases", "1,000件"),
)


@pytest.mark.parametrize("row", range(len(SAID)))
def test_it_is_said_as_its_readers_write_it(row: int) -> None:
    """In both languages; all clocks are Japan's."""
    asked, english, japanese = SAID[row]

    assert (asked(language("en")), asked(language("ja"))) == (english, japanese)
