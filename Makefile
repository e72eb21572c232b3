# The one door. `make demo` and `make test` do all set-up themselves; what is installed once is used offline.
# Needed on the machine: Python 3.11 or later, Rust (cargo), make. POSIX sh; GNU make 3.81 is enough.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# The first interpreter that is new enough and has the GIL (the extension is built for the stable ABI).
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys, sysconfig; sys.exit(sys.version_info < (3, 11) or bool(sysconfig.get_config_var("Py_GIL_DISABLED")))' \
		>/dev/null 2>&1 && { $$name -c 'import sys; print(sys.executable)'; break; }; done)
# uv of the machine if it works, else one of our own.
UV := $(or $(shell uv --version >/dev/null 2>&1 && command -v uv),.uv/bin/uv)
BIN := .venv/bin

# uv and PyO3 use the machine's interpreters and never fetch one.
# The machine's own certificates count, as they do for pip and cargo: many networks inspect TLS.
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
export UV_PYTHON_PREFERENCE := only-system
export PYO3_PYTHON := $(CURDIR)/.venv/bin/python
export VIRTUAL_ENV := $(CURDIR)/.venv
unexport CONDA_PREFIX
unexport PYTHONHOME
unexport PYTHONPATH

CORE_SOURCES := Cargo.toml Cargo.lock pyproject.toml \
	$(shell find rust/appconnect/src rust/appconnect-py -type f) rust/appconnect/Cargo.toml
# How the extension is built: `local` for work and tests (quick to rebuild, assertions on, symbols kept for the
# stub generator), `release` for the wheel and the benchmarks.
PROFILE_local := --profile local
PROFILE_release := --profile release

.PHONY: help setup demo test test-rust test-python bench check format format-check lint typecheck \
	architecture generate generate-check hygiene deny wheel sdist constraints fuzz ci clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 24

setup: .venv/.core-local ## create .venv, install the pinned dependencies, build the core

demo: .venv/.core-local ## two companies, one call across both, in the terminal
	$(BIN)/python -m appconnect demo

test: test-rust test-python ## all Rust and all Python tests

test-rust: ## the core without Python: unit, integration and documentation tests
	cargo test --locked

test-python: .venv/.core-local ## the package, through the built extension
	$(BIN)/python -m pytest

bench: .venv/.core-release ## dispatches per second: Rust alone, then next to the pure-Python reference
	cargo bench --locked -p appconnect --bench core --bench routes -- --warm-up-time 0.5 --measurement-time 1 --sample-size 20
	$(BIN)/python -m pytest benches --benchmark-enable --benchmark-only --timeout=0

check: format-check lint typecheck architecture generate-check hygiene test ## what a commit must pass

format: .venv/.deps ## rewrite sources in the house style
	cargo fmt --all
	$(BIN)/ruff format
	$(BIN)/ruff check --fix-only --quiet

format-check: .venv/.deps ## formatting, without changing anything
	cargo fmt --all --check
	$(BIN)/ruff format --check

lint: .venv/.deps ## clippy (pedantic), ruff, codespell; warnings are errors
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(BIN)/ruff check
	$(BIN)/codespell

typecheck: .venv/.core-local ## mypy --strict, and the stubs against the built module
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest appconnect._core --allowlist tests/architecture/stubtest-allowlist.txt

architecture: .venv/.core-local ## the layers of both languages
	cargo test --locked --test layers
	$(BIN)/lint-imports

generate: .venv/.core-local ## rewrite what is derived: stubs, codes, reference pages
	@$(BIN)/maturin generate-stubs --quiet $(PROFILE_local) --out .venv/stubs
	$(BIN)/python tools/generate.py --stubs .venv/stubs

generate-check: .venv/.core-local ## fail if a derived file is stale
	@$(BIN)/maturin generate-stubs --quiet $(PROFILE_local) --out .venv/stubs
	$(BIN)/python tools/generate.py --stubs .venv/stubs --check

hygiene: ## no registry addresses, no machine paths, unsafe only where it is forbidden
	sh tools/hygiene.sh

deny: ## advisories, licences and duplicates of the crates (needs cargo-deny and its database)
	sh tools/deny.sh

wheel: .venv/.deps ## the abi3 wheel, into dist/
	rm -f dist/*.whl
	$(BIN)/maturin build $(PROFILE_release) --out dist

sdist: .venv/.deps ## the source distribution, into dist/
	rm -f dist/*.tar.gz
	$(BIN)/maturin sdist --out dist

constraints: $(UV) ## pin all dependencies anew: names, versions and hashes
	$(UV) pip compile pyproject.toml --all-extras --group all --universal --generate-hashes \
		--no-emit-index-url --no-header --quiet --upgrade --output-file constraints.txt

T ?= parse
S ?= 60
fuzz: ## optional, with cargo-fuzz and nightly: make fuzz T=parse S=60
	cargo +nightly fuzz run --fuzz-dir rust/fuzz $(T) -- -max_total_time=$(S)

ci: ## what the project's CI runs
	bash .ci/run

clean: ## remove what is built; .uv stays
	rm -rf .venv dist target .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find python tests benches tools \( -name __pycache__ -o -name '*.so' \) -prune -exec rm -rf {} +

# Only when this machine has no uv: one from PyPI, by the hash in constraints.txt.
.uv/bin/uv:
	@test -n "$(PYTHON)" || { echo 'No Python 3.11 or later found. Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@rm -rf .uv
	@"$(PYTHON)" -m venv .uv || { rm -rf .uv; \
		echo 'This Python cannot make virtual environments. Install its venv package (Debian: python3-venv), or uv.' >&2; exit 1; }
	@sed -n '/^uv==/,/^ *#/p' constraints.txt > .uv/requirements.txt
	.uv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .uv/requirements.txt

.venv/.deps: constraints.txt | $(UV)
	@test -n "$(PYTHON)" || { echo 'No Python 3.11 or later found. Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@command -v cargo >/dev/null 2>&1 || { echo 'No cargo found. Install Rust 1.88 or later.' >&2; exit 1; }
	test -x $(BIN)/python || $(UV) venv --quiet --python "$(PYTHON)" .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes constraints.txt
	@rm -f .venv/.core-*
	@touch $@

.venv/.core-%: .venv/.deps $(CORE_SOURCES)
	@rm -f .venv/.core-*
	@echo 'Building the core ($*) ...'
	@UV_OFFLINE=1 $(BIN)/maturin develop --quiet --uv $(PROFILE_$*)
	@touch $@
