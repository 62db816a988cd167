"""What `ledger load` answers for each event of a file: a line of JSON."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from ledger.facts.scalars import time_text
from ledger.intake.plausible import warning
from ledger.intake.verdicts import Accepted, Refused
from ledger.log import Receipt


def lines(
    verdicts: Sequence[Accepted | Refused], settled: Iterator[Receipt]
) -> Iterator[dict[str, Any]]:
    """The receipt of each event offered; `settled` are what the log answered for the accepted."""
    now = time.time_ns() // 1_000
    for verdict in verdicts:
        line: dict[str, Any] = {
            "line": verdict.index,
            "id": str(verdict.id) if verdict.id else None,
            "outcome": "refused",
            "position": None,
            "recorded_at": None,
            "sha256": None,
            "reason": None,
            "path": None,
            "warning": None,
            "door": None,
            "by": None,
            "person": None,
        }
        if isinstance(verdict, Refused):
            line |= {
                "reason": verdict.reason,
                "path": verdict.path,
                "sha256": verdict.sha256.hex(),
                "sentence": verdict.sentence,
            }
        else:
            receipt = next(settled)
            line["sha256"] = receipt.sha256.hex()
            line["warning"] = warning(verdict.at, now)
            if receipt.outcome == "conflict":
                line |= {
                    "reason": "conflict",
                    "path": "",
                    "sentence": "the ledger holds other content under this id",
                }
            else:
                line |= {
                    "outcome": receipt.outcome,
                    "position": receipt.position,
                    "recorded_at": time_text(receipt.recorded_at, 0),
                    "door": receipt.door,
                    "by": receipt.by,
                    "person": receipt.person,
                }
        yield line
