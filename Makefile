# Viridian's commands. `make` alone lists them.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NODE_INSTALLED := node_modules/.package-lock.json
RELEASE ?=
ASSEMBLY ?=
DIRECTORY ?=
LOAD ?=
WAY ?=
IMAGE ?=
ONLY ?=
SERVICE ?=
PER_MINUTE ?=
CDK := npx --no-install cdk
EXAMPLE := $(BIN)/python -m examples.shop.cdk_app

# The CDK's bridge to Node warns about Node 20, which is what it is tested with here.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.DEFAULT_GOAL := help
.PHONY: help install demo test long pages pictures check lint types machine template docs timeline format bench faults synth deploy lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(INSTALLED) $(NODE_INSTALLED) ## Install all that is needed, below this folder

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Viridian needs Python 3.11 or newer, $(PYTHON) is {v.major}.{v.minor}: make PYTHON=python3.13 ...")'
	@command -v node >/dev/null || { echo "Viridian needs Node 20 or newer: the CDK runs on it" >&2; exit 1; }
	@echo "Installing the locked packages into $(VENV) (about a minute, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(NODE_INSTALLED): package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

demo: $(INSTALLED) ## Rehearse a good release and two bad ones with real traffic (RELEASE=dir: your own; LOAD=double: under growing load; WAY=pipeline: by a pipeline)
	@$(BIN)/python -m rehearsal demo $(if $(RELEASE),--release "$(RELEASE)") $(if $(ASSEMBLY),--assembly "$(ASSEMBLY)") $(if $(DIRECTORY),--directory "$(DIRECTORY)") $(if $(LOAD),--load "$(LOAD)") $(if $(WAY),--way "$(WAY)")

test: install ## Run the linters, the template checks and the tests, but for the long ones
	@$(MAKE) --no-print-directory --jobs 2 --output-sync check template
	@$(BIN)/python -m pytest -n 4 --dist loadgroup --no-loadscope-reorder -m "not long and not browser"

long: $(INSTALLED) ## Run the suite's long rehearsals
	@$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder -m long

pages: $(INSTALLED) ## Look at the report's pages in Chromium, which has to be installed
	@$(BIN)/python -m pytest -m browser

pictures: $(INSTALLED) ## Play the demo, and take the README's pictures of it in Chromium
	@mkdir -p build
	@set -o pipefail; $(MAKE) --no-print-directory demo | tee build/demo.txt
	@$(BIN)/python -m docs.pictures build/demo.txt build/demo/reports

check: lint types

lint: $(INSTALLED) ## Check the style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED) ## Check the types
	@$(BIN)/mypy

machine: $(INSTALLED) ## Print the state machines as Step Functions gets them, and their pictures
	@mkdir -p build
	@$(BIN)/python -m viridian_cdk.machine build

template: synth ## Check the template and the state machine
	@$(BIN)/cfn-lint build/*.out/*.template.json
	@$(BIN)/python -m viridian_cdk.machine build > /dev/null
	@for machine in deploy standby hook; do npx --no-install asl-validator --json-path build/$$machine.asl.json || exit 1; done

synth: install ## Synthesise the control plane into build/cdk.out/, with the example into shop.out/
	@$(CDK) synth --quiet --no-notices
	@$(CDK) synth --quiet --no-notices --app "$(EXAMPLE)" --output build/shop.out --context pipeline=true

deploy: ## Deploy the control plane and the example (IMAGE=repository@sha256:digest)
	@test -n "$(IMAGE)" || { echo "Which image? make deploy IMAGE=<repository>@sha256:<digest>" >&2; exit 1; }
	@$(MAKE) --no-print-directory install
	@$(CDK) deploy --app "$(EXAMPLE)" --all --parameters Shop:Image=$(IMAGE)

timeline: $(INSTALLED) ## Show how soon a service file stops what (SERVICE=file, PER_MINUTE=requests)
	@$(BIN)/python -m viridian_cli.timeline $(or $(SERVICE),examples/shop/service.yaml) --per-minute $(or $(PER_MINUTE),600)

docs: $(INSTALLED) ## Write docs/schema/ and the tables of the pages from the code
	@$(BIN)/python -m docs

format: $(INSTALLED) ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(INSTALLED) ## Measure speed; figures to build/bench.json
	@$(BIN)/python -m bench

faults: $(INSTALLED) ## Break every state in every way; a table to build/faults.json (ONLY=text: some)
	@$(BIN)/python -m rehearsal.faults --only "$(ONLY)"

lock: ## Make requirements.lock from pyproject.toml and requirements.in
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --extra rehearsal pyproject.toml requirements.in -o requirements.lock

clean: ## Remove what was built; keep the installed packages
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
