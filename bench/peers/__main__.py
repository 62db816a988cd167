"""The ledger beside its peers, each ratio beside its target: `make bench-peers`.

Peers take turns, A B A B, on the same events of about 300 bytes, with everything on that makes a
commit durable. Rates drift with the machine; what counts is ratios of the same round, and CPU.
"""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from rich.console import Console

from bench.peers import comparisons
from bench.peers.figures import Figures, show
from consumers.broker.jars import missing_tools
from ledger.errors import LedgerError, Misuse


def main() -> int:
    """Measure what was asked for, print it, and keep it."""
    chosen = _arguments()
    # Told to end, it stops its servers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    console = Console(stderr=True, highlight=False)
    began = time.monotonic()

    def told(what: str) -> None:
        console.print(f"{time.monotonic() - began:5.0f} s  {what}")

    figures = Figures()
    try:
        if lacking := missing_tools():
            needing = [name for name in chosen.only if name in comparisons.NEED_A_BROKER]
            figures.missing += [f"{name}: {lacking}" for name in needing]
            chosen.only = [name for name in chosen.only if name not in needing]
        for name in chosen.only:
            told(name)
            comparisons.ALL[name](figures, chosen, told)
            _keep(figures, chosen)
    except LedgerError as error:
        console.print(str(error))
        return 2 if isinstance(error, Misuse) else 1
    show(figures, Console(highlight=False, width=110))
    _keep(figures, chosen)
    if chosen.json is not None:
        told(f"written to {chosen.json}")
    return 0


def _keep(figures: Figures, chosen: argparse.Namespace) -> None:
    """Write what was measured so far: a later comparison that fails costs no earlier figure."""
    if chosen.json is not None:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        chosen.json.write_text(json.dumps(figures.as_json() | {"about": _about(chosen)}, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument(
        "--only", type=_names, default=list(comparisons.ALL), metavar="NAMES",
        help=f"of {', '.join(comparisons.ALL)}; several with commas",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=2, help="how often each peer has its turn")
    parser.add_argument("--events", type=int, default=120_000, help="measured in each turn")
    parser.add_argument("--warm", type=int, default=120_000, help="taken before, not measured")
    parser.add_argument("--batch", type=int, default=5_000, help="events a transaction, in append")
    parser.add_argument("--before", default="d59303d", metavar="COMMIT", help="loads beside us")
    parser.add_argument(
        "--seconds", type=float, default=40, help="of each pace, everything at once"
    )
    parser.add_argument(
        "--pace", type=float, default=0.2, metavar="SHARE",
        help="the first, of what was measured before on a machine as fast as this one",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, default=7, help="paces tried at most")
    parser.add_argument("--scans", type=int, default=900_000, help="events for all the paces")
    parser.add_argument("--history", type=int, default=200_000, help="events; also a tenth of it")
    parser.add_argument("--idle-seconds", type=float, default=30)
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep all figures here")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if wrong := [name for name in names if name not in comparisons.ALL]:
        raise argparse.ArgumentTypeError(f"{wrong[0]}: there is {', '.join(comparisons.ALL)}")
    return names


def _about(chosen: argparse.Namespace) -> dict[str, object]:
    return {
        name: str(value) if isinstance(value, Path) else value
        for name, value in vars(chosen).items()
    } | {"python": sys.version.split()[0]}


if __name__ == "__main__":
    sys.exit(main())
