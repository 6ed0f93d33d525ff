# Commands of the house; `make` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo up down test test-tools fuzz profile-suite check fix openapi settings client asyncapi migration lock bench clean report-schema metrics

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## make .venv from the lock file, with the cj-runner command in it

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## start everything, drive two runs through it, show reports, stop
	$(BIN)/cj-runner demo

up: $(STAMP) ## start everything and leave it running
	$(BIN)/cj-runner up

down: $(STAMP) ## stop what `make up` started
	$(BIN)/cj-runner down

test: $(STAMP) ## all tests, with the servers that they need
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

test-tools: ## install what the tests of pages, alerts and documents need (Debian or Ubuntu, as root)
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core prometheus jq curl

SECONDS ?= 900
fuzz: $(STAMP) ## throw more at the running API and each service, drawn anew: make fuzz SECONDS=900
	FUZZ_SECONDS=$(SECONDS) $(BIN)/python -m pytest -n 0 tests/e2e/test_api_fuzz.py tests/e2e/test_services_fuzz.py

.PHONY: fuzz-parsers
N ?= 1000000
SEED ?= 1
fuzz-parsers: $(STAMP) ## feed mutated inputs to every parser: make fuzz-parsers N=1000000 SEED=1 TARGET=pdf,docx
	$(BIN)/python -m tests.fuzz.parsers.run --count $(N) --seed $(SEED) --target "$(TARGET)"

P ?= cj-generic
profile-suite: $(STAMP) ## the full parity suite of a mock profile: make profile-suite P=eng5-anchor
	@test -f tests/parity/test_$(subst -,_,$(P)).py || { echo "no profile $(P): cj-generic, cj-generic-batch-api, eng5-anchor, eng5-lower5"; exit 2; }
	$(BIN)/python -m pytest -n 0 -v -m parity tests/parity/test_$(subst -,_,$(P)).py

CHAOS := var/chaos
.PHONY: chaos
chaos: $(STAMP) ## faults of all kinds against running systems; a table of what was lost and doubled
	@rm -rf $(CHAOS) && mkdir -p $(CHAOS)
	@CHAOS_TALLY_DIR=$(CHAOS) OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 0 -m 'not parity' tests/chaos; \
	tests=$$?; $(BIN)/python -m tests.chaos.tally $(CHAOS) && exit $$tests

check: $(STAMP) ## format, lint, types, arrows, house rules; contracts and client fresh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cj-runner openapi --check
	$(BIN)/cj-runner problems --check
	$(BIN)/cj-runner asyncapi --check
	$(BIN)/cj-runner settings --check
	$(BIN)/cj-runner report-schema --check
	$(BIN)/cj-runner metrics --check
	$(BIN)/python clients/python/generate.py --check
	$(BIN)/python deploy/grafana/build.py --check
	$(BIN)/python deploy/licences.py --check
	$(BIN)/python -m pytest -n 0 tests/unit/test_house.py

fix: $(STAMP) ## format, and fix what the linter can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

openapi: $(STAMP) ## write openapi.json and docs/problems.md anew
	$(BIN)/cj-runner openapi
	$(BIN)/cj-runner problems

asyncapi: $(STAMP) ## write asyncapi.json anew
	$(BIN)/cj-runner asyncapi

settings: $(STAMP) ## write docs/settings.md anew
	$(BIN)/cj-runner settings

report-schema: $(STAMP) ## write docs/report.schema.json anew
	$(BIN)/cj-runner report-schema

metrics: $(STAMP) ## write docs/metrics.md anew
	$(BIN)/cj-runner metrics

client: openapi ## write openapi.json and the typed Python client made from it anew
	$(BIN)/python clients/python/generate.py

.PHONY: dashboards
dashboards: $(STAMP) ## write Grafana's dashboards and their tables in docs/observability.md anew
	$(BIN)/python deploy/grafana/build.py

migration: $(STAMP) ## start a new migration: make migration m="what it does"
	$(BIN)/python -c 'import sys; from app.db.migrate import new; print(new(sys.argv[1]))' "$(m)"

bench: $(STAMP) ## measure (results are printed, nothing fails)
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
lock: $(STAMP) ## write the lock files anew from pyproject.toml
	$(LOCK) --all-extras --group dev -o requirements.lock pyproject.toml
	$(LOCK) --extra otel --constraints requirements.lock -o deploy/requirements.lock pyproject.toml
	$(LOCK) --group pyproject.toml:supply -o deploy/supply.lock

clean: ## remove the virtual environment and all local data
	rm -rf $(VENV) var

SEED ?= 1
RUNS ?= 50
.PHONY: soak
soak: $(STAMP) ## runs of all modes under random faults, then everything is checked: make soak SECONDS=600 SEED=7
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.chaos.soak --seconds $(SECONDS) --seed $(SEED) --runs $(RUNS)

.PHONY: load
load: $(STAMP) ## many runs at once, one very large run, a backlog of callbacks; what it took, and what was found
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.chaos.load all

SUPPLY := var/supply
.PHONY: licences sbom audit
$(SUPPLY)/.installed: deploy/supply.lock | $(STAMP)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(SUPPLY)
	$(BIN)/uv pip install --quiet --python $(SUPPLY)/bin/python --require-hashes -r deploy/supply.lock
	@touch $@

licences: $(SUPPLY)/.installed ## write docs/licences.md anew; fails on a licence that is not allowed
	$(SUPPLY)/bin/pip-licenses --python $(BIN)/python --from=all --format=json --with-urls | $(BIN)/python deploy/licences.py

sbom: $(SUPPLY)/.installed ## write what the image is made of to var/sbom.json (CycloneDX)
	@mkdir -p var
	$(SUPPLY)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o var/sbom.json deploy/requirements.lock

audit: $(SUPPLY)/.installed ## ask the advisory service for known holes in what the image is made of
	$(SUPPLY)/bin/pip-audit --strict --require-hashes --disable-pip --requirement deploy/requirements.lock
