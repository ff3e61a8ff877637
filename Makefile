# make demo   set up, ingest sample_corpus and answer three queries
# make test   set up, then linters, types, import contracts and all tests but the slow ones

PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell command -v $(name))))
BIN := .venv/bin
DEMO := $(BIN)/docsearch --index .demo/index

.PHONY: demo test test-slow lint bench clean
.DEFAULT_GOAL := demo

.venv/package: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "docsearch needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/dev: .venv/package
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

.venv/bench: .venv/dev
	$(BIN)/python -m pip install --quiet --group bench
	@touch $@

demo: .venv/package
	$(DEMO) ingest sample_corpus
	@echo; echo '$$ docsearch query "the radiators stay cold"'
	@$(DEMO) query -n 3 "the radiators stay cold"
	@echo; echo '$$ docsearch query "what went wrong that night" --path "work/**"'
	@$(DEMO) query -n 2 "what went wrong that night" --path "work/**"
	@echo; echo '$$ docsearch query --json -n 1 "how high is the tide"'
	@$(DEMO) query --json -n 1 "how high is the tide"

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest

test-slow: .venv/dev
	$(BIN)/pytest -m slow

bench: .venv/bench
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
