"""Every setting of the ledger, read once: from the environment, or a file that it names.

A name that is not listed here is an error, so a slip of the pen never silently becomes a default.
"""

from ledger.settings.fields import FIELDS, Settings, masked
from ledger.settings.reading import (
    DEFAULT,
    TEST_NAMES,
    Setting,
    catalogue,
    load,
    names,
    shown,
    told,
)
from ledger.settings.sources import PREFIX

__all__ = [
    "DEFAULT", "FIELDS", "PREFIX", "TEST_NAMES", "Setting", "Settings", "catalogue", "load",
    "masked", "names", "shown", "told",
]  # fmt: skip
