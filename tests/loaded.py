"""A program that has loaded the command line: each command is a process forked from it.

To load the command line takes longer than most commands do. A fork is a process like any other:
it has arguments, environment, folder, input, output and exit code of its own, and it ends as
`python -m ledger` does. A test of how the program starts, or of one that runs on, starts its own.
"""

import atexit
import importlib
import json
import os
import runpy
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
seconds_max = 240.0
_STREAMS = (("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))
_running: list["subprocess.Popen[bytes]"] = []


def run(
    *arguments: str, env: Mapping[str, str], stdin: bytes = b"", cwd: Path | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run `ledger` to its end, as `subprocess.run` would; one at a time."""
    with tempfile.TemporaryDirectory(prefix="seal-ledger-command-") as folder:
        files = {name: Path(folder) / name for name, _ in _STREAMS}
        for name, file in files.items():
            file.write_bytes(stdin if name == "in" else b"")
        asked = {
            "arguments": arguments, "env": dict(env), "cwd": str(cwd or Path.cwd()),
            "streams": {name: str(file) for name, file in files.items()},
        }  # fmt: skip
        code = _asked(json.dumps(asked).encode() + b"\n")
        out, err = files["out"].read_bytes(), files["err"].read_bytes()
    return subprocess.CompletedProcess(["ledger", *arguments], code, out, err)


def _asked(line: bytes) -> int:
    """Have a command run; its exit code, below zero the signal that ended it."""
    if not _running:
        _running.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.loaded"],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
            )
        )  # fmt: skip
        atexit.register(_end)
    program = _running[0]
    assert program.stdin is not None
    assert program.stdout is not None
    try:
        program.stdin.write(line)
        program.stdin.flush()
        with selectors.DefaultSelector() as waiting:
            waiting.register(program.stdout, selectors.EVENT_READ)
            assert waiting.select(seconds_max), f"not done in {seconds_max:.0f} s: {line!r}"
        return int(program.stdout.readline())
    except BaseException:
        os.killpg(program.pid, signal.SIGKILL)
        _end()
        raise


def _end() -> None:
    while _running:
        with _running.pop() as program:
            assert program.stdin is not None
            program.stdin.close()


def load() -> None:
    """Load what commands load."""
    import yoyo  # noqa: F401, PLC0415 - what those load that open the log

    from ledger.commands import line  # noqa: PLC0415 - what all of them load

    for module in {name.rpartition(".")[0] for name in line.COMMANDS.values()}:
        importlib.import_module(module)


def main() -> None:
    """Fork a command for each line that comes in, and answer how it ended."""
    load()
    asked, answers = os.fdopen(os.dup(0), "rb"), os.dup(1)
    for each in asked:
        child = os.fork()
        if child == 0:
            _become(**json.loads(each))
        _, status = os.waitpid(child, 0)
        os.write(answers, b"%d\n" % os.waitstatus_to_exitcode(status))


def _become(arguments: list[str], env: dict[str, str], cwd: str, streams: dict[str, str]) -> None:
    """Be `python -m ledger` with these arguments from here on."""
    for number, (name, how) in enumerate(_STREAMS):
        os.dup2(os.open(streams[name], how), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["ledger", *arguments]
    runpy.run_module("ledger", run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main()
