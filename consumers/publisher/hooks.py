"""Webhooks: who is told over HTTP, and the messages to them.

Who is told is a list in TOML, each with a name, an address and a secret of its own. What is wrong
in it is said at the start, never guessed; an address or a secret is never shown. A message is one
POST, signed, taken only where the answer is 2xx. Anything else, a redirect too, is told again:
nothing is given up, whatever the receiver says.
"""

import hashlib
import hmac
import ipaddress
import logging
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import msgspec

from consumers.publisher.following import Message
from ledger.errors import Misuse, Unavailable

hooks_max: Final = 20
"""Each has a thread, which now and then needs one of the log's few connections."""
_NO_AUTHORITY: Final = "cannot be read as the authority of its certificate"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Hook:
    """One receiver: `name` is shown in logs and metrics and keeps its position."""

    name: str
    url: str = field(repr=False)
    """It may hold a key, as addresses of chat rooms do."""
    secret: bytes = field(repr=False)
    ca_file: Path | None = field(default=None, repr=False)
    """The authority of its certificate; None: those of the system."""


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    url: str
    secret_file: str
    ca_file: str | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    webhook: list[_Row]


def read_hooks(path: Path) -> list[Hook]:
    """The webhooks that a file lists, at least one.

    A relative `secret_file` or `ca_file` lies beside the list; line ends behind the secret do not
    count. Raises Misuse with what is wrong.
    """
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise Misuse(f"LEDGER_WEBHOOKS={path} cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misuse(f"LEDGER_WEBHOOKS={path}: {error}.") from None
    if not 1 <= len(file.webhook) <= hooks_max:
        raise Misuse(
            f"LEDGER_WEBHOOKS={path} lists {len(file.webhook)} webhooks, not 1 to {hooks_max}."
        )
    names = [row.name for row in file.webhook]
    for name in names:
        if _NAME.fullmatch(name) is None:
            raise Misuse(f"Webhook {name!r}: a name is a-z, 0-9 and -, up to 40 letters.")
        if names.count(name) > 1:
            raise Misuse(f"Webhook {name!r} is listed twice: its position is kept by its name.")
    return [_hook(row, path.parent) for row in file.webhook]


def on_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = httpx2.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _hook(row: _Row, folder: Path) -> Hook:
    _checked(row)
    path = folder / row.secret_file
    try:
        secret = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise Misuse(f"Webhook {row.name}: {path} cannot be read: {error.strerror}.") from None
    if not secret:
        raise Misuse(f"Webhook {row.name}: {path} is empty; anybody could sign with that.")
    authority = None if row.ca_file is None else folder / row.ca_file
    hook = Hook(row.name, row.url, secret, authority)
    _trusting(hook)  # what cannot be read is said now
    return hook


def _trusting(hook: Hook) -> ssl.SSLContext | bool:
    """Whom the connection believes: the authority of the list alone, or those of the system."""
    if hook.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=hook.ca_file)
    except OSError as error:  # an SSLError too
        why = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise Misuse(f"Webhook {hook.name}: {hook.ca_file} {_NO_AUTHORITY}: {why}.") from None


def _checked(row: _Row) -> None:
    try:
        url = httpx2.URL(row.url)
    except httpx2.InvalidURL as error:
        raise Misuse(f"Webhook {row.name}: its url is none: {error}.") from None
    if not url.host or url.scheme not in {"http", "https"}:
        raise Misuse(f"Webhook {row.name}: its url is not https://host/path.")
    if url.userinfo:
        raise Misuse(f"Webhook {row.name}: a url with a password in it; the signature is enough.")
    if url.scheme == "http" and not on_loopback(row.url):
        raise Misuse(f"Webhook {row.name}: http is for this machine alone; use https.")


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

    def __init__(self, hook: Hook) -> None:
        self._hook = hook
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(answer_seconds_max, connect=connect_seconds_max),
            follow_redirects=False,
            verify=_trusting(hook),
            # A proxy of the environment is for the world, not for this machine.
            trust_env=not on_loopback(hook.url),
        )

    def close(self) -> None:
        """Close the connection."""
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
            SIGNATURE: signature(self._hook.secret, int(time.time()), message.value),
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
            what = _distrusted(error) or str(error) or type(error).__name__
            raise Unavailable(f"{message.id} did not arrive: {what}") from error


def _distrusted(error: BaseException | None) -> str:
    """Why the receiver's certificate was not believed; "" where that is not what went wrong."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return "" if error is None else f"its certificate is not believed: {error.verify_message}"


def signature(secret: bytes, at_seconds: int, body: bytes) -> str:
    """What proves that a body is ours and when it was sent: `t=SECONDS,v1=HEX`.

    HEX is the HMAC-SHA256 of the seconds (Unix time), a full stop and the body.
    """
    digest = hmac.new(secret, b"%d." % at_seconds + body, hashlib.sha256).hexdigest()
    return f"t={at_seconds},v1={digest}"
