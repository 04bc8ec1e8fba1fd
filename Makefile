# The verbs of this project; CI calls the same ones.
#
#   make quickstart   a message goes round in each language, on the embedded dev server
#   make test         every check and test, real brokers included
#   make help         the others

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Where cargo builds; programs and libraries of the debug profile are in $(TARGET)/debug.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
DEBUG := $(TARGET)/debug
CARGO := cargo
export ONSMQ_TEST_BROKER := $(DEBUG)/onsmq-test-broker

.PHONY: help
help: ## List the verbs
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | column -t -s '|'

.PHONY: prerequisites
prerequisites:
	@scripts/prerequisites.sh cargo python3 node java mvn cc c++

# --- building ---------------------------------------------------------------------------------

.PHONY: library
library: ## Build libonsmq (debug) for C and C++
	$(CARGO) build --quiet -p libonsmq

.PHONY: release
release: ## Build libonsmq for release: target/release/libonsmq.{so,a}
	$(CARGO) build --release -p libonsmq

.PHONY: header
header: ## Write include/onsmq.h and ffi/symbols.txt anew
	UPDATE=1 $(CARGO) test --quiet -p onsmq-ffi --test header

.PHONY: docs
docs: ## Write docs/configuration.md anew
	UPDATE=1 $(CARGO) test --quiet -p onsmq --test docs

.PHONY: format
format: ## Format all sources
	$(CARGO) fmt --all

# --- checking ---------------------------------------------------------------------------------

.PHONY: lint
lint: lint-rust ## Formatting and lints of every language

.PHONY: lint-rust
lint-rust:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --exclude onsmq-node --all-targets -- -D warnings
	@# A test build of the Node binding has none of its entry points.
	$(CARGO) clippy --quiet -p onsmq-node -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --workspace --no-deps

.PHONY: test
test: prerequisites lint test-fast test-servers ## Every check and test, real brokers included

.PHONY: test-fast
test-fast: ## What needs no server: units, vectors, properties, the header
	$(CARGO) test --quiet --workspace --exclude onsmq-tests

.PHONY: test-servers
test-servers: library ## The behaviour suite, on the dev server, 4.9.7 and 5.3.3
	@scripts/prerequisites.sh valgrind nm
	$(CARGO) test --quiet -p onsmq-tests

.PHONY: broker
broker: ## Run a real broker until Ctrl-C (VERSION=4.9.7 or 5.3.3)
	@scripts/prerequisites.sh cargo java mvn
	$(CARGO) run --quiet -p onsmq-tests --bin onsmq-test-broker -- --version $(or $(VERSION),5.3.3) $(ARGS)

# --- first steps ------------------------------------------------------------------------------

.PHONY: quickstart
quickstart: ## A message goes round in each language, on the embedded dev server
	@scripts/prerequisites.sh cargo python3 node cc c++
	@scripts/quickstart.sh
