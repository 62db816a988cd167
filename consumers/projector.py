"""The projector: follows the log and folds it into the views until told to stop.

Where it stands is in the database, in the transaction that writes the views: killed at any moment
it starts again there. One of several is active, the others stand by.
"""

import logging
import threading
import time

from ledger import metrics
from ledger.errors import Unavailable
from ledger.log import Log
from ledger.log.standing_by import Posts
from ledger.views.projection import Projector, batch_events_max

wait_seconds_max = 1.0
"""How long a stop may go unnoticed while nothing is recorded."""
retry_seconds_min = 0.25
retry_seconds_max = 30.0

_POST = "projector"
_log = logging.getLogger("ledger.projector")


def run(log: Log, stop: threading.Event) -> None:
    """Project until `stop` is set; a batch in hand then is finished first.

    Waits and tries again while the database is away, and while another one projects.
    """
    with Posts(log, [_POST]) as posts:
        _run(log, stop, posts)


def _run(log: Log, stop: threading.Event, posts: Posts) -> None:
    projector = Projector(log)
    made = retired = False
    failures = 0
    while not stop.is_set():
        if not posts.ours(_POST):
            continue
        try:
            if not made:
                projector.make()
                made = True
            moved = step(projector)
            if not moved and not retired:
                # Caught up for the first time: nobody needs the views of older versions now.
                projector.retire_older()
                retired = True
            failures = 0
            if moved < batch_events_max:
                log.wait(projector.position, wait_seconds_max)
        except Unavailable as error:
            wait = min(retry_seconds_max, retry_seconds_min * 2**failures)
            failures = min(failures + 1, 10)
            _log.warning("%s; tried again in %.3g s", error, wait)
            stop.wait(wait)


def step(projector: Projector) -> int:
    """Fold one batch and tell the metrics; answer how many events it had."""
    started = time.perf_counter()
    moved = projector.run_batch()
    if moved:
        metrics.projector_batch_seconds.observe(time.perf_counter() - started)
        metrics.projector_events.inc(moved)
    metrics.projector_position.set(projector.position)
    return moved
