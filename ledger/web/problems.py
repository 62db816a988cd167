"""Problem details (RFC 9457): every answer that is no answer says why, in one form.

No input reaches a client as anything else, and none shows how the ledger works inside.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from ledger.errors import Conflict, LedgerError, Malformed, Misuse, NotPermitted, Unavailable
from ledger.web import sentences

PROBLEM_TYPE: Final = "application/problem+json"
retry_after_seconds: Final = 2
CLIENT_GONE: Final = 499
sentence_characters_max: Final = 500

said: Final = sentences.said
"""Who answers problems finds it here."""
_log = logging.getLogger("ledger.web")


class Problem(Exception):  # noqa: N818  (it is an answer, not a fault of ours)
    """An answer that says why there is no other.

    `fields` name what was wrong with a request, `extra` are further members of the document.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        fields: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.extra = dict(extra or {})
        self.status = status
        self.detail = detail
        self.fields = fields
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """What its status is called."""
        return HTTPStatus(self.status).phrase


def answer(problem: Problem) -> Response:
    """The response of a problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail[:sentence_characters_max],
    }
    if problem.fields:
        body["errors"] = [
            {"field": field, "detail": detail[:sentence_characters_max]}
            for field, detail in problem.fields
        ]
    return Response(
        msgspec.json.encode(body | problem.extra),
        status_code=problem.status,
        headers=problem.headers,
        media_type=PROBLEM_TYPE,
    )


async def told(request: Request, problem: Problem) -> Response:
    """The response of a problem in the form that its asker reads: a document, or a page."""
    handlers: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]]
    handlers = request.app.exception_handlers
    return await handlers[Problem](request, problem)


def gone() -> Response:
    """What is answered to somebody who is no longer there; counted as no failure of ours."""
    return Response(status_code=CLIENT_GONE)


def unauthorised(detail: str = "This needs a valid token.") -> Problem:
    """Nobody we know is asking."""
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="ledger"'})


def forbidden(detail: str) -> Problem:
    """Somebody asks for what the role may not do."""
    return Problem(403, detail)


def not_found(what: str) -> Problem:
    """There is none, or none that the viewer may see: nobody learns which."""
    return Problem(404, f"There is no {what} here.")


def invalid(field: str, detail: str) -> Problem:
    """A parameter that cannot be."""
    return Problem(422, f"{field}: {detail}", fields=[(field, detail)])


def of_error(error: Exception) -> Problem:  # noqa: PLR0911 -- one for each kind
    """The problem of an error: of a request that cannot be, or of ours."""
    match error:
        case Problem():
            return error
        case HTTPException():
            return Problem(error.status_code, _sentence(error), headers=error.headers)
        case RequestValidationError():
            told = ((_path(one["loc"]), str(one["msg"])) for one in error.errors())
            fields = list(dict.fromkeys(told))
            detail = "; ".join(f"{field}: {said}" for field, said in fields[:3])
            return Problem(422, detail, fields=fields)
        case Unavailable():
            _log.warning("%s", error)
            return Problem(
                503,
                "The ledger's database is away; nothing was written. Try again.",
                headers={"Retry-After": str(retry_after_seconds)},
            )
        case Conflict():
            return Problem(409, str(error))
        case NotPermitted():
            return Problem(403, error.sentence)
        case Misuse():
            return Problem(
                422, error.sentence, fields=[(error.field, str(error))] if error.field else ()
            )
        case Malformed():
            return Problem(422, str(error))
        case _:
            _log.error("%s", error, exc_info=error)
            return Problem(500, "The ledger failed; nothing was written.")


KINDS: Final = (Problem, LedgerError, HTTPException, RequestValidationError, Exception)
"""What becomes a problem, each kind with all that are of it."""


def install(app: FastAPI) -> None:
    """Let every error of an application become a problem."""

    async def problem(_request: Request, error: Exception) -> Response:
        return answer(of_error(error))

    async def client_gone(_request: Request, _error: Exception) -> Response:
        return gone()

    for kind in KINDS:
        app.add_exception_handler(kind, problem)
    app.add_exception_handler(ClientDisconnect, client_gone)


def _path(place: Sequence[object]) -> str:
    """Name a field as its sender does: `where.ids[0]`, without the words for where it stood."""
    where, *parts = place
    if where == "query":
        return str(parts[0])
    # The ways in which a value was tried, such as `literal['all']`, are no fields.
    named = [part for part in parts if isinstance(part, int) or "[" not in str(part)]
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in named)
    return text.removeprefix(".") or str(where)


def _sentence(error: HTTPException) -> str:
    match error.status_code:
        case 404:
            return "There is nothing at this address."
        case 405:
            return "This address does not know that method."
        case _:
            return str(error.detail)
