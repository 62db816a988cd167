"""What people read of a case: no constant, UUID, ISO date or word of the program, in any language.

The sentence of a case is the same on its page, in the list of cases and in a webhook. Here it is
made for every kind of case of every rule, with every constant that a value may be, with every value
that may be missing there and missing, and with lists of none, one and six.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Final, NamedTuple

import pytest

from ledger.labels.verdict import carried_by
from ledger.rules.constants import ENUMS
from ledger.rules.reading import TONGUES, Tongue
from ledger.rules.rulebook import RULES
from ledger.rules.texts import rule_text, sentence, sides, texts_of
from ledger.rules.values import Part, Shown, kind_of, name_of

letters_max: Final = 300
_UUID: Final = "019a0a7a-6892-7e5f-ae5e-0dcbb78a2293"
EXAMPLES: Final[Mapping[str, Sequence[str]]] = {
    "": ("valid",),
    "record": (_UUID,),
    "range": ("1001-1100", "7"),
    **dict.fromkeys(("seals", "units", "count"), ("20", "1", "0", "-300", "1234567")),
    "kg": ("149.500", "0.000"),
    "area": ("52.000", "1.5"),
    "years": ("1.0", "0.5", "3"),
    "hours": ("16.1", "24.0", "1.0"),
    "days": ("14 d", "1 d"),
    "minutes": ("7 min", "0 min"),
    "percent": ("2 %", "2.5 %"),
    "day": ("2025-10-14",),
    "on": ("in force on 2025-10-14",),
    "moment": ("2025-10-14T00:30:00.000000+00:00",),
    "month": ("2025-10",),
    "hour": ("2025-10-14T23",),
    "substance": ("Zz1",),
    "holding": ("Zz1 Zz2", "Zz1 Zz%202"),
    "account": ("Zz1 Zz2 Zz3",),
    "labelled": ("Zz1 2",),
    "beyond": ("+ 1 more", "+ 17 more"),
    "place": tuple(f"{kind} Zz1 Zz2" for kind in ENUMS["place"]) + tuple(ENUMS["place"]),
    "stated": tuple(
        f"{field} {value}"
        for field in ENUMS["field"]
        for value in ("Zz1", "none", "", "of 1", "of 3", "Zz1,Zz2", "2025-10-14", "True", "False")
    )
    + tuple(
        f"{field} {value}"
        for field, table in (
            ("scheme", "scheme"), ("carrier", "carrier"), ("food_group", "food"),
            ("species", "species"), ("class_", "class"), ("status", "goods"),
            ("sealing_mode", "mode"),
        )
        for value in ENUMS[table]
    ),
    **{name: tuple(sorted(members)) for name, members in ENUMS.items() if name != "place"},
}  # fmt: skip
"""What a value of a type may be; of all others, which are ids, anything."""
_LIST: Final = (0, 1, 6)


class Case(NamedTuple):
    """A case with the name of its kind."""

    kind: str
    shown: Shown


def cases() -> Iterator[Case]:
    """Each kind of case of each rule, with one value after the other varied."""
    for rule in RULES:
        for says in rule.says:
            kind = kind_of(says)
            texts = [[_texts(part, rule.number) for part in side] for side in kind.sides]
            for at, side in enumerate(texts):
                for here, varied in enumerate(side):
                    for text in varied:
                        sides = [[each[0] for each in other] for other in texts]
                        sides[at][here] = text
                        subject, discriminator, expected, found = ([*chain(*one)] for one in sides)
                        shown = Shown(
                            rule.number, says.on, " ".join(subject), " ".join(discriminator),
                            expected, found,
                        )  # fmt: skip
                        yield Case(name_of(says), shown)


def _texts(part: Part, rule: str) -> list[list[str]]:
    """What a part may be, each as the texts that it takes up; the first is an ordinary one."""
    if part.word:
        return [[part.word]]
    ids = (f"Zz{number}" for number in count(1))
    examples = list(EXAMPLES.get(part.type, ()))
    if part.type == "code":
        examples = sorted(carried_by(rule)) or sorted(carried_by("M-15"))
    if not examples:
        examples = [next(ids) for _ in range(6)]
    if part.taken > 1:
        return [text.split(" ")[:2] for text in examples if " " in text] or [["Zz1", "Zz2"]]
    varied = [[text] for text in examples[: None if part.type in EXAMPLES or rule else 1]]
    if part.times in ("*", "+"):
        many = (examples * 6)[: max(_LIST)]
        varied += [many[:length] for length in _LIST if length or part.times == "*"]
    if part.times == "?":
        varied += [["none"], []] if part.type != "beyond" else [[]]
    return varied


ALLOWED: Final = (
    "JAS|EU|KRAV|BIO SUISSE|Bio Suisse|ACT|BioGro|NOP|COR|kg|SHA-256|TM-11|PDF|CSV|URL|ID"
)
"""What is written in capitals, and in English, in every language."""
RAW: Final = {
    "a UUID": r"[0-9a-f]{8}-[0-9a-f]{4}-",
    "an ISO date": r"[0-9]{4}-[0-9]{2}(-[0-9]{2}|\b)",
    "an ISO time": r"[0-9]T[0-9]{2}|\+00:00",
    "a constant": r"\b[A-Z]{2,}(_[A-Z0-9]+)*\b",
    "a name of the program": r"\b(True|False)\b|\b[a-z]+_[a-z_]*|\b[A-Z][a-z]+[A-Z]\w*",
    "a word that tells kinds apart": r"\bno-(range|target)\b",
    "a word for what is not there": r"(?i)\b(none|null|never|absent|nothing)\b",
    "a bare row of values": r"[0-9]+, [0-9]+\.[0-9]{3}\b",
    "a blank": r"[{}|]|%s|%\(|\?\?",
    "a stop too many": r"\.\.|。。|\.。|: \.|：。|；。|  ",
}
ENGLISH: Final = r"[A-Za-z]{2,}"
"""In Japanese."""
REFUSED: Final = (
    "証票", "標章", "荷口", "輸出者", "事象", "イベント", "証拠", "残高", "年次報告", "加工業者",
    "輸出証明書", "実地確認", "処分", "二度打ち", "途絶えた", "返送", "返却", "対象場所", "依拠",
    "研修", "送り状番号", "不適格", "不合格", "取下げ", "誰も", "申告",
)  # fmt: skip
"""Words that the trade does not use so, or for which another one is used."""


def faults(text: str, tongue: Tongue) -> list[str]:
    """What in a text a reader should not meet."""
    rest = re.sub(rf"\b({ALLOWED})\b|Zz[0-9]*( [0-9])?", "Zz", text, flags=re.ASCII)
    found = [what for what, pattern in RAW.items() if re.search(pattern, rest, re.ASCII)]
    if tongue == "ja":
        found += ["English"] * bool(re.search(ENGLISH, rest.replace("Zz", "")))
        found += [word for word in REFUSED if word in text]
    if not text.endswith("." if tongue == "en" else "。"):
        found.append("no end")
    if len(text) > letters_max:
        found.append(f"{len(text)} letters")
    return found


@pytest.fixture(scope="module")
def made() -> list[Case]:
    """Every case once."""
    return list({(case.kind, *map(repr, case.shown)): case for case in cases()}.values())


def test_the_cases_are_of_their_kinds(made: list[Case]) -> None:
    """Each is told as the kind it was made for, and there are more than enough of them."""
    words, rules = texts_of("en")
    strange = [
        case
        for case in made
        if rules[case.shown.rule].say[case.kind][0].values(case.shown, words) is None
    ]

    assert strange == []
    assert len(made) > 1_200


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_sentence_shows_a_raw_token(made: list[Case], tongue: Tongue) -> None:
    """Nor is one empty, without an end, or too long."""
    told = {sentence(case.shown, tongue=tongue) for case in made}

    assert {text: found for text in told if (found := faults(text, tongue))} == {}


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_side_of_a_case_shows_a_raw_token(made: list[Case], tongue: Tongue) -> None:
    """What was expected and what was found, as they stand on its page and in the list."""
    end = "." if tongue == "en" else "。"
    told = {text for case in made for text in chain(*sides(case.shown, tongue=tongue))}

    assert {text: found for text in told if (found := faults(text + end, tongue))} == {}


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_two_rules_say_the_same(made: list[Case], tongue: Tongue) -> None:
    """A sentence tells by which rule it was found."""
    by_text: dict[str, set[str]] = defaultdict(set)
    for case in made:
        by_text[sentence(case.shown, tongue=tongue)].add(case.shown.rule)

    assert {text: rules for text, rules in by_text.items() if len(rules) > 1} == {}


@pytest.mark.parametrize("tongue", TONGUES)
def test_what_is_said_of_a_rule_is_for_people(tongue: Tongue) -> None:
    """Titles, reasons, heads and cures as well."""
    end = "." if tongue == "en" else "。"
    wrong = {
        text: found
        for rule in RULES
        for text in rule_text(rule.number, tongue)[:5]
        if (found := faults(text.removesuffix(end) + end if text else end, tongue))
    }
    ended = [rule.number for rule in RULES if not rule_text(rule.number, tongue).why.endswith(end)]
    titles = {rule_text(rule.number, tongue).title for rule in RULES}

    assert (wrong, ended, len(titles)) == ({}, [], len(RULES))


BAD = [
    # text, language, what is wrong with it
    ("Certificate Zz1 was cancelled (VOIDED).", "en", "a constant"),
    ("Lot Zz1: BIOGRO_BELOW_95.", "en", "a constant"),
    ("This event and 019a0a7a-6892-7e5f-ae5e-0dcbb78a2293 disagree.", "en", "a UUID"),
    ("Shipment Zz1 left on 2025-10-14.", "en", "an ISO date"),
    ("The latest contract ended None.", "en", "a word for what is not there"),
    ("Source Zz1 has been silent since never.", "en", "a word for what is not there"),
    ("Certificate Zz1 differs: 300, 149.500, Zz2.", "en", "a bare row of values"),
    ("Lot {lot} is not on record.", "en", "a blank"),
    ("The numbers are missing (no-range).", "en", "a word that tells kinds apart"),
    ("{0}はロットZz1を貼付しました。", "ja", "a blank"),
    ("ロットZz1はlabelを付けられません。", "ja", "English"),
    ("証票の番号7は発行されていません。", "ja", "証票"),
    ("規格の別表にない資材である。。", "ja", "a stop too many"),
    ("Seals were attached", "en", "no end"),
]


@pytest.mark.parametrize(("text", "tongue", "wrong"), BAD)
def test_a_bad_text_is_found(text: str, tongue: Tongue, wrong: str) -> None:
    """The expressions find what they are there for."""
    assert wrong in faults(text, tongue)
