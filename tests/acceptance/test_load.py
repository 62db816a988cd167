"""`ledger load` of what is not meant for it: told at once, and nothing lost that was looked at."""

import gzip
import json
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from ledger.commands.loading import refused_at_first_max
from ledger.log import Log
from tests.commanding import environment
from tests.loaded import run

FOREIGN = {
    "sheet.xlsx": (b"PK\x03\x04" + bytes(40) + b"xl/workbook.xml", "ledger import-table"),
    "scans.zip": (b"PK\x03\x04" + bytes(40) + b"scans.ndjson", "a zip archive"),
    "program": (b"\x7fELF" + bytes(60), "a program"),
    "passwd": (b"root:x:0:0:root:/root:/bin/bash\n", "no JSON"),
    "paper.pdf": (b"%PDF-1.7\n", "a PDF document"),
    "picture.png": (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    "wide.ndjson": ('{"type":"LotHeld"}\n'.encode("utf-16"), "UTF-16 text"),
    "paper.pdf.gz": (gzip.compress(b"%PDF-1.7\n"), "a PDF document"),
}  # fmt: skip


def held(number: int, **changed: object) -> bytes:
    """A line with one event; with changes perhaps one that is refused."""
    event = {
        "type": "LotHeld", "id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00",
        "source": "SYS-1", "lot": f"L-{number}", "cause": "c", **changed,
    }  # fmt: skip
    return json.dumps(event).encode() + b"\n"


def load(database: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `ledger load` on a database."""
    settings = environment(LEDGER_DATABASE_URL=database)
    return run("load", "--format", "json", *arguments, env=settings, stdin=given)


def recorded(database: str) -> tuple[int, int]:
    """How many events and dead letters there are."""
    with Log.open(database) as log:
        return log.position(), len(log.dead_letters(0, 100_000))


@pytest.mark.parametrize(
    ("name", "way"),
    [
        *((name, "file") for name in FOREIGN),
        ("sheet.xlsx", "behind a good one"), ("sheet.xlsx", "stdin"), ("passwd", "stdin"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_events(database: str, tmp_path: Path, name: str, way: str) -> None:
    """Exit 2, nothing recorded of any file, one sentence that names it and says what it is."""
    content, words = FOREIGN[name]
    path, good = tmp_path / name, tmp_path / "good.ndjson"
    path.write_bytes(content)
    good.write_bytes(held(1))
    files = {"file": [str(path)], "behind a good one": [str(good), str(path)], "stdin": ["-"]}

    done = load(database, *files[way], given=content if way == "stdin" else b"")

    assert done.returncode == 2, done.stderr
    assert done.stdout == b""
    (sentence,) = done.stderr.decode().splitlines()
    assert words in sentence
    assert ("stdin" if way == "stdin" else name) in sentence
    assert recorded(database) == (0, 0)


@pytest.mark.parametrize("way", ["file", "stdin"])
def test_a_file_whose_beginning_is_refused(database: str, tmp_path: Path, way: str) -> None:
    """It is left after a thousand refusals, which are kept; others go on; told to, it goes on."""
    refused = [held(number, time="yesterday") for number in range(refused_at_first_max)]
    path, other = tmp_path / "wrong.ndjson", tmp_path / "other.ndjson"
    content = b"".join([*refused, held(1), held(2, time="never"), held(3)])
    path.write_bytes(content)
    other.write_bytes(held(4))
    file, given = (str(path), b"") if way == "file" else ("-", content)

    left = load(database, file, str(other), given=given)

    assert left.returncode == 1, left.stderr
    assert b"--keep-going" in left.stderr
    assert recorded(database) == (1, refused_at_first_max)
    summary = json.loads(left.stdout)
    assert (summary["recorded"], summary["refused"]) == (1, refused_at_first_max)

    gone_on = load(database, "--keep-going", file, given=given)

    assert gone_on.returncode == 1, gone_on.stderr
    assert b"--keep-going" not in gone_on.stderr
    assert recorded(database) == (3, 2 * refused_at_first_max + 1)


def test_ids_that_are_taken_are_refusals_too(database: str, tmp_path: Path) -> None:
    """A file of other facts under a thousand ids that are recorded is left as well."""
    path, other = tmp_path / "facts.ndjson", tmp_path / "others.ndjson"
    facts = [held(number) for number in range(refused_at_first_max + 1)]
    path.write_bytes(b"".join(facts))
    other.write_bytes(b"".join(fact.replace(b'"c"', b'"d"') for fact in facts))
    assert load(database, str(path)).returncode == 0

    left = load(database, str(other))

    assert left.returncode == 1
    assert b"--keep-going" in left.stderr
    assert recorded(database) == (refused_at_first_max + 1, refused_at_first_max)


@pytest.mark.parametrize("good", [0, refused_at_first_max - 1])
def test_one_good_element_at_the_beginning_is_enough(
    database: str, tmp_path: Path, good: int
) -> None:
    """Refusals of a file that is ours never stop it, and duplicates are no refusals."""
    lines = [held(number, time="yesterday") for number in range(refused_at_first_max + 500)]
    lines[good] = held(good)
    path = tmp_path / "some.ndjson"
    path.write_bytes(b"".join(lines))

    for refusals in (len(lines) - 1, 2 * (len(lines) - 1)):
        done = load(database, str(path))

        assert done.returncode == 1
        assert b"--keep-going" not in done.stderr
        assert recorded(database) == (1, refusals)
