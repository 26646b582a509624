# The one door: `make help` lists everything; CI runs `make check` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast check bench faults fuzz dist lock clean

PYTHON ?= python3
ENGINE ?= duckdb
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --require-hashes --requirement
SELF := $(PIP) install --no-deps --no-build-isolation --editable .

help: ## what there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: $(VENV)/.runtime ## make .venv from the lock (no test or bench extras)

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml
	@$(PYTHON) scripts/needs.py python
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) requirements/runtime.lock
	$(SELF)
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	$(INSTALL) requirements/dev.lock
	@touch $@

demo: setup ## simulate a small city, run one night, show the leads (ENGINE=duckdb|spark)
	@$(BIN)/python scripts/demo.py --engine $(ENGINE)

test: $(VENV)/.dev ## every test (faults, fuzz and bench apart); needs Java 17+ and Chromium
	@$(BIN)/python scripts/needs.py java chromium
	$(BIN)/python -m pytest -n 2 -m "not spark and not chromium and not faults"
	$(BIN)/python -m pytest -m "(spark or chromium) and not faults"

test-fast: $(VENV)/.dev ## the tests without Spark and Chromium
	$(BIN)/python -m pytest -n 2 -m "not spark and not chromium and not faults"

check: $(VENV)/.dev ## format, lint, types, imports, rules and knowledge, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/fundguard rules lint
	$(BIN)/python scripts/check_dependencies.py

bench: $(VENV)/.dev ## speed, memory and growth; results as JSON under docs/bench
	$(BIN)/python -m tests.bench.night
	$(BIN)/python -m tests.bench.fused_rules --home var/bench --engine duckdb
	$(BIN)/python -m tests.bench.fused_rules --home var/bench --engine spark

faults: $(VENV)/.dev ## kill the night in each of its jobs, and see it end the same
	$(BIN)/python -m pytest tests/night -m "faults"

fuzz: $(VENV)/.dev ## long property tests
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests -m "not spark and not chromium" -k "property or random"

dist: $(VENV)/.dev ## wheel, and the zip that Spark's --py-files takes
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	cp dist/fundguard-*.whl dist/fundguard.zip

lock: ## resolve the lock files again (needs uv)
	uv pip compile --universal --python-version 3.11 --no-header --no-emit-index-url --generate-hashes \
	  pyproject.toml --extra setup -o requirements/runtime.lock
	uv pip compile --universal --python-version 3.11 --no-header --no-emit-index-url --generate-hashes \
	  pyproject.toml --extra setup --extra test --extra check --extra bench -c requirements/runtime.lock \
	  -o requirements/dev.lock

clean: ## remove what make made (var/ and the data in it stay)
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
