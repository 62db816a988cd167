"""Rules in words: each kind of case has a sentence in each language, and no text is out of tune."""

import copy
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import pytest

from ledger.facts.record import Record
from ledger.rules.audit import audit
from ledger.rules.policy import default_policy
from ledger.rules.reading import TONGUES, Tongue
from ledger.rules.rule import Rule, Says
from ledger.rules.rulebook import RULES
from ledger.rules.templates import Choice, Field, Plural, Text, Unfit
from ledger.rules.texts import checked, rule_text, sentence, texts_of
from ledger.rules.values import Shown, name_of
from ledger.rules.violation import SubjectKind, Violation
from ledger.season import Mix, season
from tests.domain.rules.farm import spoiled
from tests.domain.rules.soup import Soup
from tests.domain.rules.test_criteria import fallen_short
from tests.domain.rules.test_people import unmanaged
from tests.domain.rules.world import FAR

Tables = dict[str, Any]
AN_ID = "019a0a7a-6892-7e5f-ae5e-0dcbb78a2293"

SAID = [
    # rule, kind of subject, subject, discriminator, expected, found; in English, in Japanese
    (
        Shown("M-18", "lot", "L-17", "JAS", ["500"], ["520"]),
        "Lot L-17 carries 520 JAS seals for 500 units.",
        "ロットL-17は500個ですが、JASのマークは520個分貼付されています。",
    ),
    (
        Shown("M-03", "dispatch", "D-1", "JAS-A", ["5000"], ["4980"]),
        "Dispatch D-1: 5,000 seals of JAS-A were sent, 4,980 received or reported lost.",
        "発送D-1：JAS-Aのマーク5,000枚が発送され、受領と紛失の報告は合わせて4,980枚です。",
    ),
    (
        Shown("M-03", "dispatch", "D-1", "JAS-A receiver", ["IMP W1"], ["EXP W%202"]),
        "Dispatch D-1 of JAS-A was addressed to IMP at W1 and received by EXP at W 2.",
        "発送D-1のJAS-Aの宛先はIMP（W1）ですが、受領したのはEXP（W 2）です。",
    ),
    (
        Shown("M-26", "certificate", "AGT TM%207", "S-1", ["live"], ["VOIDED"]),
        "Certificate AGT TM 7 was cancelled (voided); shipment S-1 still rests on it.",
        "証明書AGT TM 7は取り消されています（無効）が、出荷S-1はこの証明書によっています。",
    ),
    (
        Shown("M-09", "application", AN_ID, "", ["in force on 2026-04-01"], []),
        "Seals of another party were attached on 1 Apr 2026 without any contract.",
        "2026年4月1日に他の事業者のマークが貼付されましたが、契約がありません。",
    ),
    (
        Shown("M-09", "application", AN_ID, "", ["in force on 2026-04-01"], ["2026-03-31"]),
        (
            "Seals of another party were attached on 1 Apr 2026, after the contract had ended on"
            " 31 Mar 2026."
        ),
        "2026年4月1日に他の事業者のマークが貼付されましたが、契約は2026年3月31日に終了しています。",
    ),
    (
        Shown("M-01", "account", "A E W", "", ["0"], ["-1", "2026-04-01T00:30:00.000000+00:00"]),
        "E used seals of A at W that it did not have: the book falls to −1 on 1 Apr 2026, 09:30.",
        "E（W）で帳簿の残数を超えてAが使用されました。2026年4月1日 9時30分の残数は−1枚です。",
    ),
    (
        Shown("M-06", "report", "R", "header", ["E", "I", "B", "A"], ["F", "I", "B", "A"]),
        "Report R and its contract differ; exporter F instead of E.",
        "報告書Rは契約と次の点で異なります（輸出業者はF、契約ではE）。",
    ),
    (
        Shown("M-41", "event", AN_ID, "", ["0"], ["1", "STOLEN"]),
        "1 seal was stolen.",
        "マーク1枚の盗難がありました。",
    ),
    (
        Shown("M-70", "event", AN_ID, "FEED_OTHER", ["15.000"], ["15.001"]),
        "More other feed was given than the exception allows: 15.001 kg, at most 15.000 kg.",
        (
            "給餌が規格に適合していません：有機飼料以外の飼料が例外の限度を超えて給与されている"
            "（15.001 kg、限度15.000 kg）。"
        ),
    ),
    (
        Shown("M-71", "event", AN_ID, "AGE_OVER", ["2025-01-10"], ["2025-01-10"]),
        "Animals were brought in on 10 Jan 2025; they had to come before 10 Jan 2025.",
        "2025年1月10日に家畜・家きんが導入されましたが、2025年1月10日より前でなければなりません。",
    ),
    (
        Shown("M-71", "event", AN_ID, "THIRD_OVER", ["4"], ["5"]),
        (
            "More animals were replaced than a third of those sold or dead in 3 years: 5, with a"
            " limit of 4."
        ),
        (
            "家畜・家きんの由来が規格に適合していません：更新のための導入が、3年間の販売・死亡数の"
            "3分の1を超えている（5頭・羽、限度4頭・羽）。"
        ),
    ),
    (
        Shown("M-72", "lot", "L-1", "H-1", ["2025-07-15"], ["2025-07-14"]),
        "Lot L-1 was made of herd H-1 on 14 Jul 2025; its goods are organic from 15 Jul 2025 on.",
        (
            "ロットL-1は2025年7月14日に家畜群H-1から生産されましたが、"
            "有機となるのは2025年7月15日からです。"
        ),
    ),
    (
        Shown("M-72", "lot", "L-1", "H-1", ["none"], ["2025-06-01"]),
        (
            "Lot L-1 was made of herd H-1 on 1 Jun 2025; its animals were not kept organically"
            " early enough in life."
        ),
        "ロットL-1は2025年6月1日に家畜群H-1から生産されましたが、有機飼養の開始が遅すぎます。",
    ),
    (
        Shown("M-33", "event", AN_ID, AN_ID, ["free"], ["7-9", "+ 3 more"]),
        "Seal numbers 7–9 are used twice; 3 more such events have no case of their own.",
        "マークの番号7–9が2回使用されています（ほかに案件のない同様の記録3件）。",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "english", "japanese"), SAID)
