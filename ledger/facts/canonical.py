"""The one form a fact is stored, hashed and compared in: JSON, fields in catalogue order.

The same fact has one canonical form, however it came.
"""

from typing import Any, cast

import msgspec

from ledger.facts.catalogue import AnyFact
from ledger.facts.identity import Fact
from ledger.facts.scalars import Figure

_encoder = msgspec.json.Encoder(enc_hook=str)


def read_figure(kind: type, value: Any) -> Any:
    """Msgspec's hook for the decimals of `scalars`."""
    if isinstance(kind, type) and issubclass(kind, Figure):
        return kind.read(value)
    raise NotImplementedError(kind)


_decoder: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(
    cast("Any", AnyFact), dec_hook=read_figure
)


def encode(fact: Fact) -> bytes:
    """The canonical form of a fact."""
    return _encoder.encode(fact)


def decode(state: bytes) -> Fact:
    """The fact whose canonical form `state` is; for bytes the ledger itself has stored."""
    return _decoder.decode(state)


def told(of: Any, *names: str) -> dict[str, Any]:
    """Fields of a fact or of a part of one, as people are told them: days and figures as text.

    Of what is not there (None) every field is None.
    """
    return {
        name: None if of is None else msgspec.to_builtins(getattr(of, name), enc_hook=str)
        for name in names
    }
