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
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.loaded import load

ROOT: Final = Path(__file__).parents[2]
load_seconds_max = 120.0
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
    ledger = programs / "ledger"
    ledger.write_text(_ASKING.format(python=sys.executable, socket=str(listening)))
    ledger.chmod(0o755)
    for name in ("python", "python3"):
        (programs / name).symlink_to(sys.executable)
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
    """Run a script of bash to its end; what it left in the background is ended."""
    ended = "trap 'code=$?; kill $(jobs -p) 2>/dev/null || true; wait; exit $code' EXIT\n"
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", ended + script],
        cwd=folder, env={**env, "PATH": path}, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as running:  # fmt: skip
        try:
            said, _ = running.communicate(timeout=seconds_max)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGTERM)
            said, _ = running.communicate()
            said += f"\nnot done in {seconds_max:.0f} s"
    return subprocess.CompletedProcess("bash", running.returncode, said, "")


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
