# Two commands on a fresh machine with Python, git and make: `make demo` and `make test`.
# Each makes the environment it needs in .venv.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2
SEEDS ?= 1000
FIRST ?= 0
MINUTES ?= 60

.PHONY: help demo test simulate soak bench lint format clean

help:
	@echo 'make demo    see Raincheck work, against a calendar server of its own'
	@echo 'make test    run the test suite'
	@echo 'make simulate SEEDS=1000   live through a year of practice per ten seeds, in virtual time'
	@echo 'make soak MINUTES=60       the daemon, a server that keeps dying, a person who tags'
	@echo 'make bench   measure it, beside raw HTTP, the caldav library and vdirsyncer'
	@echo 'make lint    formatting, lint, types, import contracts'
	@echo 'make clean   remove the environment and everything built'

demo: $(VENV)/.demo $(if $(findstring --google,$(ARGS)),$(VENV)/.google)
	@$(BIN)/raincheck demo $(ARGS)

test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope $(ARGS)

simulate: $(VENV)/.test
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST)

soak: $(VENV)/.test
	@$(BIN)/python -m tests.soak --minutes $(MINUTES)

bench: $(VENV)/.bench
	@$(BIN)/python -m bench $(ARGS)

lint: $(VENV)/.lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
	  .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Raincheck needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo 'No virtual environment could be made. On Debian: apt install python3-venv' >&2; exit 1; }
	@touch $@

# The versions that are known to work together are in constraints.txt.
$(VENV)/.bench $(VENV)/.demo $(VENV)/.google $(VENV)/.test: $(VENV)/.%: $(VENV)/.made pyproject.toml constraints.txt
	@echo 'Installing what "make $*" needs into $(VENV) (once) ...'
	@$(PIP) install --constraint constraints.txt --editable '.[$*]'
	@touch $@

$(VENV)/.lint: $(VENV)/.made pyproject.toml constraints.txt
	@$(PIP) install --constraint constraints.txt --editable '.[lint,test]'
	@touch $@
