"""What pages of tables ask and tell, in words: questions, answers, outcomes, what is being done."""

from collections.abc import Mapping
from typing import Final

from ledger.web.problems import said

WHAT: Final[Mapping[str, str]] = {
    "wait": said("Waiting for its turn"),
    "read": said("Reading the file"),
    "judge": said("Judging its rows"),
    "compare": said("Comparing with what is recorded"),
    "record": said("Recording events"),
}
"""What is being done with a file."""
OUTCOMES: Final[Mapping[str, str]] = {
    "would-record": said("would be recorded"),
    "recorded": said("recorded"),
    "duplicate": said("recorded before"),
    "refused": said("refused"),
    "not-recorded": said("not recorded"),
    "skipped": said("passed over"),
}
COUNTS: Final[Mapping[str, str]] = {
    "rows": said("Rows read"),
    "events": said("Events"),
    "recorded": said("New"),
    "corrected": said("Corrections"),
    "duplicate": said("Recorded before"),
    "retracted": said("Retracted"),
    "refused": said("Refused"),
    "skipped": said("Rows passed over"),
    "notes": said("Notes"),
}
"""The counts of a summary that are shown, in their order."""
QUESTIONS: Final[Mapping[str, str]] = {
    "encoding": said("How is the text encoded?"),
    "delimiter": said("What stands between the columns?"),
    "template": said("Which type of event is it?"),
    "sheets": said("Which sheet is it?"),
    "hidden": said("Are hidden rows and columns to be read?"),
    "zone": said("In which time zone are its dates and times?"),
    "day_order": said("In which order are dates that put the year last?"),
    "year": said("Of which year are dates without one?"),
    "fiscal_year": said("Or of which fiscal year, from April to March?"),
    "two_digit_years": said("Of which century are years of two digits?"),
    "fold": said("Which one is meant where the clocks go back?"),
    "decimal": said("Which is the decimal sign?"),
    "ids_like_numbers": said("Are ids such as 1E5 meant as they stand?"),
    "x_means": said("What does the letter x say?"),
    "source": said("Who reports, where no column says it?"),
    "corrections": said("Do rows that differ correct what is recorded?"),
}
COLUMN: Final = said("Which column is it: %(name)s?")
HEADING: Final = said("What does the heading %(name)s mean?")
ANSWERS: Final[Mapping[str, Mapping[str, str]]] = {
    "delimiter": {
        "comma": said("comma"), "semicolon": said("semicolon"), "tab": said("tab"),
        "bar": said("vertical bar"),
    },
    "hidden": {"read": said("read them"), "skip": said("leave them out")},
    "day_order": {"mdy": said("month, day, year"), "dmy": said("day, month, year")},
    "fold": {"first": said("the first"), "second": said("the second")},
    "decimal": {"point": said("point"), "comma": said("comma")},
    "ids_like_numbers": {"true": said("yes, they are ids")},
    "x_means": {"true": said("yes"), "false": said("no")},
    "corrections": {"true": said("yes, record them as corrections")},
    "encoding": {
        "utf-8": "UTF-8", "utf-16": "UTF-16", "cp932": said("Shift JIS (CP932)"),
        "euc-jp": "EUC-JP", "cp1252": said("Western European (CP1252)"),
    },
    "two_digit_years": {"2000": "2000–2099", "1900": "1900–1999"},
}  # fmt: skip
"""What may be answered to a question, in words, where those are not the values themselves."""
SOURCE_KINDS: Final[Mapping[str, str]] = {
    "PERSON": said("person"),
    "SYSTEM": said("system"),
    "SCANNER": said("scanner"),
    "OTHER": said("other"),
}
ZONES: Final = (
    "Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Taipei", "Asia/Bangkok", "Asia/Manila",
    "Asia/Jakarta", "Asia/Kolkata", "Australia/Sydney", "Australia/Perth", "Pacific/Auckland",
    "Europe/London", "Europe/Berlin", "Europe/Stockholm", "Europe/Zurich", "America/New_York",
    "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Mexico_City",
    "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Santiago", "UTC",
)  # fmt: skip
"""Zones that are proposed; any other may be typed."""
