# One command for each thing a newcomer, a developer or a machine does here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where nobody sits at a terminal the demo prints and ends instead of serving its desk.
ONCE := $(shell test -t 0 || echo --once)

# A process a core, each with servers of its own; who is done takes over tests of the others.
PROCESSES ?= logical
SIDE_BY_SIDE = -n $(PROCESSES) --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo docs docs-serve demo-kafka test test-bench test-fast pictures faults bench bench-peers profile hostile lint format types lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(BIN)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is older (set PYTHON=)" >&2; exit 2; }
	@echo "installing into $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(BIN)/.developer: requirements-dev.lock $(BIN)/.installed
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(BIN)/.installed ## a season through the ledger, the reconciliation on the screen
	@$(BIN)/ledger demo $(ONCE)

demo-kafka: $(BIN)/.installed ## the same through a real local broker (Java 17, Maven)
	@$(BIN)/ledger demo --kafka $(ONCE)

# What is compiled is kept also where the environment says not to: each of hundreds of processes
# would compile the ledger anew.
test test-fast test-bench: export PYTHONDONTWRITEBYTECODE =

test: $(BIN)/.developer ## all but the benchmarks' own tests; what needs a broker is skipped where Java or Maven is missing
	@$(BIN)/python -m pytest -q -ra --durations=20 $(SIDE_BY_SIDE) --ignore tests/bench

test-bench: $(BIN)/.developer ## every benchmark at a small size: whether it works, not how fast
	@$(BIN)/python -m pytest -q -ra --durations=20 $(SIDE_BY_SIDE) tests/bench

test-fast: $(BIN)/.developer ## the tests without broker and browser, under 30 s
	@$(BIN)/python -m pytest -q -n 2 --hypothesis-profile fast \
	  -m 'not kafka and not browser and not slow'

docs: $(BIN)/.developer ## the handbook as a site, in artefacts/handbook
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

docs-serve: $(BIN)/.developer ## the handbook while one writes it, at http://127.0.0.1:8001
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve --dev-addr 127.0.0.1:8001

pictures: $(BIN)/.developer ## the pictures of README and handbook, from the running product (Chromium)
	@$(BIN)/python -m tests.web.pages.pictures

faults: $(BIN)/.developer ## the kill tests at full length
	@LEDGER_FAULT_ROUNDS=20 $(BIN)/python -m pytest -q tests/fault \
	  --deselect tests/fault/test_auditor_killed.py
	@LEDGER_FAULT_ROUNDS=50 $(BIN)/python -m pytest -q tests/fault/test_auditor_killed.py

bench: $(BIN)/.developer ## rates, ratios to a calibration loop, memory
	@$(BIN)/python -m bench

bench-peers: $(BIN)/.developer ## the ledger beside its peers, each ratio beside its target (Java 17, Maven; 20 minutes)
	@$(BIN)/python -m bench.peers --json artefacts/peers.json
	@$(BIN)/python -m bench.plots artefacts/peers.json --into artefacts

profile: $(BIN)/.developer ## a flame graph of WHAT=ingest|project|audit|load, as SVG
	@$(BIN)/python -m bench.profile_of $(or $(WHAT),ingest)

hostile: $(BIN)/.developer ## what one hostile sender costs everybody, each bound met or not
	@$(BIN)/python -m bench.hostile

lint: $(BIN)/.developer ## style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(BIN)/.developer ## mend the style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(BIN)/.developer ## mypy strict
	@$(BIN)/mypy

lock: $(BIN)/.developer ## resolve the dependencies anew
	@$(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header \
	  --extra build --output-file requirements.lock pyproject.toml
	@$(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header \
	  --extra build --extra analysts --extra dev --output-file requirements-dev.lock pyproject.toml

clean: ## remove what was installed and made here, the demo's home with it
	@test ! -x $(BIN)/ledger || $(BIN)/ledger demo --remove
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis artefacts *.egg-info
