"""Lists on their way out: JSON, CSV and workbooks of one snapshot, whole, in pieces as they come.

What fails before the first piece is a problem document. What fails later breaks the connection: no
list ever ends early as if it were whole.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from tempfile import TemporaryFile
from threading import Condition
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import anyio
import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ledger.facts.scalars import time_text
from ledger.listing.notes import Notes
from ledger.listing.values import Row, plain, reader
from ledger.log.seeing import Viewer
from ledger.rules.moments import JAPAN
from ledger.sheets.book import write_list
from ledger.sheets.csv_text import lines
from ledger.sheets.workbook import UNDATED
from ledger.web.asking.forms import TYPES, Form
from ledger.web.asking.given import next_cursor
from ledger.web.asking.listing import WHOLE, Listing, Part, together_max
from ledger.web.desk import Desk, Looking
from ledger.web.problems import Problem, said

written_at_once_max: Final = 8
"""Lists on their way at one time: each holds a connection to the database until it is sent."""
written_of_one_max: Final = 2
"""Of these the lists of one token: nobody who reads slowly keeps the others from theirs."""
_wait_seconds: Final = 5.0
piece_bytes: Final = 64 * 1024
_idle_seconds_max: Final = 600
"""Between two statements of a list that is read slowly; who reads slower is cut off before."""
_POLICY: Final = "SELECT policy FROM audit"
"""The digest of the policy, and that of the rules."""
_NOT_ASKED: Final = frozenset(
    {"format", "headings", "bom", "limit", "cursor", "as_of", "known_at", "page", "sort", "form"}
)
"""Words of an address that do not say which rows."""
_UNSAFE: Final = str.maketrans(dict.fromkeys('/\\:*?"<>|\r\n\t\0 ', "-"))


class Room:
    """Room for lists on their way: for so many at one time, and for fewer of one token."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def for_one(self, token: str) -> Iterator[None]:
        """Take a place and give it back; raises Problem 503 where none becomes free in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(token), _wait_seconds):
                raise Problem(
                    503, said("Too much is on its way at once."), headers={"Retry-After": "5"}
                )
            self._taken[token] += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= Counter({token: 1})  # what is down to none is forgotten
                self._changed.notify_all()

    def _has_room(self, token: str) -> bool:
        return self._taken.total() < written_at_once_max and self._taken[token] < written_of_one_max


room: Final = Room()


class Head(NamedTuple):
    """What is told of an answer before any of it."""

    headers: dict[str, str]


Pieces = Generator[Head | bytes, None, None]


def written(
    request: Request,
    desk: Desk,
    viewer: Viewer,
    form: Form,
    listing: Listing,
    part: Part = WHOLE,
) -> Response:
    """The answer to whoever asks for a list in a form that is no page."""
    asked = _Asked(request, desk, viewer, form, listing, part)
    make = {"json": _json, "csv": _csv, "xlsx": _xlsx}[form.kind]
    pieces = make(asked)
    head, first = next(pieces), next(pieces, b"")
    assert isinstance(head, Head)  # noqa: S101 -- as every maker begins
    assert isinstance(first, bytes)  # noqa: S101 -- as every maker goes on
    second = next(pieces, None)
    if second is None:
        return Response(first, headers=head.headers)
    return Streamed(chain((first, second), pieces), pieces.close, head.headers)


class Streamed(StreamingResponse):
    """A list that is sent as it is read; what it holds is let go however that ends."""

    def __init__(
        self, pieces: Iterable[Any], close: Callable[[], None], headers: Mapping[str, str]
    ) -> None:
        super().__init__(pieces, headers=headers)
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._close)


class _Asked(NamedTuple):
    request: Request
    desk: Desk
    viewer: Viewer
    form: Form
    listing: Listing
    part: Part

    @contextmanager
    def looking(self) -> Iterator[Looking]:
        """One snapshot, for as long as the list is read."""
        with room.for_one(self.viewer.token), self.desk.looking(self.viewer) as looking:
            looking.rows.execute(
                f"SET LOCAL idle_in_transaction_session_timeout = {_idle_seconds_max * 1000}"
            )
            yield looking

    def rows(self, looking: Looking) -> tuple[Iterable[Row], str | None]:
        """The rows, and what leads on behind them where they are a part."""
        limit, key = self.part.limit, self.listing.key
        if limit is None or key is None:
            return self.listing.rows(looking, together_max), self.part.following
        found = [*islice(self.listing.rows(looking, min(limit + 1, together_max)), limit + 1)]
        following = next_cursor([*key(found[limit - 1])]) if len(found) > limit else None
        return found[:limit], following

    def values(self, rows: Iterable[Row], *, steady: bool = False) -> Iterator[list[Any]]:
        """Rows as their columns read them; `steady` = without the moment of the answer."""
        read, flat = reader(self.listing.table), self.listing.flat
        left_out = [
            place
            for place, column in enumerate(self.listing.table)
            if steady and column.code in self.listing.momentary
        ]
        for row in rows:
            values = read(flat(row))
            for place in left_out:
                values[place] = None
            yield values

    def told(self, rows: Iterable[Row]) -> Iterable[Row]:
        """Rows as JSON has them: of a page what its columns read, of a program's list all."""
        if not self.listing.by_column:
            return rows
        return (plain(values, self.listing.table) for values in self.values(rows))

    def head(self, looking: Looking, following: str | None) -> Head:
        """The headers of an answer."""
        clocks, form = self.listing.clocks, self.form
        now = time_text(max(self.desk.now(), self.desk.log.recorded_last()), JAPAN)
        position = clocks.position(looking)
        told = {
            "Content-Type": TYPES[form.kind],
            "Ledger-Position": str(position),
            "Ledger-Behind": str(looking.standing.behind),
            "Ledger-As-Of": _clock(clocks.as_of) or now,
            "Ledger-Known-At": _clock(clocks.known_at) or now,
            "Ledger-Simulation": "true" if looking.standing.simulation else "false",
            "Vary": "Accept",
        }
        if form.kind == "csv":
            told["Content-Type"] += "; charset=utf-8; header=present"
        if form.named or form.kind != "json":
            told["Content-Disposition"] = f"attachment; filename*=UTF-8''{self._name(position)}"
        return Head(told | ({"Ledger-Next": following} if following else {}))

    def _name(self, position: int) -> str:
        """What a file is called: what, of whom, for when, at which position."""
        words = self.request.query_params
        between = "--".join(filter(None, (words.get("from"), words.get("to"))))
        when = words.get("period") or between or words.get("as_of", "")[: len("2026-04-02")]
        named = [self.listing.table.called(self.language), self.viewer.party, when, str(position)]
        plain = "_".join(filter(None, named)).translate(_UNSAFE)
        return quote(f"{plain}.{self.form.kind}", safe="")

    @property
    def language(self) -> str:
        """The language of the file's own words."""
        return "ja" if self.form.headings == "ja" else "en"

    def notes(self, looking: Looking) -> tuple[Notes, datetime]:
        """What a workbook says of itself, and its date: when its position was recorded."""
        clocks = self.listing.clocks
        position = clocks.position(looking)
        last = self.desk.log.at([position])
        row = looking.rows.execute(_POLICY).fetchone()
        notes = Notes(
            filters={
                name: ",".join(self.request.query_params.getlist(name))
                for name in sorted(self.request.query_params.keys() - _NOT_ASKED)
                if self.request.query_params[name]
            },
            role=self.viewer.role,
            party=self.viewer.party,
            as_of=_clock(clocks.as_of),
            known_at=_clock(clocks.known_at),
            position=position,
            recorded_at=time_text(last[0].recorded_at, JAPAN) if last else None,
            policy=row[0].partition(" ")[0] if row else "",
            simulation=looking.standing.simulation,
        )
        made = datetime.fromisoformat(time_text(last[0].recorded_at, 0)[:19]) if last else UNDATED
        return notes, made


