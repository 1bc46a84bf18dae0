# Everything the project can do. `make help` lists it.
# A machine needs Python 3.11 or newer and make; the rest is installed into .venv and node_modules.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --no-compile --require-hashes

# Packages are compiled when they are first used, which is sooner than all at once; so compiling must be allowed.
unexport PYTHONDONTWRITEBYTECODE

DATABASE_URL_SERVICES := $(or $(DATABASE_URL),postgres://root@127.0.0.1:5432/postgres)
REDIS_URL_SERVICES := $(or $(REDIS_URL),redis://127.0.0.1:6379/9)

# One more than there are cores: each waits a third of its time for a browser or a database.
TEST_WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: help run demo test test-services check bench lock assets clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

run: .venv/base.stamp ## start the portal (web, worker, beat) on http://localhost:8000, with demo data
	@exec $(PY) -m ops.run

demo: .venv/base.stamp ## make the demo data again
	@DEMO=true $(PY) manage.py demo

test: .venv/dev.stamp assets ## the whole suite on SQLite and files, browser tests included
	@ops/chromium.sh
	@$(PY) -m pytest --nomigrations -n $(TEST_WORKERS) --dist worksteal $(ARGS)

test-services: .venv/dev.stamp assets ## all that a database can change on PostgreSQL and Redis, without the browser
	@DATABASE_URL="$(DATABASE_URL_SERVICES)" REDIS_URL="$(REDIS_URL_SERVICES)" \
		$(PY) -m pytest -n $(TEST_WORKERS) --dist worksteal -m "not browser" --services $(ARGS)

check: .venv/dev.stamp ## style, types, layers, templates, migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet templates
	git ls-files -z '*.py' | xargs -0 .venv/bin/django-upgrade --check --target-version 5.2
	$(PY) manage.py makemigrations --check --dry-run

bench: .venv/dev.stamp assets ## measure, each figure with the floor it is held against
	@$(PY) -m ops.collect
	@failed=0; for name in import_schools national notices pages records sweeps; do \
		$(PY) -m bench.$$name $(ARGS) || failed=1; \
	done; exit $$failed

lock: .venv/base.stamp ## choose the newest allowed packages and write them down with their hashes
	@ops/lock.sh

assets: .venv/base.stamp ## build styles and scripts into var/assets, when they changed
	@$(PY) -m ops.assets

clean: ## remove everything that was built or written here, data included
	rm -rf .venv node_modules var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@ops/venv.sh

.venv/base.stamp: requirements/base.txt | .venv/bin/python
	@echo "Installing packages ..."
	@$(PIP) -r $<
	@touch $@

.venv/dev.stamp: requirements/dev.txt | .venv/bin/python
	@echo "Installing packages for tests ..."
	@$(PIP) -r $<
	@touch $@ .venv/base.stamp
