# `make demo` and `make test` each do their own set-up: a virtual environment, and every package at
# the version and hash that locks/ names. A lock file that changes brings a new installation.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test check bench docs format clean
.DEFAULT_GOAL := demo

# $(1) is the lock file. --no-deps: the lock is complete.
define install
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what $(1) names …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(VENV)/demo: locks/demo.txt pyproject.toml
	$(call install,locks/demo.txt)

$(VENV)/dev: locks/dev.txt pyproject.toml
	$(call install,locks/dev.txt)
	@touch $(VENV)/demo

demo: $(VENV)/demo
	@$(BIN)/python -m bot.demo $(if $(PORT),--port $(PORT)) $(if $(GGUF),--gguf $(GGUF)) $(if $(MODEL),--model $(MODEL))

test: $(VENV)/dev
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m pytest

check: $(VENV)/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/dev
	@$(BIN)/python -m tests.bench

docs: $(VENV)/dev
	@$(BIN)/python -m mkdocs build --strict --quiet --site-dir build/docs

format: $(VENV)/dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build *.egg-info
