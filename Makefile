# One word per task. `make demo` and `make test` are all a newcomer needs; both do their own set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
ARGS ?=

.PHONY: help demo test check bench messages permissions format setup lock

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /make \1\t/' | expand -t 20

demo: ## The sample week, running on http://127.0.0.1:8000/ (PORT=… for another port, ARGS="--reset …" for the command's options)
	@scripts/setup.sh run
	@.venv/bin/ngayso demo --port $(PORT) $(ARGS)

test: ## All tests, on SQLite and on PostgreSQL (ARGS="tests/events -k clash" for some)
	@scripts/setup.sh dev
	@scripts/test.sh $(ARGS)

check: ## Lint, format, types and import rules
	@scripts/setup.sh dev
	@scripts/check.sh

bench: ## Our speed, the limit measured in the same run, and the ratio
	@scripts/setup.sh dev
	@.venv/bin/python -m benchmarks $(ARGS)

messages: ## Collect texts of the pages and rooms into locales/
	@scripts/setup.sh dev
	@.venv/bin/python -m app.kernel.web.catalogues $(ARGS)

permissions: ## Write docs/permissions.md, who may do what, from the router
	@scripts/setup.sh dev
	@.venv/bin/python -m scripts.permissions

format: ## Format the code
	@scripts/setup.sh dev
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

setup: ## Everything developers need, without running anything
	@scripts/setup.sh dev

lock: ## Resolve pyproject.toml again and write both locks
	@scripts/setup.sh dev
	@scripts/lock.sh $(ARGS)
