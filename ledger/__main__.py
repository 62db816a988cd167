"""`python -m ledger` and `ledger`: the program starts here, and loads the command line.

What is interrupted while that loads has begun nothing: it ends at once and without a word. So
nothing else is loaded up here.
"""

import gc
import os
import signal
from typing import Any, Final

INTERRUPTED: Final = 130
GC_THRESHOLDS: Final = (100_000, 50, 50)
"""Allocations before a young collection, and how many of those before an older one."""


def main() -> None:
    """Run the command line."""
    # In the background Ctrl-C is somebody else's, and that is inherited: so it stays.
    heeds = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heeds:
        signal.signal(signal.SIGINT, _end)
    from ledger.commands.line import run_line  # noqa: PLC0415 - see above

    # Facts and rows hold no cycles: looking for them all the time cost the audit a sixth of its
    # speed (python -m bench.audit). What is loaded by now stays.
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        if heeds:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run_line()
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)
    finally:
        if heeds:
            # What is left is to leave the database in order.
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(_number: int, _frame: object) -> None:
    os._exit(INTERRUPTED)


def __getattr__(name: str) -> Any:
    """`app`, the command line itself, for whoever asks this module for it."""
    if name != "app":
        raise AttributeError(name)
    from ledger.commands.line import app  # noqa: PLC0415 - see above

    return app


if __name__ == "__main__":
    main()
