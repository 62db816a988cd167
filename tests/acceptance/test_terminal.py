"""At a terminal: whole figures and ids at any width, short ids, names that do not exist."""

from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from ledger.commands.tables import wrapped
from tests.databases import Cluster
from tests.terminal import (
    CHANGES,
    LOT,
    MOVES,
    NEEDS_MORE,
    SNAPSHOTS,
    TABLES,
    WIDTHS,
    Home,
    figures,
    positions,
    snapshot,
    typed,
    with_tables,
)


@pytest.fixture(scope="module")
def home(embedded_cluster: Cluster) -> Iterator[Home]:
    """A home with a season, asked everything at every width."""
    with embedded_cluster.database() as dsn:
        yield Home(dsn)


def test_every_command_with_tables_is_tried() -> None:
    """A command that prints data stands in the list, with words that make it print a table."""
    assert with_tables() == TABLES.keys() | NEEDS_MORE.keys()


@pytest.mark.parametrize("name", sorted(TABLES.keys() - MOVES))
def test_no_figure_and_no_id_is_cut(home: Home, name: str) -> None:
    """At each width every figure and id stands there whole, as often as where there is room."""
    whole = figures(home.printed[name][0])

    assert home.printed[name][0]
    for width in WIDTHS:
        assert figures(home.printed[name][width]) == whole, width


@pytest.mark.parametrize("name", sorted(TABLES))
def test_what_is_wide_is_one_word(home: Home, name: str) -> None:
    """A line is wider than the screen only where it is a single id, or a title."""
    for width in set(WIDTHS) & home.printed[name].keys():
        drawn = home.printed[name][width].splitlines()
        # What stands in boxes or cards; a command may print a sentence besides, whole.
        boxes = [line for line in drawn if line[:1] in set("┏┃┡│└")]

        assert [line for line in boxes if cell_len(line) > width] == []


@pytest.mark.parametrize("name", sorted(TABLES.keys() - CHANGES))
def test_tables_are_as_they_were(home: Home, name: str) -> None:
    """As in the snapshot: `python -m tests.terminal` writes all of them anew."""
    kept = (SNAPSHOTS / f"{name.replace(' ', '-')}.txt").read_text(encoding="utf-8")

    assert kept == snapshot(home.printed[name])


NOPE = "NOPE-1"
DECIDED = ("--as", "EXP-SIERRA", "--person", "P-1", "--rule", "M-18")
ONE = TABLES["case"][0]
ACTS = ("--as", "RCB-AKI", "--person", "P-1")
SIGNED = ("2026-04", "--importer", "IMP-TSUBAKI", "--rcb", "RCB-AKI", *ACTS, "--digest", "0" * 64)
CHECKED = ("--claim", "JAS_ORGANIC", "--on", "2026-04-01")
RECIPE = ("--claim", "KRAV_MARK", "--recipe", "examples/recipes/muesli.toml")
WORDS = {
    "explain": (*DECIDED, "--reason", "LATE_ENTRY"),
    "escalate": (*DECIDED, "--text", "Where?"),
    "close": (*DECIDED, "--reason", "LATE_ENTRY"),
    "assign": (ONE, *ACTS), "due": (ONE, *ACTS, "--due", "2026-12-24", "--text", "Why?"),
    "comment": (ONE, *ACTS, "--text", "So"), "accept-correction": (ONE, *ACTS),
    "ask-correction": (ONE, *ACTS, "--of", "EXP-SIERRA", "--action", "CORRECT_RECORDS",
                       "--text", "Why?", "--due", "2026-12-24"),
    "report-correction": (ONE, *ACTS, "--cause", "c", "--action", "a", "--prevention", "p",
                          "--done-on", "2026-04-02"),
    "refuse-correction": (ONE, *ACTS, "--text", "Why?", "--due", "2026-12-24"),
    "route": (ONE, "--person", "P-1", "--to", "RCB-AKI", "--text", "Whose?"),
    "period close": SIGNED, "period acknowledge": SIGNED,
    "season": (), "run": (), "retention": (), "unproven": (), "token revoke": (),
    "label check": CHECKED, "label check --shipment": (*CHECKED, "--lot", LOT),
    "table-template": ("SealsIssued", "--out", "/dev/null"),
    "label check --claim": RECIPE, "label check --route": RECIPE,
    "token rotate": (), "dead-letters export": ("/dev/null",),
    "dead-letters replay": ("--person", "P-1"),
    "dead-letters dismiss": ("--person", "P-1", "--reason", "TEST"),
    "dead-letters dismiss --reason": ("1", "--person", "P-1"),
    "token create": ("--role", "exporter", "--party", "EXP-SIERRA"),
    "export": ("never", "--format", "parquet"),
}  # fmt: skip
"""What else a command is asked with; others as in the tables."""
FREE = {
    # Moments, which have a test of their own; people by reference, and what they write.
    "--as-of", "--known-at", "--now", "--on", "on", "--from", "--to", "--expires", "--since",
    "--person", "--text", "--address", "--name-form", "label form text", "label check --operator",
    # What a file, a broker or a label brings with it for the first time.
    "load files", "load --as", "topics create --party", "topics create --principal",
    "topics create --ledger-principal",
    "run --accept-refusals", "database prepare --admin-url", "database prepare --user",
    "import-table --as", "import-table --source", "import-table --actor", "import-table --sheet",
    "--by", "dead-letters mend --as", "bi-login create name",
    # Days, what people say of a correction, and what is looked for.
    "--due", "--done-on", "--until", "--cause", "--prevention", "report-correction --action",
    "--waive", "--owner", "search typed", "--digest",
}  # fmt: skip
"""What people write that need not be there before."""
NAMES = [
    (command, name)
    for command, name in typed()
    if not {name, f"{command} {name}"} & FREE
]  # fmt: skip


