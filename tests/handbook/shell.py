"""A shell in which `ledger` is forked from a program that has loaded the command line.

`python -m tests.handbook.shell SOCKET` is that program: each connection hands over the three
streams of a command, then its arguments, folder and environment as JSON; it is answered by the
process id, and by the exit code. What stands in the shell's path is a few lines that ask it.
"""

import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.loaded import load

ROOT: Final = Path(__file__).parents[2]
load_seconds_max = 120.0
end_seconds_max = 60.0
_ASKING: Final = """#!{python} -SEI
import json, os, signal, socket, sys
asking = socket.socket(socket.AF_UNIX)
asking.connect({socket!r})
socket.send_fds(asking, [b"."], [0, 1, 2])
asked = dict(arguments=sys.argv[1:], cwd=os.getcwd(), env=dict(os.environ))
asking.sendall(json.dumps(asked).encode())
asking.shutdown(socket.SHUT_WR)
answers = asking.makefile()
child = int(answers.readline())
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda given, _: os.kill(child, given))
code = int(answers.readline())
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@contextmanager
def shell(folder: Path) -> Iterator[Path]:
    """Give a folder of programs: `ledger`, and the `python` that runs it."""
    listening, programs = folder / "loaded", folder / "bin"
    programs.mkdir()
    # A link to the interpreter would not know its own packages.
    python = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
    asking = _ASKING.format(python=sys.executable, socket=str(listening))
    for name, text in {"ledger": asking, "python": python, "python3": python}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.handbook.shell", str(listening)],
        cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True,
    ) as loaded:  # fmt: skip
        try:
            deadline = time.monotonic() + load_seconds_max
            while not listening.exists():
                assert loaded.poll() is None
                assert time.monotonic() < deadline, "the command line was not loaded"
                time.sleep(0.05)
            yield programs
        finally:
            assert loaded.stdin is not None
            loaded.stdin.close()  # at which it ends


def run(
    script: str, programs: Path, folder: Path, env: Mapping[str, str], seconds_max: float
) -> "subprocess.CompletedProcess[str]":
    """Run a script of bash to its end; what it left in the background is ended, and waited for."""
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryFile("w+") as said:
        running = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder, env={**env, "PATH": path}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip
        try:
            code = running.wait(seconds_max)
        except subprocess.TimeoutExpired:
            code = None
        _end(running)
        said.seek(0)
        told = said.read()
    return subprocess.CompletedProcess(
        "bash", 1 if code is None else code, told if code is not None else f"{told}\nnot done"
    )


def _end(running: "subprocess.Popen[bytes]") -> None:
    """End what a shell left behind: all of its group, by and by."""
    deadline = time.monotonic() + end_seconds_max
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(end_seconds_max)
        while time.monotonic() < deadline:
            os.killpg(running.pid, 0)
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGKILL)


def main(path: str) -> None:
    """Listen at the path, and fork a command for each that connects, until stdin ends."""
    load()
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with socket.socket(socket.AF_UNIX) as listening, selectors.DefaultSelector() as waiting:
        listening.bind(path)
        listening.listen()
        waiting.register(listening, selectors.EVENT_READ)
        waiting.register(0, selectors.EVENT_READ)
        while not any(key.fd == 0 for key, _ in waiting.select()):
            asking, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _answer(asking)
            asking.close()
            _reap()


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


def _answer(asking: socket.socket) -> None:
    """Be what waits for one command."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(asking, 1, 3)
    asked = json.loads(asking.makefile().read())
    child = os.fork()
    if child == 0:
        asking.close()
        _become(streams, **asked)
    for stream in streams:
        os.close(stream)
    asking.sendall(b"%d\n" % child)
    _, status = os.waitpid(child, 0)
    asking.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(streams: list[int], arguments: list[str], cwd: str, env: dict[str, str]) -> None:
    """Be `python -m ledger` with these streams, arguments, folder and environment from here on."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["ledger", *arguments]
    runpy.run_module("ledger", run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main(sys.argv[1])
