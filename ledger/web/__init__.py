"""The web: events come in, answers go out, people work on pages; all of it as somebody's viewer.

`serve` runs it until told to stop; `make_app` is the application for tests and other servers.
"""

from ledger.web.app import make_app
from ledger.web.serving import serve

__all__ = ["make_app", "serve"]
