"""Tables sent over HTTP: files read in this process, sources of every kind, forms as they come."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from ledger.facts.registry import SourceRegistered
from ledger.tables.mapping import Mapping
from ledger.tables.reading import MIB, Asked, FileRefused, Found, file_bytes_max
from ledger.tables.reading.files import found_in
from ledger.tables.reading.refusal import too_large
from tests.desks import Served

KINDS = ("PERSON", "SYSTEM", "SCANNER", "OTHER")
ZONE = {"zone": "Asia/Tokyo"}
ISSUED = "Ref no.,Date,Mark,Holder,Site,Seals"


def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files read in this process: the one of its own has tests of its own."""

    def read(
        data: bytes, mapping: Mapping, templates: list[str], *, step: Callable[[], None]
    ) -> Found:
        step()
        if len(data) > file_bytes_max:
            raise too_large("MiB", file_bytes_max // MIB)
        found = found_in(Asked(data, mapping, templates))
        if found.refused is not None:
            raise FileRefused(found.refused.way, **dict(found.refused.values))
        return found

    monkeypatch.setattr("ledger.web.asking.tables.checking.read", read)


def source(name: str, party: str, kind: str = "PERSON") -> SourceRegistered:
    """A registration of a source."""
    return SourceRegistered(
        id=str(uuid4()), time="2026-03-01T00:00:00.000000+00:00", source=name, registers=name,
        kind=kind, party=party,  # type: ignore[arg-type]  # one of KINDS
    )  # fmt: skip


def sent(
    desk: Served,
    headers: dict[str, str],
    data: bytes,
    template: str | None = "SealsIssued",
    *,
    name: str = "table.csv",
    lang: str = "en",
    mapping: dict[str, Any] | None = None,
    **fields: str,
) -> Any:
    """The answer to a file under a mapping."""
    said = json.dumps(ZONE if mapping is None else mapping)
    given = {"mapping": said, **({"template": template} if template else {}), **fields}
    return desk.client.post(
        "/tables", files={"file": (name, data)}, data=given,
        headers={**headers, "Accept-Language": lang},
    )  # fmt: skip


def committed(desk: Served, headers: dict[str, str], check: str, **words: str) -> Any:
    """The answer to recording a check."""
    return desk.client.post(f"/tables/{check}/commit", params=words, headers=headers)
