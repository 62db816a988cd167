"""What a route is asked by a name that it does not know is refused by that name.

Ignored it would be answered as if it had never been asked: a list as of a time that it does not
have, cases of another party.
"""

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from ledger.web.access.asking import Asking
from ledger.web.problems import Problem

_said = "not asked here"
_asked: dict[str, frozenset[str]] = {}
"""By route; there are as many as the application has."""


async def known_parameters(request: Request, viewer: Asking) -> None:
    """Refuse parameters that the route does not have; who asks is asked first."""
    del viewer
    route = request.scope["route"]
    assert isinstance(route, APIRoute)  # noqa: S101 -- a dependency of such routes alone
    unknown = [name for name in request.query_params if name not in _parameters(route)]
    if unknown:
        known = ", ".join(sorted(_parameters(route))) or "none"
        raise Problem(
            422,
            f"{unknown[0]}: {_said}; known are {known}.",
            fields=[(name, _said) for name in unknown],
        )


def _parameters(route: APIRoute) -> frozenset[str]:
    found = _asked.get(route.unique_id)
    if found is None:
        found = _asked[route.unique_id] = frozenset(
            field.alias
            for field in get_flat_params(route.dependant)
            if isinstance(field.field_info, params.Query)
        )
    return found
