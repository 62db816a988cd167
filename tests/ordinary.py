"""An ordinary user, for what has to work without any rights: who it is, and a Python for it."""

import os
import pwd
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest

from ledger.log.embedded import SERVER_USER


def ordinary() -> dict[str, Any]:
    """Whom to be: as root the user that the server runs as, else whoever runs the tests."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(SERVER_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def python_of(who: dict[str, Any]) -> str:
    """A Python that they may run, of the version that these packages are for."""
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    folders = ["/usr/bin", "/usr/local/bin", *os.get_exec_path()]
    for found in (sys.executable, *(f"{folder}/{name}" for folder in folders)):
        with suppress(OSError):
            if subprocess.run([found, "-c", "import ssl"], check=False, **who).returncode == 0:
                return found
    pytest.skip(f"no {name} here that an ordinary user may run")
