"""Every command that the handbook shows does what it says, in order, in a new home."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consumers.broker.local import LocalBroker
from ledger.log.embedded import leave, server
from tests.databases import open_folder
from tests.handbook.fences import blocks, script
from tests.handbook.shell import run, shell

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {page: page.read_text(encoding="utf-8") for page in sorted(DOCS.rglob("*.md"))}
RUN = [page for page, text in PAGES.items() if any(not block.why for block in blocks(text))]
KAFKA = [page for page in RUN if "<!-- needs: kafka -->" in PAGES[page]]
HOME = re.compile(r'LEDGER_HOME="?\$PWD/([\w-]+)')
"""How a page names a home of its own."""
FILE = re.compile(r"(?:tests|deploy)/[\w./-]*\w")
BROKER = "broker.example:9092"
"""What pages call a broker."""
seconds_max = 200.0


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    """`ledger`, forked from a program that has loaded it."""
    with open_folder() as folder, shell(folder) as found:
        yield found


def addresses() -> dict[str, str]:
    """Free ports in the place of those that people read of."""
    found = {}
    for shown in ("127.0.0.1:8000", "127.0.0.1:9464"):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            found[shown] = f"127.0.0.1:{free.getsockname()[1]}"
    return found


def name(page: Path) -> str:
    """A page's path below `docs`."""
    return str(page.relative_to(DOCS))


@pytest.mark.parametrize("page", [each for each in RUN if each not in KAFKA], ids=name)
def test_the_commands_of_a_page_run(page: Path, programs: Path) -> None:
    """Each block runs to its end, with the exit codes that it shows."""
    typed(page, programs, {})


@pytest.mark.kafka
@pytest.mark.parametrize("page", KAFKA, ids=name)
def test_the_commands_of_a_page_run_on_a_broker(
    page: Path, programs: Path, own_broker: LocalBroker
) -> None:
    """The same where the page speaks of Kafka."""
    typed(page, programs, {BROKER: own_broker.bootstrap})


@contextmanager
def place(text: str) -> Iterator[Path]:
    """A folder for a page, its home in it with a server that runs throughout.

    A page that makes several homes, or has a database of its own, starts what it needs itself.
    """
    homes = set(HOME.findall(text)) or {"home"}
    with open_folder() as folder:
        if len(homes) > 1 or "LEDGER_DATABASE_URL=" in text:
            yield folder
            return
        home = folder / homes.pop()
        try:
            server(home)
            yield folder
        finally:
            leave(home)


def typed(page: Path, programs: Path, more: dict[str, str]) -> None:
    """Type what a page shows, in a folder and a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    with place(PAGES[page]) as folder:
        for there in ("examples", "schemas", "deploy"):
            (folder / there).symlink_to(ROOT / there)
        at = addresses() | more
        env = kept | {
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "LEDGER_HOME": str(folder / "home"),
            "LEDGER_WEB_PORT": at["127.0.0.1:8000"].partition(":")[2],
            "LEDGER_METRICS_PORT": at["127.0.0.1:9464"].partition(":")[2],
        }
        done = run(script(page, at), programs, folder, env, seconds_max)

    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout, done.stdout


def test_pages_run_their_commands() -> None:
    """There are pages that do, with and without a broker."""
    assert {"start.md", "roles/scanner-integrator.md"} <= {name(page) for page in RUN}
    assert KAFKA


def test_what_operators_do_is_run_somewhere() -> None:
    """A block of their chapters that is not run here names the test or script that runs it."""
    lacking = [
        f"{name(page)}: {block.why}"
        for page, text in PAGES.items()
        if page.parent.name == "operator"
        for block in blocks(text)
        if block.why and not any((ROOT / path).exists() for path in FILE.findall(block.why))
    ]

    assert lacking == []


def test_what_is_not_run_says_why() -> None:
    """A block is run unless a reason stands before it."""
    page = "<!-- not run: needs root -->\n```bash\nreboot\n```\n\n```bash\nfalse # exit 1\n```\n"

    shown, run_ = blocks(page)

    assert (shown.why, run_.why) == ("needs root", "")
    with pytest.raises(ValueError, match="why"):
        blocks("<!-- not run: -->\n```bash\nreboot\n```\n")


def test_a_command_that_fails_is_seen(programs: Path, tmp_path: Path) -> None:
    """A page whose command fails, or does not fail as it says, is not passed."""
    page = tmp_path / "page.md"
    ends = {}
    for line in ("ledger event nonsense", "true # exit 1", "ledger policy --format x # exit 2"):
        page.write_text(f"```bash\n{line}\n```\n")
        env = {"PYTHONPATH": str(ROOT), "LEDGER_HOME": str(tmp_path / "home")}
        ends[line] = run(script(page, {}), programs, tmp_path, env, seconds_max).returncode

    assert [bool(code) for code in ends.values()] == [True, True, False]
