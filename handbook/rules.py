"""The page of the rules: each in words, with cases of a made season."""

from collections.abc import Iterator
from itertools import starmap
from pathlib import Path
from typing import Final

from handbook.examples import cases, waits_of
from handbook.markdown import code, page, plain, table
from ledger.labels.verdict import carried_by
from ledger.rules.rule import Rule, Says
from ledger.rules.rulebook import RULES
from ledger.rules.texts import rule_text, sentence, sides
from ledger.rules.values import name_of

_SEVERITIES: Final = {"C": "critical", "H": "high", "M": "medium", "L": "low"}
_SEVERITIES_JA: Final = {"C": "緊急", "H": "高", "M": "中", "L": "低"}
_FAMILIES: Final = {
    "D": "records disagree",
    "P": "goods or seals without a record",
    "N": "a record without goods or seals",
    "L": "a seal or claim that should not be there",
    "H": "goods not to move until understood",
}


def rules(_root: Path) -> str:
    """Every rule, in English and Japanese."""
    book = sorted(RULES, key=lambda rule: rule.number)
    return page(
        "Rules of the audit",
        f"{len(book)} rules say what a mismatch is. A rule refuses nothing: it opens a case "
        "(案件), which says what was expected and what was found, and withdraws it once the facts "
        "no longer show it. A correction or retraction may always cure a case; what else does "
        "stands with each rule. The examples are cases of a made season into which every fault was "
        "planted.",
        "A rule **waits** for reports that may still be on their way; how long, the "
        "[policy](policy.md) says. Codes of the [label check](codes.md) that a rule carries are "
        "named in its cases.",
        table(
            ("rule", "内容", "重大度", "what", "severity"),
            (
                (
                    f"[{rule.number}](#{rule.number.lower()})",
                    rule_text(rule.number, "ja").title,
                    _SEVERITIES_JA[rule.severity],
                    rule_text(rule.number).title,
                    _SEVERITIES[rule.severity],
                )
                for rule in book
            ),
        ),
        *map(_rule, book),
    )


def _rule(rule: Rule) -> str:
    english, japanese = rule_text(rule.number), rule_text(rule.number, "ja")
    kinds = sorted({str(says.on) for says in rule.says})
    waits = ", ".join(map(code, waits_of(rule.number))) or "nothing: it holds at once"
    severity = f"{_SEVERITIES[rule.severity]} ({rule.severity})"
    about = f"about: {', '.join(kinds)}"
    told = [
        " · ".join((f"**{japanese.title}**", severity, _FAMILIES[rule.family], about)),
        f"{plain(english.why)} {japanese.why}",
        f"Cured by: {_either(plain(english.cure))} ({_either(japanese.cure, '訂正・撤回のみ')})",
        f"Reads of the policy: {waits}",
    ]
    if carried := sorted(carried_by(rule.number)):
        told.append("Carries: " + ", ".join(map(code, carried)))
    return "\n\n".join(
        [
            f"## {rule.number} {plain(english.title)} {{#{rule.number.lower()}}}",
            *told,
            table(
                ("a case of it", english.expected or "expected", english.found or "found"),
                _cases(rule),
            ),
        ]
    )


def _either(text: str, otherwise: str = "a correction or retraction alone") -> str:
    return text or otherwise


def _cases(rule: Rule) -> Iterator[tuple[str, str, str]]:
    return starmap(_case, ((rule, says) for says in rule.says))


def _case(rule: Rule, says: Says) -> tuple[str, str, str]:
    case = cases().get((rule.number, name_of(says)))
    if case is None:
        return f"*{name_of(says)}*: in no season; its words are in `rules/texts.en.toml`", "", ""
    expected, found = sides(case)
    told = f"{plain(sentence(case))}<br>{sentence(case, tongue='ja')}"
    return told, plain(" · ".join(expected)), plain(" · ".join(found))
