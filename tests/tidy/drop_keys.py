"""Leave out each dependency key's change in turn: the tests must notice.

By hand: `python -m tests.tidy.drop_keys`; prints the keys that no test missed, exits 1 on any.
"""

import subprocess
import sys

import ledger.questions.snapshot  # noqa: F401 -- makes every key
from ledger.questions.dependencies import DependencyKey

TESTS = "tests/contract/questions/test_dependencies.py"
WITHOUT = """
import sys, pytest
from ledger.questions import snapshot
from ledger.questions.dependencies import DependencyKey
for key in DependencyKey.every:
    if key.name == sys.argv[1]:
        key.changed_by = lambda fact: ()
sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-k", "changes_its_key", sys.argv[2]]))
"""


def main() -> int:
    """Run the tests once for each key."""
    if _run("") != 0:
        sys.stdout.write("the tests fail as it stands\n")
        return 1
    unnoticed = 0
    for key in DependencyKey.every:
        noticed = _run(key.name) == 1
        unnoticed += not noticed
        sys.stdout.write(f"{key.name} {'noticed' if noticed else 'NOT NOTICED'}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{unnoticed} not noticed\n")
    return int(unnoticed > 0)


def _run(without: str) -> int:
    """How the tests end without the changes of a key; of none where it is called nothing."""
    command = [sys.executable, "-c", WITHOUT, without, TESTS]
    return subprocess.run(command, capture_output=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
