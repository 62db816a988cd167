"""Words that an address or a form brings: bounded, and never what a database cannot hold."""

from typing import Annotated

from fastapi import Form, Query

from ledger.web.api.parameters import TEXT_PATTERN

Id = Annotated[str, Query(max_length=80, pattern=TEXT_PATTERN)]
Key = Annotated[str, Query(max_length=300, pattern=TEXT_PATTERN)]
"""Ids joined by spaces."""
Sought = Annotated[str, Query(max_length=2_000, pattern=TEXT_PATTERN)]
Typed = Annotated[str, Form(max_length=80, pattern=TEXT_PATTERN)]