@pytest.mark.parametrize(("command", "name"), NAMES)
def test_a_name_that_does_not_exist_is_misuse(home: Home, command: str, name: str) -> None:
    """Every option and argument that names something says that there is no such thing, exit 2."""
    words = list(WORDS.get(f"{command} {name}", WORDS.get(command, TABLES.get(command, ()))))
    if name.startswith("--"):
        words += [name, NOPE]
    else:
        place = positions(command)[name]
        # Options may stand first, and the argument that is tried behind them.
        first = next((n for n, word in enumerate(words) if word.startswith("-")), len(words))
        words[place : place + (place < first)] = [NOPE]

    code, out, said = home.run(*command.split(" "), *words)

    assert (code, out) == (2, "")
    assert NOPE.casefold() in said.casefold()
    assert "Traceback" not in said
    near = ("nearest", "known are", "there is ", "is no ", "There is no")
    assert any(words in said for words in near), said


def test_a_name_with_nothing_of_the_kind_is_an_answer(home: Home) -> None:
    """What is named somewhere has an answer, if an empty one: the mark of another's stock."""
    for words in (
        ("reconcile", "--importer", "RCB-AKI"),
        ("discrepancies", "--mark", "JAS-A1"),
        ("statement", "--mark", "JAS-A1", "--holder", "IMP-SAKURA", "--site", "EXP-SIERRA-A1-W1"),
        ("unproven", "--party", "RCB-AKI"),
        ("period", "show", "2024-01"),
    ):
        assert home.run(*words)[0] == 0, words


SEVERITIES = [("C", 1), ("critical", 1), ("c,high", 4), ("H", 3), ("low", 0)]


@pytest.mark.parametrize(("typed_as", "cases"), SEVERITIES)
def test_severities_have_letters_and_words(home: Home, typed_as: str, cases: int) -> None:
    """Cases are asked for by either, and the table shows both."""
    code, out, _ = home.run("discrepancies", "--severity", typed_as)

    assert code == 0
    assert out.count("C critical") + out.count("H high") == cases


BEGINNINGS = [
    (("case", "1fa"), 0, ""),
    (("case", "1FAA9318-74dd"), 0, ""),
    (("event", "0"), 2, "is the beginning of several: 0"),
    (("receipt", "0"), 2, "is the beginning of several: 0"),
    (("event", "0198c0de00000000"), 2, "There is no event"),
    (("case", "lot"), 2, "'lot' is no case"),
    (("event", "0" * 33), 2, "is no event"),
    (("token", "revoke", "T-"), 2, "several: T-"),
    (("token", "revoke", "T-x"), 2, "There is no token T-x"),
    (("explain", "1fa", "--as", "PRC-X0000", "--person", "P-1", "--reason", "LATE_ENTRY",
      "--text", "Two trays were counted twice."), 0, "1 of 1 cases explained."),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "sentence"), BEGINNINGS)
def test_an_id_is_known_by_its_beginning(
    home: Home, words: tuple[str, ...], code: int, sentence: str
) -> None:
    """As much of it as tells it apart; where several begin so, they are named."""
    if words[:2] == ("token", "revoke"):
        assert home.run("token", "create", "--role", "operator")[0] == 0

    ended, _, said = home.run(*words)

    assert (ended, sentence in said) == (code, True), said


WRAPPED = [
    ("Less than 90 % is KRAV-certified.", 14, ["Less than 90 %", "is", "KRAV-certified."]),
    ("KRAV認証の割合が90％に満たない。", 10, ["KRAV認証の", "割合が90％", "に満たな", "い。"]),
    ("0198c0de-0000-7000-8000-000000000001", 10, ["0198c0de-0000-7000-8000-000000000001"]),
    ("(1,234,567)", 4, ["(1,234,567)"]),
    ("", 10, [""]),
]


@pytest.mark.parametrize(("text", "width", "lines"), WRAPPED)
def test_lines_end_between_words(text: str, width: int, lines: list[str]) -> None:
    """Never within a word, figure or id; in Japanese never before what ends a sentence."""
    assert wrapped(text, width) == lines
