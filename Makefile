# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH :=
# Threads that wait for each other by spinning starve the rest of a small machine.
export OMP_WAIT_POLICY := passive
# uv is quick; pip stands in where uv cannot reach the registry, as behind a certificate that only pip was told of.
INSTALL = VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet $(1) || $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1)
# Two processes; what shares a world, a release or a server (xdist_group) runs in one of them.
TESTS := $(BIN)/pytest -n 2 --dist loadgroup
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

.PHONY: help assets demo demo-data test checks tests lint types contracts test-core test-django test-databases test-browser thorough screenshots test-docs reference measure chaos nonsense lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 22

.venv/tools.stamp: requirements/tools.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Foreview needs Python 3.11 or later; $(PYTHON) is older. Set PYTHON=/path/to/python3.11"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv || { echo "Python's venv module is incomplete; on Debian: apt install python3-venv"; rm -rf .venv; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/run.stamp: .venv/tools.stamp requirements/run.lock pyproject.toml
	$(call INSTALL,--require-hashes -r requirements/run.lock)
	$(call INSTALL,--no-deps --no-build-isolation -e .)
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.lock
	$(call INSTALL,--require-hashes -r requirements/dev.lock)
	@touch $@

ASSETS := backend/downloader/static/foreview
$(ASSETS)/pages.js: .venv/tools.stamp frontend/package-lock.json frontend/build.js $(wildcard frontend/src/*)
	cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --silent && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build

assets: $(ASSETS)/pages.js  ## bundle what pages run in the browser

demo: demo-data  ## an invented world, trained and forecast, then the site on 127.0.0.1:8000
	$(BIN)/python backend/manage.py runserver --noreload 127.0.0.1:8000

demo-data: .venv/run.stamp assets  ## the same without the server
	$(BIN)/python backend/manage.py migrate --verbosity 0
	$(BIN)/python backend/manage.py seed_demo

# Checks that use one core run beside the tests, which leave one idle where a group of theirs is long.
test: .venv/dev.stamp assets  ## every check; what CI runs
	$(MAKE) --no-print-directory --jobs 2 checks tests

checks: lint types contracts  ## style, types and import directions

tests:  ## all tests, one target after the other
	$(MAKE) --no-print-directory --jobs 1 test-core test-django test-browser

lint: .venv/dev.stamp  ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp  ## mypy --strict
	$(BIN)/mypy

contracts: .venv/dev.stamp  ## import directions
	PYTHONPATH=src:backend $(BIN)/lint-imports --no-logo

test-core: .venv/dev.stamp  ## the core: unit, property, truth and contract tests, documentation, examples in docstrings
	$(TESTS) --doctest-modules src tests --ignore=tests/backend --ignore=tests/browser

test-docs: .venv/dev.stamp  ## the documentation alone
	$(BIN)/pytest tests/contracts/test_docs.py

test-django: .venv/dev.stamp  ## the Django tests on PostgreSQL, and on SQLite those whose outcome can hang on the dialect
	$(BIN)/python tests/postgres.py $(TESTS) tests/backend
	$(TESTS) -m dialect tests/backend

test-databases: .venv/dev.stamp  ## all Django tests on PostgreSQL, then all on SQLite
	$(BIN)/python tests/postgres.py $(TESTS) tests/backend
	$(TESTS) tests/backend

test-browser: .venv/dev.stamp assets  ## the pages in Chromium, with a server and a worker of their own
	$(TESTS) tests/browser

thorough: .venv/dev.stamp  ## the properties of the core on twice as many examples as `make test` tries
	THOROUGH=1 $(TESTS) tests/core/test_invariants.py tests/oracles

screenshots: .venv/dev.stamp assets  ## every page, on a phone and a desk, light and dark, into build/screenshots; renews those of the README
	$(BIN)/python -m tests.browser.screenshots

reference: .venv/dev.stamp  ## renew the generated pages and pictures
	for page in catalogue cli features sources; do $(BIN)/python docs/reference/$$page.py || exit 1; done
	$(BIN)/python docs/images/fan.py

measure: .venv/run.stamp  ## renew docs/explanation/measurements.md; one section: python -m benchmarks.measure scale
	$(BIN)/python -m benchmarks.measure

chaos: .venv/run.stamp  ## kill -9 a hundred processes that import, train, publish, promote, forecast and mature labels
	$(BIN)/python -m benchmarks.chaos

nonsense: .venv/dev.stamp  ## ask each operation of the API 400 times what its description allows, and what it does not
	NONSENSE_EXAMPLES=200 $(TESTS) tests/backend/test_api_nonsense.py

lock: .venv/tools.stamp  ## renew the lock files
	$(COMPILE) pyproject.toml --extra django -o requirements/run.lock
	$(COMPILE) pyproject.toml --extra django --extra google --group dev -c requirements/run.lock -o requirements/dev.lock
	$(COMPILE) --group tools -c requirements/dev.lock -o requirements/tools.lock

clean:  ## remove the environment and everything the demo made
	rm -rf .venv .demo
