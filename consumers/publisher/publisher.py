"""What others are told: each feed follows the ledger and hands its messages to a receiver.

Every item of a feed is delivered at least once, in its order. A feed's position is moved only
when its receiver has acknowledged, so a crash repeats and never skips.
"""

import logging
import threading
from contextlib import ExitStack
from functools import partial

from consumers.broker.connection import from_settings
from consumers.broker.topics import DEAD_LETTERS, DISCREPANCIES, require
from consumers.publisher import dead_letters as letters
from consumers.publisher import decisions
from consumers.publisher.feed import Feed
from consumers.publisher.following import follow
from consumers.publisher.hooks import Hook, read_hooks
from consumers.publisher.http import HookReceiver
from consumers.publisher.kafka import KafkaReceiver
from ledger.errors import Misuse, Unavailable
from ledger.log import Log
from ledger.settings import Settings

_log = logging.getLogger("ledger.publisher")


def run(settings: Settings, log: Log, stop: threading.Event, *, prefix: str = "") -> None:
    """Publish until `stop` is set; what is being told then is finished first.

    `prefix` stands before the names of the topics. Raises Misuse (nobody to tell, topics missing
    or forbidden, webhooks that cannot be), Unavailable (no broker at start, and nobody else).
    """
    hooks = read_hooks(settings.webhooks) if settings.webhooks is not None else []
    if settings.kafka_bootstrap is None and not hooks:
        raise Misuse("There is nobody to tell: set LEDGER_KAFKA_BOOTSTRAP or LEDGER_WEBHOOKS.")
    with ExitStack() as held:
        feeds = [_to_hook(hook, log, held) for hook in hooks]
        if settings.kafka_bootstrap is not None:
            feeds += _to_kafka(settings, log, prefix, held, alone=not hooks)
        follow(feeds, log, stop)


def _to_hook(hook: Hook, log: Log, held: ExitStack) -> Feed:
    receiver = held.enter_context(HookReceiver(hook))
    # One at a time: where it refuses one, those it has taken are not told again.
    return Feed(f"webhook:{hook.name}", partial(decisions.json_page, log), receiver, 1)


def _to_kafka(
    settings: Settings, log: Log, prefix: str, held: ExitStack, *, alone: bool
) -> list[Feed]:
    connection = from_settings(settings)
    read = {
        "discrepancies": (prefix + DISCREPANCIES, decisions.avro_page),
        "dead-letters": (prefix + DEAD_LETTERS, letters.page),
    }
    try:
        require(connection, writes=[topic for topic, _ in read.values()])
    except Unavailable as error:
        if alone:
            raise
        # Webhooks are not held up by a broker that is away.
        _log.warning("%s; what is for it is told when it is back.", error)
    return [
        Feed(name, partial(page, log), held.enter_context(KafkaReceiver(connection, topic)))
        for name, (topic, page) in read.items()
    ]