def test_a_case_in_words(case: Shown, english: str, japanese: str) -> None:
    """The sentence names the subject, what belongs there and what was found."""
    assert sentence(case) == english
    assert sentence(case, tongue="ja") == japanese


def test_a_case_of_no_kind_of_today_is_called_by_its_rule() -> None:
    """Rules of an earlier version may have left a case with other values."""
    case = Shown("M-18", "lot", "L-17", "JAS", ["many"], [])

    assert sentence(case) == "More units sealed than the lot has."
    assert sentence(case, tongue="ja") == "ロットの個数を超える貼付。"


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59.999999+00:00", "2026-04-01", "", "W1"])
def test_no_value_that_a_case_may_keep_stops_its_sentence(time: str) -> None:
    """Where a value cannot be read the case is called by its rule."""
    case = Shown("M-47", "event", AN_ID, "future", [time], [time])

    assert sentence(case) == "A clock is wrong, or reports are late."


def test_every_rule_says_what_it_hands_over() -> None:
    """Each has a kind at least for each kind of subject that it looks at."""
    for rule in RULES:
        on = {each.kind for each in rule.subjects}
        on |= {SubjectKind.APPLICATION} if rule.applications else set()

        assert {says.on for says in rule.says} == on, rule.number


def test_what_is_found_is_of_a_kind() -> None:
    """Every finding on a season with all faults, and on soups of facts, fits a kind of its rule."""
    strange = [found for found in _found() if _kind(found) is None]

    assert strange == []


def test_nearly_every_kind_is_found_here() -> None:
    """So the test before means something."""
    met = {(found.rule, _kind(found)) for found in _found()}
    kinds = {(rule.number, name_of(says)) for rule in RULES for says in rule.says}

    assert kinds - met <= {("M-47", "future"), ("M-47", "source")}


@cache
def _found() -> tuple[Violation, ...]:
    return tuple(_audited())


def _audited() -> Iterator[Violation]:
    policy = default_policy()
    made = season(13_000, 5, Mix.parse("all")).facts()
    yield from audit(Record([(fact, fact.at + 1) for fact in made]), policy, FAR)
    for world in (spoiled(), fallen_short(), unmanaged()):
        yield from world.violations()
    for seed in range(30):
        chance = Random(seed)  # noqa: S311 -- a test's chance, not a secret
        rows = [(fact, fact.at + chance.randint(0, 10**11)) for fact in Soup(seed).facts(150)]
        yield from audit(Record(rows), policy, FAR)


def _kind(case: Violation) -> str | None:
    words, rules = texts_of("en")
    for name, (kind, _) in rules[case.rule].say.items():
        if kind.values(case, words) is not None:
            return name
    return None


# --- the files ------------------------------------------------------------------------------------


def read(tongue: Tongue) -> Tables:
    """A file of words as tables."""
    return tomllib.loads((files("ledger.rules") / f"texts.{tongue}.toml").read_text("utf-8"))


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_text_may_be_missing(tongue: Tongue) -> None:
    """Whatever single text or word is left out or empty, the file is refused."""
    tables = read(tongue)
    checked(tables, tongue)
    parts: list[tuple[Tables, list[Rule]]] = [({"words": tables["words"]}, [])]
    parts += [({**parts[0][0], rule.number: tables[rule.number]}, [rule]) for rule in RULES]
    kept = []
    for part, book in parts:
        for table, name in [*_leaves(part if not book else part[book[0].number])]:
            text = table.pop(name)
            kept += [(text, "left out")] * _accepted(part, tongue, book)
            table[name] = ""
            kept += [(text, "empty")] * (_accepted(part, tongue, book) and name != "cure")
            table[name] = text

    assert kept == []