def _clock(at: int | None) -> str | None:
    return None if at is None else time_text(at, JAPAN)


def _json(asked: _Asked) -> Pieces:
    listing = asked.listing
    with asked.looking() as looking:
        rows, following = asked.rows(looking)
        yield asked.head(looking, following)
        told = {
            "position": listing.clocks.position(looking),
            "behind": looking.standing.behind,
            "simulation": looking.standing.simulation,
            **listing.told(looking),
        }
        before = msgspec.json.encode(told, enc_hook=str)[:-1]
        behind = msgspec.json.encode(following)
        encode = msgspec.json.Encoder(enc_hook=str).encode
        piece = bytearray(before + b',"' + listing.name.encode() + b'":[')
        between = b""
        for row in asked.told(rows):
            piece += between + encode(row)
            between = b","
            if len(piece) >= piece_bytes:
                yield bytes(piece)
                piece.clear()
        piece += b'],"next":' + behind + b"}" if listing.key is not None else b"]}"
        yield bytes(piece)


def _csv(asked: _Asked) -> Pieces:
    form = asked.form
    with asked.looking() as looking:
        rows, following = asked.rows(looking)
        yield asked.head(looking, following)
        names = [column.called(form.headings) for column in asked.listing.table]
        yield from lines(names, asked.values(rows), bom=form.bom)


def _xlsx(asked: _Asked) -> Pieces:
    with TemporaryFile() as out:
        with asked.looking() as looking:
            rows, following = asked.rows(looking)
            notes, made = asked.notes(looking)
            values = asked.values(rows, steady=asked.listing.clocks.as_of is None)
            write_list(
                out, asked.listing.table, values, notes, headings=asked.form.headings, made=made
            )
            head = asked.head(looking, following)
        head.headers["Content-Length"] = str(out.tell())
        yield head
        out.seek(0)
        while piece := out.read(piece_bytes):
            yield piece
