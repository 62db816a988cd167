"""Sends events to Kafka at paces it is told step by step: the scanners of a busy day.

Each line of the file is a topic, a key and an event, separated by tabs; one event a message.

    python -m bench.peers.sender BOOTSTRAP FILE SECONDS < RATES

Each line it reads is the pace of a step, in events a second. Prints a line when a step begins and
one when all of it has been sent, with the clock in µs.
"""

import sys
import time
from itertools import islice
from pathlib import Path

from consumers.broker.connection import Connection, producer

_burst_seconds = 0.02


def main() -> None:
    """Send."""
    bootstrap, file, seconds = sys.argv[1:]
    sender = producer(Connection(bootstrap))
    with Path(file).open("rb") as lines:
        for rate in map(float, sys.stdin):
            _told("step")
            started, sent, whole = time.perf_counter(), 0, int(rate * float(seconds))
            while sent < whole:
                due = min(whole, int((time.perf_counter() - started) * rate) + 1)
                for line in islice(lines, due - sent):
                    topic, key, event = line.rstrip(b"\n").split(b"\t", 2)
                    sender.send(topic.decode(), event, key=key)
                sent = due
                time.sleep(_burst_seconds)
            sender.flush()
            _told("sent")
    sender.close()


def _told(what: str) -> None:
    print(what, time.time_ns() // 1_000, flush=True)


if __name__ == "__main__":
    main()
