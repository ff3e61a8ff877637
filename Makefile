# make demo   set up, ingest sample_corpus and answer three queries
# make eval   measure retrieval on sample_corpus, or COLLECTIONS="FOLDER NAME.jsonl ..."
# make multilingual   fetch, convert and install the models of the profile multilingual
# make man    write the manual pages in docs/man anew from the commands
# make test-ocr   the tests of text recognition with its real engine, installed into .venv-ocr
# make test   set up, then linters, types, import contracts and all tests but the slow ones
# make browser   install a headless browser, and run the tests of the search page in it
# make torture   kill the program at random calls, ROUNDS=200 times with SEED=1, and check the index
# make check PYTHON=python3.13 VENV=.venv-3.13   the tests alone, on another Python

# The first that runs and is new enough: a version manager's shim may be there and refuse.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
# Tests that run at the same time: one a core, four at most, since each may hold a model.
JOBS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 4 ? cores : 4)))
COLLECTIONS ?= sample_corpus
ROUNDS ?= 200
SEED ?= 1
DEMO := $(BIN)/docsearch --index .demo/index

.PHONY: man multilingual demo test check test-slow test-ocr browser install-browser torture lint bench eval clean
.DEFAULT_GOAL := demo

$(VENV)/package: pyproject.toml
	@test -n "$(PYTHON)" || { echo "docsearch needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/dev: $(VENV)/package
	$(BIN)/python -m pip install --quiet --editable '.[mlx]' --group dev
	@touch $@

$(VENV)/bench: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group bench
	@touch $@

demo: $(VENV)/package
	$(DEMO) ingest sample_corpus
	@echo; echo '$$ docsearch query "the radiators stay cold" -n 2'
	@$(DEMO) query "the radiators stay cold" -n 2
	@echo; echo '$$ docsearch query "Why did monitoring stay silent during the outage?" -n 1'
	@$(DEMO) query "Why did monitoring stay silent during the outage?" -n 1
	@echo; echo '$$ docsearch query "may we keep a dog in the flat" --json -n 1'
	@$(DEMO) query "may we keep a dog in the flat" --json -n 1

man: $(VENV)/package
	$(BIN)/python -P -m tui.man_pages docs/man

multilingual: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group models
	$(BIN)/python -m scripts.make_multilingual
	$(BIN)/python -m pip install --quiet ./packages/multilingual

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint check

check: $(VENV)/dev
	$(BIN)/pytest --numprocesses $(JOBS) --dist loadgroup

test-slow: $(VENV)/dev
	$(BIN)/pytest -m slow

.venv-ocr/ready: pyproject.toml
	$(PYTHON) -m venv .venv-ocr
	.venv-ocr/bin/python -m pip install --quiet --upgrade pip
	.venv-ocr/bin/python -m pip install --quiet --editable '.[ocr]' --group dev
	@touch $@

test-ocr: .venv-ocr/ready
	.venv-ocr/bin/pytest tests/test_ocr.py

# Debian and its kin have the browser as a package; elsewhere Playwright downloads one.
install-browser: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group browser
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null \
	  || { command -v apt-get >/dev/null && apt-get update -qq \
	       && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends chromium-headless-shell >/dev/null; } \
	  || $(BIN)/python -m playwright install chromium-headless-shell

browser: install-browser
	$(BIN)/pytest -m browser

torture: $(VENV)/dev
	$(BIN)/python -m tests.torture --rounds $(ROUNDS) --seed $(SEED)

bench: $(VENV)/bench
	$(BIN)/python -m benchmarks

eval: $(VENV)/package
	@for collection in $(COLLECTIONS); do $(BIN)/docsearch eval $$collection --work .demo/eval/$$(basename $$collection) || exit 1; done

clean:
	rm -rf .venv .venv-* .demo .torture .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
