# Each target sets up what it needs. `make help` lists them.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
AIRFLOW := .venv-airflow/.ready
QUEUES := .venv-queues/.ready
OLDEST := .venv-airflow-oldest/.ready
COMPILE := tools/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'
# When Airflow 2.11 was new: its lock takes nothing that came later.
OF_2_11 := 2025-07-01
# Workers for the tests; `make test WORKERS=0` runs them in one process.
WORKERS ?= 2

.PHONY: help setup airflow queues run demo-airflow test check bench docs test-deep lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything locked in requirements/ (a second call is instant)

# uv comes from pip, checked against its lock like all the rest.
$(BIN)/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("batchyard needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	touch $@

$(STAMP): $(BIN)/uv requirements/dev.txt pyproject.toml
	tools/uv pip install --quiet --python .venv --require-hashes -r requirements/dev.txt
	tools/uv pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	touch $@

# Environments of their own, since Airflow's provider pins botocore.
$(AIRFLOW) $(OLDEST): .venv-%/.ready: $(BIN)/uv requirements/%.txt pyproject.toml
	rm -rf .venv-$*
	$(BIN)/python -m venv --without-pip .venv-$*
	tools/uv pip install --quiet --python .venv-$* --require-hashes -r requirements/$*.txt
	tools/uv pip install --quiet --python .venv-$* --no-deps --no-build-isolation --editable .
	touch $@

airflow: $(AIRFLOW) $(OLDEST) ## make .venv-airflow and .venv-airflow-oldest: Airflow, for its provider

$(QUEUES): $(BIN)/uv requirements/queues.txt
	rm -rf .venv-queues
	$(BIN)/python -m venv --without-pip .venv-queues
	tools/uv pip install --quiet --python .venv-queues --require-hashes -r requirements/queues.txt
	touch $@

queues: $(QUEUES) ## make .venv-queues: queues on PostgreSQL, beside which tasks are measured

run: $(STAMP) ## the main job: a census of Python's own standard library, on an embedded yard
	$(BIN)/python examples/stdlib_census

demo-airflow: $(STAMP) $(AIRFLOW) ## slots held by tasks that block and that defer, in a chart
	$(BIN)/python examples/airflow_slots

test: $(STAMP) ## the whole suite, real processes included
	-$(MAKE) --no-print-directory airflow
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

check: $(STAMP) ## lint, format, types, floors, hygiene: under a minute
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/house

bench: $(STAMP) ## measure every claim, with a peer beside us
	-$(MAKE) --no-print-directory airflow
	-$(MAKE) --no-print-directory queues
	$(BIN)/python benchmarks

docs: $(STAMP) ## write the reference anew from the code, and build the site into site/
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

test-deep: $(STAMP) ## the laws with many examples, and the mutants they must kill
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --timeout 1200 -k laws
	$(BIN)/python tests/mutants

lock: $(BIN)/uv ## resolve requirements/*.txt anew (UPGRADE=1 takes newer versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group bootstrap -o requirements/uv.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements/uv.txt pyproject.toml --extra server --extra moto --extra metrics --extra top --group dev -o requirements/dev.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements/dev.txt pyproject.toml --extra server -o requirements/server.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group airflow -o requirements/airflow.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group queues -o requirements/queues.txt
	$(COMPILE) --exclude-newer $(OF_2_11) pyproject.toml --group airflow-oldest -o requirements/airflow-oldest.txt
	for client in awscli boto3 luigi redun types; do \
	  $(COMPILE) $(if $(UPGRADE),--upgrade) --group client-$$client -o requirements/client-$$client.txt; \
	done
	$(COMPILE) --resolution lowest-direct pyproject.toml --extra server --group client-floors -o requirements/client-floors.txt

clean: ## remove everything that the targets made
	rm -rf .venv .venv-airflow .venv-airflow-oldest .venv-queues .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist site
	find src tests benchmarks examples docs -name __pycache__ -prune -exec rm -rf {} +
