# `make help` lists what can be made. Everything runs inside .venv, which is made from the lock file.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-browser check lint coverage lowest parity lab notebooks pictures site soak bench blindness \
	lock nbgrader-suite clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY  := $(VENV)/.ready
# Not what a reader puts into the checkout beside them.
OURS   := advsec autograder deploy website tests conftest.py nbgrader_config.py \
	$(filter-out %-Copy1.ipynb %-Copy2.ipynb, \
	$(wildcard notebooks/lectures/??_*.ipynb notebooks/assignments/*/??_*.ipynb))
ASSIGNMENTS := $(notdir $(wildcard notebooks/assignments/??_*))
# Tests that share something costly stay together; the long ones start first.
SPREAD := -n auto --dist loadscope --no-loadscope-reorder
PYTEST := $(BIN)/python -m pytest $(SPREAD)
QUICK  := tests/advsec tests/autograder/test_grading.py tests/autograder/test_cli.py tests/test_environment.py \
	notebooks
PIP_OPTIONS := --disable-pip-version-check --no-deps --compile
PIP    := $(BIN)/python -m pip install --quiet $(PIP_OPTIONS)

# JupyterHub's proxy comes from npm alone; where that is not at hand, the test that needs it says so.
NODE_BIN := $(CURDIR)/$(VENV)/npm/node_modules/.bin

# nbgrader calls `alembic` by name, and Jupyter reads the course's settings from here: ROLE=teacher has those of
# nbgrader's panels in front.
SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export JUPYTER_CONFIG_PATH := $(if $(filter teacher,$(ROLE)),$(CURDIR)/.jupyter/teacher:)$(CURDIR)/.jupyter
# What the shell that calls make has set must not leak into the environment.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONDONTWRITEBYTECODE PIP_USER PIP_TARGET PIP_PREFIX

# A virtual environment knows its own path: moved, or left by its Python, it is made anew.
ifneq ($(shell test -x $(BIN)/python && cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(LOCKED)
endif

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv and install everything from requirements.lock

# The stamps come last and lie inside: an installation that was cut short has none and starts again.
$(LOCKED): export PATH := $(SYSTEM_PATH)
$(LOCKED): requirements.lock
	@echo "== Setting up $(VENV) from requirements.lock (once; one to three minutes)"
	@"$(PYTHON)" -c 'import sys; sys.version_info >= (3, 11) or sys.exit(sys.executable + " is Python " + sys.version)' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV)
	@{ $(BIN)/python -m pip install $(PIP_OPTIONS) --require-hashes -r requirements.lock || echo failed; } | awk \
		'/^(Collecting|Processing) / && ++found % 25 == 0 { print "   " found " packages are here" } \
		/^Installing / { print "   installing all " found ", the longest part" } \
		/^failed$$/ { failed = 1 } { fflush() } END { exit failed }' || \
		{ echo "pip could not install requirements.lock (no network?); make starts again from here" >&2; exit 1; }
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@echo "== Installing advsec and autograder into $(VENV)"
	@# setuptools warns at length of what holds for every editable installation.
	@PYTHONWARNINGS=ignore::UserWarning $(PIP) --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 advsec autograder
	@printf %s "$(CURDIR)" > $@

demo: $(READY) ## grade the sample class and print who wrote what
	@echo "== Grading the sample class"
	@$(BIN)/autograder demo

test: lint ## lint, types, tests, and every notebook executed
	@echo "== Tests (the two packages, the grader's proof, every notebook)"
	@$(PYTEST)

test-browser: $(READY) ## what people see, in a real browser (Debian's chromium is found or installed)
	@.ci/need "chromium google-chrome" chromium fonts-dejavu-core
	@PATH="$(NODE_BIN):$$PATH"; type configurable-http-proxy >/dev/null 2>&1 || ! type npm >/dev/null 2>&1 || { \
		echo "== Installing JupyterHub's proxy into $(VENV) with npm"; \
		npm install --silent --no-audit --no-fund --fetch-retries=0 --fetch-timeout=60000 \
			--prefix $(VENV)/npm configurable-http-proxy@5.3.0 || true; }
	@echo "== Tests in a browser"
	@PATH="$(NODE_BIN):$$PATH" $(PYTEST) tests/browser

check: $(READY) ## a quick selection of the tests: the reference, one graded class, every lecture
	@echo "== Quick tests on $$($(BIN)/python --version)"
	@$(PYTEST) $(QUICK)

lint: $(READY) ## style, format and types
	@echo "== Lint and types"
	@$(BIN)/ruff check --quiet $(OURS)
	@$(BIN)/ruff format --check --quiet $(OURS)
	@$(BIN)/mypy

coverage: $(READY) ## all tests, and which lines of the two packages none of them reaches
	@$(PYTEST) $(addprefix --cov=,advsec autograder) --cov-report=term:skip-covered

lowest: ## all tests with the lowest versions that pyproject.toml allows (needs uv)
	@uv venv --quiet --seed --clear .venv-lowest
	@uv pip install --quiet --python .venv-lowest --resolution lowest-direct --editable ".[course,grading,test]"
	@PATH="$(CURDIR)/.venv-lowest/bin:$$PATH" .venv-lowest/bin/python -m pytest $(SPREAD)

parity: ## what the course says of other libraries, seen in their newest releases (downloads some GB)
	@"$(PYTHON)" -m venv --clear .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable ".[test]" --requirement tests/parity/peers.txt
	@.venv-peers/bin/python -m pip list --disable-pip-version-check
	@.venv-peers/bin/python -m pytest -n 0 -m live tests/parity

FIRST := $(firstword $(ASSIGNMENTS))
FIRST_PAGE := $(if $(filter teacher,$(ROLE)),notebooks/README.md,handout/$(FIRST)/lectures/$(FIRST).ipynb)
# Lectures and assignments are opened as copies in handout/, so that what a reader saves is no change to git.
lab: $(READY) ## open the course in JupyterLab (with nbgrader's panels: make lab ROLE=teacher)
	@for each in $(ASSIGNMENTS); do $(BIN)/autograder release "$$each"; done; true
	@$(BIN)/jupyter lab --LabApp.default_url="/lab/tree/$(FIRST_PAGE)" \
		$(if $(filter 0,$(shell id -u)),--allow-root)

notebooks: $(READY) ## run every lecture again and write its outputs; strip the assignments
	$(BIN)/python -m tests.notebooks

# Where the course lies on the web, for links to Binder.
REPOSITORY ?= $(shell git config --get remote.origin.url 2>/dev/null)
site: $(READY) ## build the course as web pages, into .site/html (no network needed)
	@echo "== Building the site"
	@$(BIN)/python -m website --repository "$(REPOSITORY)"

pictures: $(READY) ## take the pictures of the README anew, in a real browser
	@$(BIN)/python -m tests.pictures

# So many submissions, and so many kills of a run.
N ?= 10000
K ?= 200
soak: $(READY) ## grade 10,000 submissions, and end runs everywhere: nothing may be lost (make soak N=300)
	@echo "== Ending runs at every failpoint, and $(K) times at random"
	@SOAK_KILLS=$(K) $(BIN)/python -m pytest -q -s tests/autograder/test_kills.py
	@echo "== Grading $(N) submissions"
	@$(BIN)/python -m tests.soak $(N)

bench: $(READY) ## measure speed beside a peer, in one run, as ratios
	$(BIN)/python -m tests.bench

blindness: $(READY) ## count the wrong formulas that pass published tests, and those that pass ours
	@$(BIN)/python -m autograder.exercises.published

nbgrader-suite: $(READY) ## run nbgrader's own tests of autograding with our settings (some minutes)
	$(BIN)/python -m tests.nbgrader_suite

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile --universal --generate-hashes --all-extras --quiet pyproject.toml --output-file requirements.lock

clean: ## remove the environment and everything graded
	rm -rf $(VENV) .course .site
