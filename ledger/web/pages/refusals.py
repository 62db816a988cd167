"""What a browser is told instead of a page: sign in, there is none, you may not, come back.

Programs go on getting problem documents: what is told is the same, its form is the asker's.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ledger.errors import LedgerError
from ledger.web.access.viewers import desk_of, session_of
from ledger.web.asking.given import Clocks
from ledger.web.origin import path_of
from ledger.web.pages.language import language_of
from ledger.web.pages.opening import Opening
from ledger.web.pages.rendering import ROOT, address, render
from ledger.web.problems import KINDS, Problem, of_error
from ledger.web.sentences import said

Handler = Callable[[Request, Exception], Awaitable[Response]]
_UNAUTHORISED: Final = 401
_NOT_FOUND: Final = 404
_called_letters_max: Final = 80
_TITLES: Final = {
    401: said("Sign in"),
    403: said("You may not do this"),
    404: said("There is nothing here"),
    409: said("Somebody was faster"),
    413: said("Too much at once"),
    422: said("This cannot be"),
    429: said("Too many requests"),
    503: said("The database is away"),
}
_OTHER: Final = said("Something went wrong")


def install(app: FastAPI) -> None:
    """Let browsers have pages where programs have problem documents."""
    for kind in KINDS:
        told = cast("Handler", app.exception_handlers[kind])
        app.add_exception_handler(kind, _either(told))


def _either(told: Handler) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        problem = of_error(error)  # asked once: what is ours is written to the log there
        documented = await told(request, problem)
        if not _browser(request):
            return documented
        status = documented.status_code
        if status == _UNAUTHORISED:
            return _sign_in(request)
        spoken = language_of(request)
        page = await run_in_threadpool(
            _problem, request, status, spoken.say(_detail(error, problem))
        )
        if (after := documented.headers.get("retry-after")) is not None:
            page.headers["retry-after"] = after
        return page

    return answer


def _problem(request: Request, status: int, detail: str) -> HTMLResponse:
    """The page of a problem, with search and navigation for whoever is signed in."""
    values: dict[str, Any] = {
        "title": _TITLES.get(status, _OTHER),
        "detail": detail,
        "called": _called(request) if status == _NOT_FOUND else "",
    }
    try:
        session = session_of(request)
    except LedgerError:  # the database is away: told without
        session = None
    if session is None:
        return render(request, language_of(request), "problem", status=status, **values)
    opened = Opening(request, session, desk_of(request), Clocks(), language_of(request))
    return opened.show("problem-within", None, status=status, sought=values["called"], **values)


def _called(request: Request) -> str:
    """What was asked for by an address that has nothing: the words of its key."""
    words = [word for word in request.query_params.values() if word and "\0" not in word]
    return " ".join(words)[:_called_letters_max]


def _sign_in(request: Request) -> Response:
    if path_of(request).startswith("/session"):
        return render(
            request, language_of(request), "sign-in", status=_UNAUTHORISED, wrong=True, then=""
        )
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    then = "" if request.method != "GET" else here
    return RedirectResponse(address(request, "sign-in", {"then": then}), status_code=303)


def _browser(request: Request) -> bool:
    path = path_of(request)
    return (
        path == "/"
        or path.startswith(ROOT + "/")
        or "text/html" in request.headers.get("accept", "")
    )


def _detail(error: Exception, problem: Problem) -> str:
    match error:
        case Problem() | LedgerError():
            return problem.detail
        case RequestValidationError():
            return "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors()[:3])
        case _:
            return ""
