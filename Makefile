# `make help` lists what can be made. Everything runs inside .venv, which is made from the lock file.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lab notebooks bench lock clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(abspath $(VENV))/bin
READY  := $(VENV)/.ready

# nbgrader calls `alembic` by name, and Jupyter reads the course's settings from here.
export PATH := $(BIN):$(PATH)
export JUPYTER_CONFIG_PATH := $(CURDIR)/.jupyter
# What the shell that calls make has set must not leak into the environment.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv and install everything from requirements.lock

$(READY): requirements.lock pyproject.toml
	@echo "== Setting up $(VENV) from requirements.lock (once; one to three minutes)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; call make with PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "== Compiling bytecode"
	@$(BIN)/python -m compileall -q -j 0 advsec autograder
	@touch $@

demo: $(READY) ## grade the sample class and print who wrote what
	@echo "== Grading the sample class"
	@$(BIN)/autograder demo

test: $(READY) ## lint, tests, and every notebook executed
	@echo "== Lint"
	@$(BIN)/ruff check .
	@echo "== Tests (the two packages, the grader's proof, every notebook)"
	@$(BIN)/python -m pytest -n auto --dist loadscope

lab: $(READY) ## open the course in JupyterLab
	$(BIN)/jupyter lab

notebooks: $(READY) ## run every lecture again and write its outputs; strip the assignments
	$(BIN)/python -m tests.notebooks

bench: $(READY) ## measure speed beside a peer, in one run, as ratios
	$(BIN)/python -m tests.bench

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile --universal --generate-hashes --all-extras --quiet pyproject.toml --output-file requirements.lock

clean: ## remove the environment and everything graded
	rm -rf $(VENV) .course
