# Two commands matter: `make run` and `make test`. Everything else is for developers.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)

# Without kept bytecode every process we start would compile its packages anew: seconds each.
unexport PYTHONDONTWRITEBYTECODE

# uv installs in seconds where it is present; pip does the same everywhere else.
define install
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(if $(UV),$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check) --require-hashes -r $(1)
	$(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check) --no-deps --no-build-isolation -e .
	touch $(2)
endef

.PHONY: run test thorough check format lint types rules locks images bench peer clean

run: $(VENV)/.run-stamp
	$(BIN)/hotline serve --set-up

test: $(VENV)/.dev-stamp
	$(BIN)/pytest

# Thousands of hostile bodies, hundreds of races, every page in every light: minutes, not seconds.
thorough: $(VENV)/.dev-stamp
	$(BIN)/pytest --thorough

check: $(VENV)/.dev-stamp
	$(MAKE) -j lint types rules images
	$(MAKE) test

format: $(VENV)/.dev-stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev-stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev-stamp
	$(BIN)/mypy

rules: $(VENV)/.dev-stamp
	$(BIN)/lint-imports

images: $(VENV)/.dev-stamp
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml

locks:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock

bench: $(VENV)/.dev-stamp
	$(BIN)/python -m benchmarks.webhook
	$(BIN)/python -m benchmarks.webhook --many-chats

# PEER names a venv with telemelya in it: see tests/peers/README.md
peer: $(VENV)/.dev-stamp
	$(BIN)/python -m tests.peers.telegram_peer --peer $(PEER)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/.run-stamp: requirements.lock pyproject.toml
	$(call install,requirements.lock,$@)

$(VENV)/.dev-stamp: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock,$@)
	touch $(VENV)/.run-stamp
