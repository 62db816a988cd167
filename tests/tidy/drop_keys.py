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
    unnoticed = []
    for key in DependencyKey.every:
        run = subprocess.run(
            [sys.executable, "-c", WITHOUT, key.name, TESTS], capture_output=True, check=False
        )
        sys.stdout.write(f"{key.name} {'noticed' if run.returncode == 1 else 'NOT NOTICED'}\n")
        if run.returncode != 1:
            unnoticed.append(key.name)
    return int(bool(unnoticed))


if __name__ == "__main__":
    sys.exit(main())
