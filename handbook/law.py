"""Pages about labels: the codes of a verdict in words, and the dated tables of law."""

from pathlib import Path
from typing import Final

from handbook.markdown import code, page, plain, table
from ledger.labels.describe import sources, standards
from ledger.labels.verdict import CODES
from ledger.rules.texts import rule_text

_LEVELS: Final = {"F": "breaks", "U": "unproven"}


def codes(_root: Path) -> str:
    """Every code with its level, the rule that carries it, and its two sentences."""
    rows = (
        (code(row.code), _LEVELS[row.level], _carrier(row.rule), plain(row.en), row.ja)
        for row in sorted(CODES.rows(), key=lambda row: row.code)
    )
    return page(
        "Codes of the label check",
        "`ledger label check` gives each reason as a code and a sentence. **breaks**: the facts "
        "break a rule, the claim is not eligible. **unproven**: the facts do not show it; the "
        "claim may stand, but nobody could prove it. A rule carries the codes that break: its "
        "cases name them.",
        table(("code", "level", "rule", "in English", "日本語"), rows),
        wide=True,
    )


def _carrier(rule: str) -> str:
    if not rule.startswith("M-"):
        return ""
    return f'[{rule}](rules.md#{rule.lower()} "{rule_text(rule).title}")'


def law(_root: Path) -> str:
    """The dated tables, and where each row comes from."""
    tables = (
        (code(row["table"]), plain(row["about"]), str(row["rows"]), ", ".join(row["sources"]))
        for row in standards()
    )
    origins = (
        (
            row["prov"],
            _dates(row.get("valid_from"), row.get("until")),
            plain(row["basis"]),
            plain(row["confidence"]),
        )
        for row in sources()
    )
    return page(
        "Tables of law",
        "What a label may claim is judged by dated rows: a new law is a new row, and no row is "
        "ever edited. `ledger standards TABLE` prints the rows of a table with their dates and "
        "sources, `ledger standards --sources` the sources.",
        table(("table", "holds", "rows", "sources"), tables),
        "## Sources",
        "How sure we are of each stands beside it: *stated* is read in the text itself, "
        "*secondary* in somebody's account of it, *inferred* is this ledger's own reading. The "
        "tables do not replace the law, nor the certifying body that applies it.",
        table(("source", "in force", "text", "how sure"), origins),
        wide=True,
    )


def _dates(since: str | None, until: str | None) -> str:
    return f"{since or 'always'} – {until or 'open'}"
