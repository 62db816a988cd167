"""Messages to a webhook: one POST each, signed, taken only where the answer is 2xx.

Anything else, a redirect too, is told again: nothing is given up, whatever the receiver says.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Sequence
from typing import Final, Self

import httpx2

from consumers.publisher.feed import Message
from consumers.publisher.hooks import Hook, on_loopback
from ledger.errors import Unavailable

connect_seconds_max: Final = 5.0
answer_seconds_max: Final = 10.0
answer_bytes_max: Final = 64 * 1024
"""An answer's body says nothing to us: read to keep the connection, longer ones are cut off."""
SIGNATURE: Final = "Ledger-Signature"
EVENT_ID: Final = "Ledger-Event-Id"

# The client's own log would tell whole addresses.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class HookReceiver:
    """One webhook; its connection is kept between messages."""

    def __init__(self, hook: Hook, clock: Callable[[], float] = time.time) -> None:
        self._hook = hook
        self._clock = clock
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(answer_seconds_max, connect=connect_seconds_max),
            follow_redirects=False,
            # A proxy of the environment is for the world, not for this machine.
            trust_env=not on_loopback(hook.url),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def deliver(self, messages: Sequence[Message]) -> None:
        """Post messages in their order; on return the receiver has answered each with 2xx.

        Raises Unavailable where it has not, with its status or what went wrong on the way.
        """
        for message in messages:
            status = self._post(message)
            if not httpx2.codes.is_success(status):
                raise Unavailable(f"{message.id} was answered with {status}")

    def _post(self, message: Message) -> int:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "seal-ledger",
            SIGNATURE: signature(self._hook.secret, int(self._clock()), message.value),
            EVENT_ID: message.id,
        }
        until = time.monotonic() + answer_seconds_max
        try:
            with self._client.stream(
                "POST", self._hook.url, content=message.value, headers=headers
            ) as answer:
                size = 0
                for piece in answer.iter_raw():
                    size += len(piece)
                    if size > answer_bytes_max or time.monotonic() > until:
                        break
                return answer.status_code
        except httpx2.RequestError as error:
            # Its text tells what happened, not the address, which may hold a key.
            what = str(error) or type(error).__name__
            raise Unavailable(f"{message.id} did not arrive: {what}") from error


def signature(secret: bytes, at_seconds: int, body: bytes) -> str:
    """What proves that a body is ours and when it was sent: `t=SECONDS,v1=HEX`.

    HEX is the HMAC-SHA256 of the seconds (Unix time), a full stop and the body.
    """
    digest = hmac.new(secret, b"%d." % at_seconds + body, hashlib.sha256).hexdigest()
    return f"t={at_seconds},v1={digest}"
