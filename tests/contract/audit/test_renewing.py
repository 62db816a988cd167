"""What makes the audit look at everything again: other rules, another policy, a clock set back."""

import io
import logging
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from consumers.auditor.auditor import Auditor
from consumers.auditor.proof import unsettled
from consumers.auditor.renewing import renewal
from consumers.auditor.running import catch_up
from consumers.auditor.step import Step
from ledger.log import Log
from ledger.rules import rulebook
from ledger.rules.policy import read_policy
from ledger.rules.rulebook import revision
from ledger.views.projection import Projector
from tests.auditing import FAR, POLICY, RECORDED, AuditWorld, caught_up, entry, from_nothing, live

ROOT = Path(__file__).parents[3]
DAY = 86_400_000_000
SECOND = 1_000_000


@pytest.fixture
def log(database: str) -> Iterator[Log]:
    """A log with a dense world in it, whose clock stands still."""
    with Log.open(database, clock=lambda: RECORDED) as opened:
        opened.append([entry(fact) for fact in AuditWorld(11).draw(150)])
        yield opened


def steps(log: Log, now: int = FAR) -> list[Step]:
    """Every look that an audit takes until nothing is behind."""
    taken: list[Step] = []
    catch_up(log, POLICY, lambda: now, taken.append)
    return taken


def looked(log: Log) -> int:
    """How many subjects an audit looks at."""
    return sum(step.subjects for step in steps(log))


def other_rules(monkeypatch: pytest.MonkeyPatch, name: str = "other") -> None:
    """Go on as a program whose rules are others."""
    monkeypatch.setattr(rulebook, "revision", lambda: name)


def test_other_rules_look_at_everything_once(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade as much is looked at as at first, and after that nothing."""
    first = looked(log)
    assert looked(log) == 0

    other_rules(monkeypatch)

    assert looked(log) >= first > 100
    assert looked(log) == 0
    assert live(log) == from_nothing(log)


def test_what_other_rules_no_longer_find_is_withdrawn(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases that only the rules of before had opened go by themselves, and come back with them."""
    before = caught_up(log)
    gone = {standing for standing in before if standing[0] == "M-01"}
    assert gone
    with monkeypatch.context() as upgraded:
        other_rules(upgraded)
        upgraded.setattr("ledger.questions.accounts.answers.AccountAnswers.dips", lambda *_: ())

        after = caught_up(log)

    assert not {standing for standing in after if standing[0] == "M-01"}
    assert caught_up(log) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("count_abs = 11", None), "The policy of the audit changed"),
        (("", "other"), "The rules of the audit changed"),
        (("count_abs = 11", "other"), "The policy and the rules of the audit changed"),
        (("", None), None),
    ],
)
def test_why_everything_is_looked_at_again_is_said(
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    change: tuple[str, str | None],
    said: str | None,
) -> None:
    """Before it begins to whoever asks, and in the process's log, with how much it is."""
    policy, rules = change
    assert renewal(log, POLICY) is None
    caught_up(log)
    end = log.position()
    if rules is not None:
        other_rules(monkeypatch, rules)
    changed = read_policy(policy, POLICY)

    sentence = renewal(log, changed)
    with caplog.at_level(logging.INFO, "ledger.auditor"):
        catch_up(log, changed, lambda: FAR)

    told = [message for message in caplog.messages if "changed" in message]
    if said is None:
        assert (sentence, told) == (None, [])
    else:
        assert sentence is not None
        assert sentence.startswith(said)
        assert f"up to position {end:,} is looked at again" in sentence
        assert told == [sentence]
    assert renewal(log, changed) is None


def test_new_facts_of_an_unfinished_renewal_are_not_lost(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules that change twice, in the middle of looking again, with facts in between."""
    caught_up(log)
    monkeypatch.setattr("consumers.auditor.auditor.evaluation_events_max", 40)
    for name in ("second", "third"):
        other_rules(monkeypatch, name)
        auditor = Auditor(log, POLICY, lambda: FAR)
        auditor.step()
        log.append([entry(fact) for fact in AuditWorld(hash(name) % 97).draw(30)])
        Projector(log).catch_up()
        assert unsettled(log, POLICY) is None  # it says that it is behind, not that it is wrong

    assert caught_up(log) == from_nothing(log)
    assert unsettled(log, POLICY) == []


def test_a_clock_that_went_back_takes_back_what_it_opened(log: Log) -> None:
    """What a machine opened whose clock was years ahead is withdrawn by the next catch-up."""
    near = RECORDED + 2 * DAY
    right = caught_up(log, near)
    far = caught_up(log, FAR)
    assert far - right

    assert caught_up(log, near) == right
    assert unsettled(log, POLICY) == []
    assert steps(log, near)[-1].decisions == 0
    assert caught_up(log, FAR) == far


@pytest.mark.parametrize("seconds", [1, 59])
def test_a_clock_a_little_behind_stands_still(log: Log, seconds: int) -> None:
    """Two machines whose clocks differ by seconds look at nothing twice for that."""
    caught_up(log, FAR)

    assert [step.subjects for step in steps(log, FAR - seconds * SECOND)] == [0]


# -- the revision


JUDGES = (
    "rules/stock.py", "rules/rulebook.py", "labels/check.py", "labels/tables/claims.csv",
    "custody/moves.py", "facts/mentions.py", "facts/binding.py", "questions/conduct/answers.py",
)  # fmt: skip
OTHERS = ("rules/texts.en.toml", "rules/policy.toml", "views/lots.py", "web/app.py", "errors.py")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the package."""
    return shutil.copytree(
        ROOT / "ledger", tmp_path / "ledger", ignore=shutil.ignore_patterns("__pycache__")
    )


@pytest.mark.parametrize("name", JUDGES)
def test_whatever_judges_is_part_of_the_revision(program: Path, name: str) -> None:
    """One more character in a rule, a table of law or what rules ask is another revision."""
    before = rulebook.revision()
    (program / name).write_bytes((program / name).read_bytes() + b"\n")

    assert revision(program) != before
    assert re.fullmatch("[0-9a-f]{64}", before)


@pytest.mark.parametrize("name", OTHERS)
def test_what_judges_nothing_is_not(program: Path, name: str) -> None:
    """A better sentence, another page or a query of another view wakes nobody."""
    (program / name).write_bytes((program / name).read_bytes() + b"\n")

    assert revision(program) == rulebook.revision()


def test_a_file_that_is_renamed_is_another_revision(program: Path) -> None:
    """Names count as well as contents."""
    (program / "rules" / "stock.py").rename(program / "rules" / "stocks.py")

    assert revision(program) != rulebook.revision()


def test_a_package_in_an_archive_has_the_same_revision(program: Path) -> None:
    """The same program installed as files or run from an archive judges alike."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for path in sorted(program.rglob("*"), reverse=True):
            if path.is_file():
                out.write(path, path.relative_to(program.parent))

    assert revision(zipfile.Path(archive, "ledger/")) == rulebook.revision()