def _accepted(tables: Tables, tongue: Tongue, book: list[Rule]) -> bool:
    try:
        checked(tables, tongue, book)
    except Unfit:
        return False
    return True


def _leaves(tables: Tables) -> Iterator[tuple[Tables, str]]:
    for name, of in tables.items():
        if isinstance(of, dict):
            yield from _leaves(of)
        else:
            yield tables, name


A_RULE = Rule(
    number="M-00",
    slug="a-rule",
    family="D",
    severity="H",
    says=(Says(SubjectKind.LOT, "=odd mark", "_", "seals parties:party* since:day?"),),
)
REFUSED = [
    # text, what is wrong with it
    ("{seals} of {what}", "what is no value of this kind"),
    ("{seals:weight}", "seals has no form 'weight'"),
    ("{since}", "since may be missing, and nothing is said for that"),
    ("{?since:|{since}}", "since may be missing, and nothing is said for that"),
    ("{?seals:{seals}}", "seals is never missing"),
    ("{#since:one|many}", "since cannot be counted"),
    ("{#mark:one|many}", "mark cannot be counted"),
    ("{parties}", "parties may be missing, and nothing is said for that"),
    ("{?since:{what}}", "what is no value of this kind"),
    ("{?parties:{#parties:{what}|b}}", "what is no value of this kind"),
    ("{seals", "no end of 'seals'"),
    ("seals}", "'}' outside of brackets"),
    ("a|b", "'|' outside of brackets"),
    ("{?since:a|b|c}", "more than two texts for 'since'"),
    ("{?since}", "no text for 'since'"),
    ("{?since:a", "no end of a bracket"),
    ("{}", "no name at '}'"),
    ("{1}", "no name at '1}'"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_does_not_fit_is_refused_when_it_is_loaded(text: str, why: str) -> None:
    """Unknown names and forms, values of another type, and brackets without an end."""
    with pytest.raises(Unfit, match=r"M-00\.say\.odd: ") as refused:
        checked(_file(text), "en", [A_RULE])
    assert why in str(refused.value)


FITTING = [
    "{seals} {seals:number} {mark} {lot} {#seals:one|more} {?since:{since}}",
    "{?parties:{parties} {#parties:one|more}|{?since:{since}|no day}}",
]


@pytest.mark.parametrize("text", FITTING)
def test_what_fits_is_accepted(text: str) -> None:
    """Every value by its name, in a choice where it may be missing."""
    assert checked(_file(text), "en", [A_RULE]).rules["M-00"].say


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (Says(SubjectKind.LOT, "=odd mark", "mark"), "one name for two values"),
        (Says(SubjectKind.LOT, "=odd", "x:y"), "no type 'y'"),
        (Says(SubjectKind.LOT, "=odd", "seals??"), "no part: 'seals??'"),
    ],
)
def test_what_a_rule_hands_over_is_checked_as_well(says: Says, why: str) -> None:
    """A part without a type, or two by one name."""
    with pytest.raises(Unfit, match=r"M-00\.say\.odd") as refused:
        checked(_file("words"), "en", [A_RULE._replace(says=(says,))])
    assert why in str(refused.value)


def test_words_for_nothing_are_refused() -> None:
    """A rule, kind, table or constant that does not exist."""
    for path in (("M-99",), ("M-01", "say"), ("words",), ("words", "cause")):
        tables = read("en")
        table = tables
        for name in path[:-1] if path == ("M-99",) else path:
            table = table[name]
        table["M-99"] = copy.deepcopy(tables["M-01"]) if path == ("M-99",) else "x"
        with pytest.raises(Unfit):
            checked(tables, "en")


def test_languages_say_the_same() -> None:
    """A sentence of one language names the values that the other names."""
    apart = {
        f"{rule.number}.{name}": used ^ other
        for rule in RULES
        for name, (_, text) in rule_text(rule.number).say.items()
        if (used := _used(text)) != (other := _used(rule_text(rule.number, "ja").say[name][1]))
    }

    assert apart == {}


def _used(text: Text) -> set[str]:
    """The values that a text reads."""
    used: set[str] = set()
    for node in text:
        match node:
            case Field(name, _):
                used.add(name)
            case Choice(name, one, other):
                used |= {name} | _used(one) | _used(other)
            case Plural(_, one, other):
                used |= _used(one) | _used(other)
            case _:
                pass
    return used


def _file(text: str) -> Tables:
    tables = read("en")
    return {
        "words": tables["words"],
        "M-00": {**tables["M-01"], "say": {"odd": text}},
    }
