"""Which pages are made while the site is built, and of what."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from handbook import analysts, api, events, law, program, rules

_Make = Callable[[Path], str]


def _copied(name: str) -> _Make:
    """A document that stands at the root of the project, where people look for it."""
    return lambda root: (root / name).read_text(encoding="utf-8")


MADE: Final[Mapping[str, _Make]] = {
    "reference/events.md": events.overview,
    **{f"reference/events-{name}.md": events.page_of_group(name) for name in events.GROUPS},
    "reference/rules.md": rules.rules,
    "reference/codes.md": law.codes,
    "reference/law.md": law.law,
    "reference/api.md": api.api,
    "reference/analysts.md": analysts.analysts,
    "reference/commands.md": program.commands,
    "reference/exit-codes.md": program.exit_codes,
    "reference/settings.md": program.named_settings,
    "reference/policy.md": program.waits,
    "reference/metrics.md": program.metric_names,
    "security.md": _copied("SECURITY.md"),
    "changes.md": _copied("CHANGELOG.md"),
}
"""By path below `docs`, where no file of that name may lie."""


@cache
def made_pages(root: Path) -> dict[str, str]:
    """The text of each, from the code of the project at `root`."""
    return {path: make(root) for path, make in MADE.items()}
