"""Every benchmark, one after the other; see each module for what its figures mean."""

import sys

from bench import (
    analysts,
    audit,
    deep,
    ingest,
    log,
    project,
    small_batches,
    tables,
    web,
    whole,
)

if __name__ == "__main__":
    for module in (
        log, project, small_batches, audit, deep, ingest, tables, analysts, web, whole,
    ):  # fmt: skip
        print(f"\n{module.__name__}", flush=True)
        sys.argv = [module.__name__]
        module.main()
