"""Every benchmark, one after the other; see each module for what its figures mean."""

import runpy
import sys

from bench import ingest, log, project, whole

if __name__ == "__main__":
    for module in (log, project, ingest, whole):
        print(f"\n{module.__name__}", flush=True)
        sys.argv = [module.__name__]
        runpy.run_module(module.__name__, run_name="__main__")
