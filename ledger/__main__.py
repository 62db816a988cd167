"""`python -m ledger` and `ledger`: the program starts here, and loads the command line.

What is interrupted while that loads has begun nothing: it ends at once and without a word. So
what has to be loaded before that is so is next to nothing.
"""

import _signal as signals  # type: ignore[import-not-found] # what `signal` wraps loads nothing
import gc
import os
import sys

TYPE_CHECKING = False  # as `typing` has it, which is long in loading
if TYPE_CHECKING:
    from ledger.commands.line import app
INTERRUPTED = 130
AGAIN_SECONDS = 0.02
GC_THRESHOLDS = (100_000, 50, 50)
"""Allocations before a young collection, and how many of those before an older one."""


def main() -> None:
    """Run the command line."""
    try:
        _main()
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _main() -> None:
    # In the background Ctrl-C is somebody else's, and that is inherited: so it stays.
    heeds = signals.getsignal(signals.SIGINT) is signals.default_int_handler
    if heeds:
        signals.signal(signals.SIGINT, _end)
        signals.signal(signals.SIGALRM, signals.default_int_handler)
        sys.unraisablehook = _come_again
    from ledger.commands.line import run_line  # noqa: PLC0415 - see above

    # Facts and rows hold no cycles: looking for them all the time cost the audit a sixth of its
    # speed (python -m bench.audit). What is loaded by now stays.
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        if heeds:
            signals.signal(signals.SIGINT, signals.default_int_handler)
        run_line()
    finally:
        if heeds:
            # What is left is to leave the database in order.
            signals.signal(signals.SIGINT, signals.SIG_IGN)
            signals.signal(signals.SIGALRM, signals.SIG_IGN)


def _end(_number: int, _frame: object) -> None:
    os._exit(INTERRUPTED)


def _come_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Let an interrupt that came where nothing can be raised come again a moment later.

    In a finalizer, or what a weak reference calls (as each import does), Python prints what is
    raised and goes on: the program would run on though it was told to end.
    """
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        signals.setitimer(signals.ITIMER_REAL, AGAIN_SECONDS)
    else:
        sys.__unraisablehook__(unraisable)


def __getattr__(name: str) -> object:
    """`app`, the command line itself, for whoever asks this module for it."""
    if name != "app":
        raise AttributeError(name)
    from ledger.commands.line import app  # noqa: PLC0415 - see above

    return app


__all__ = ["GC_THRESHOLDS", "app", "main"]

if __name__ == "__main__":
    main()
