# One command for each thing a newcomer does. Nothing here needs Node.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
SPECS ?= ../shared/specs
WORKERS ?= 2
PORT ?= 8000
# Checks read settings and tables' definitions, and touch no database.
OFFLINE := DATABASE_URL=none: DJANGO_SETTINGS_MODULE=conserje.config.settings
# Rooms of the data floor from the lowest to the highest: the order in which their migrations are made.
ROOMS := tenancy journal receivables integrations arrangements outreach recovery
PYTHON := $(shell command -v python3)

.PHONY: help install install-dev demo test test-official test-long test-draws check check-code check-tests bench screenshots migrations new-country

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1 - \2/'

install: .venv/installed  ## Make .venv with everything Conserje runs on

.venv/installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

install-dev: .venv/installed-dev  ## The same, with what tests and checks need

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

demo: install  ## A believable book with its own clock, its links printed
	CONSERJE_HOME=$${CONSERJE_HOME:-$(CURDIR)/.conserje} $(BIN)/conserje demo --port $(PORT)

test: install-dev  ## Everything but the long and the official parts
	CHROMIUM="$$(tests/find-chromium)"
	export CHROMIUM
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long and not official" $(ARGS)

test-long: install-dev  ## The long draws and the big books
	$(BIN)/python -m pytest -n $(WORKERS) -m long $(ARGS)

test-draws: install-dev  ## Drawn properties by other, many more draws than `make test` makes
	$(BIN)/python -m pytest tests/unit tests/contracts -n $(WORKERS) -m "not long" --hypothesis-profile=far $(ARGS)

test-official: install-dev  ## The database tests on Debian's PostgreSQL, and what $(SPECS) has in store
	SPECS="$(SPECS)" tests/official $(ARGS)

check: install-dev  ## Style, types, floors, migrations, words, quick tests: under a minute, starts no server
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-code check-tests

check-code:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet src/conserje
	$(BIN)/codespell src docs *.md
	$(BIN)/mypy
	$(OFFLINE) $(BIN)/python -m django makemigrations --check --dry-run

# One process: the checks of the code keep the other core busy, and collecting twice costs more than it gives.
check-tests:
	$(BIN)/python -m pytest tests/tidy tests/unit -n 0 -m "not long and not slow" --hypothesis-profile=quick

bench: install-dev  ## Measure, on an otherwise idle machine: BENCH="--invoices 1000000 --customers 250000" for a large book
	$(BIN)/conserje bench run $(BENCH)
	$(BIN)/python -m tests.bench

screenshots: install-dev  ## Every page of a running demo at 360 and 1280 px: ARGS="WORKBENCH MAILBOX PORTAL-LINK"
	CHROMIUM="$$(tests/find-chromium)"
	export CHROMIUM
	$(BIN)/python -m tests.journeys.screenshots $(ARGS)

migrations: install-dev  ## make migrations NAME=what_changes [ROOM=receivables], room by room in floor order
	test -n "$(NAME)" || { echo "Give the migration a name: make migrations NAME=what_changes"; exit 2; }
	for room in $(if $(ROOM),$(ROOM),$(ROOMS)); do
		$(OFFLINE) $(BIN)/python -m django makemigrations "$$room" --name "$(NAME)"
	done

new-country: install-dev  ## make new-country CC=zz: a folder that the contract suite refuses until it is finished
	$(BIN)/python -m tests.contracts.new_country "$(CC)"
