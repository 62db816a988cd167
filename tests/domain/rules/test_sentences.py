"""Every case can be said in a sentence."""

import re

import pytest

from ledger.rules.audit import RULES
from ledger.rules.sentences import TONGUES, Tongue, forms_of, sentence

SAID = [
    (
        ("M-18", "L-17", "JAS", ("500",), ("520",)),
        "Lot L-17 carries 520 JAS seals for 500 units.",
    ),
    (
        ("M-03", "D-1", "JAS-A", ("5000",), ("4980",)),
        "Dispatch D-1: 5000 seals of JAS-A were sent, 4980 received or reported lost.",
    ),
    (
        ("M-03", "D-1", "JAS-A receiver", ("IMP W1",), ("EXP W2",)),
        "Dispatch D-1 of JAS-A was addressed to IMP W1 and received by EXP W2.",
    ),
    (
        ("M-26", "AGT TM%207", "S-1", ("live",), ("VOIDED",)),
        "Certificate AGT TM 7 is VOIDED, yet shipment S-1 rests on it.",
    ),
    (
        ("M-09", "e1", "", ("2026-04-01",), ()),
        "Sealed on 2026-04-01 without a consignment contract in force (the latest ended nothing).",
    ),
]


@pytest.mark.parametrize(("case", "expected"), SAID)
def test_a_case_in_words(
    case: tuple[str, str, str, tuple[str, ...], tuple[str, ...]], expected: str
) -> None:
    """The sentence names the subject, what belongs there and what was found."""
    assert sentence(*case) == expected


def test_a_case_in_japanese() -> None:
    """The same case, said to a certifier in Japan."""
    said = sentence("M-18", "L-17", "JAS", ("500",), ("520",), tongue="ja")
    assert said == "ロットL-17は500個ですが、JASの証票は520個分貼付されています。"
    assert "なし" in sentence("M-09", "e1", "", ("2026-04-01",), (), tongue="ja")


@pytest.mark.parametrize("tongue", TONGUES)
def test_every_rule_has_a_sentence(tongue: Tongue) -> None:
    """Each rule of the book has its own form, and no form belongs to no rule."""
    assert set(RULES) == set(forms_of(tongue))


@pytest.mark.parametrize("tongue", TONGUES)
def test_forms_use_known_parts(tongue: Tongue) -> None:
    """A form only names parts of a case."""
    used = {name for form in _by_choice(tongue).values() for name in form}

    assert {name for name in used if not re.fullmatch(r"[sdef][1-4]?", name)} == set()


def test_languages_say_the_same() -> None:
    """A form of one language names the parts that the other names, chosen by the same words."""
    assert _by_choice("en") == _by_choice("ja")


def _by_choice(tongue: Tongue) -> dict[tuple[str, str], list[str]]:
    """The parts that a form names, by rule and choosing word."""
    return {
        (rule, word): sorted(re.findall(r"{(.*?)}", form))
        for rule, forms in forms_of(tongue).items()
        for word, form in forms.items()
    }
