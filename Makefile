# Everything runs from .venv, which is made at the first use; `make help` says what there is.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
UV_VERSION := 0.13.9
# Relative on purpose: a path with spaces would be cut in two by make.
BIN := .venv/bin
PYTEST_ARGS ?=
# Empty: one test after the other, as is better with --pdb.
WORKERS ?= --numprocesses auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder

.PHONY: help run test prove lint bench words lock

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

run: .venv/run.stamp ## Start the site; Ctrl-C stops it
	@exec $(BIN)/python -m feedsite.run

test: .venv/dev.stamp ## Run every test on throw-away engines
	@exec $(BIN)/python -m pytest $(WORKERS) $(PYTEST_ARGS)

prove: .venv/dev.stamp ## Hold thousands of random histories of the feed against its oracle; 10 minutes and more
	@exec env PROVE=1 $(BIN)/python -m pytest tests/test_machine.py tests/test_crowd.py tests/test_defects.py \
		tests/test_bench.py tests/test_every_page.py tests/test_any_request.py $(PYTEST_ARGS)

lint: .venv/dev.stamp ## Style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/dev.stamp ## Measure the feed, or what BENCH="fan_out http" names; writes bench/results/latest.json
	@exec $(BIN)/python -m bench $(BENCH)

words: .venv/dev.stamp ## Bring the translations up to date with the sources, and say what is missing
	@exec $(BIN)/python -m tests.catalogs

lock: .venv/venv.stamp ## Make the pinned requirement files again
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt

LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.venv/venv.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed (with venv); $(PYTHON) is not. Name another: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "Making .venv"
	@$(PYTHON) -m venv .venv || { echo "The venv module is missing: install python3-venv." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || \
		echo "uv is not to be had: pip will do, slower."
	@touch $@

# uv is quick; pip reads settings (mirrors, proxies, certificates) that uv does not, so it has the last word.
INSTALL = $(BIN)/uv pip install --system-certs --python $(BIN)/python --require-hashes --requirement $(1) || \
	{ echo "uv could not; pip takes over"; false; } || \
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement $(1)

.venv/run.stamp: requirements.txt .venv/venv.stamp
	@echo "Installing what the site needs"
	@$(call INSTALL,requirements.txt)
	@touch $@

.venv/dev.stamp: requirements.txt requirements-dev.txt .venv/venv.stamp
	@echo "Installing what the site and its tests need"
	@$(call INSTALL,requirements-dev.txt)
	@touch $@ .venv/run.stamp
