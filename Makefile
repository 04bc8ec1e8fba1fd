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
VENV := .venv
PYTHON := $(VENV)/bin/python
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

.PHONY: examples
examples: ## Build the examples in Rust; tests compile those in C and C++
	$(CARGO) build --quiet -p onsmq-examples --examples

$(VENV)/ready: scripts/python-tools.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --requirement scripts/python-tools.txt
	@touch $@

.PHONY: python
python: $(VENV)/ready ## Build the Python package (debug) into .venv
	@# It chats on standard error; what matters is said again where it fails.
	cd bindings-python && export VIRTUAL_ENV=$(abspath $(VENV)) && \
		{ ../$(VENV)/bin/maturin develop --quiet >/dev/null 2>&1 || ../$(VENV)/bin/maturin develop; }

bindings-node/node_modules/.package-lock.json: bindings-node/package-lock.json
	cd bindings-node && npm ci --silent
	@touch $@

.PHONY: node
node: bindings-node/node_modules/.package-lock.json ## Build the Node package (debug)
	cd bindings-node && npm run --silent build
	cd examples/node && npm install --silent --no-package-lock

.PHONY: release
release: ## Build libonsmq for release: target/release/libonsmq.{so,a}
	$(CARGO) build --release -p libonsmq

.PHONY: header
header: ## Write include/onsmq.h, include/onsmq/openapi.hpp and ffi/symbols.txt anew
	UPDATE=1 $(CARGO) test --quiet -p onsmq-ffi --test header

.PHONY: docs
docs: ## Write docs/configuration.md anew
	UPDATE=1 $(CARGO) test --quiet -p onsmq --test docs

.PHONY: operations
operations: $(VENV)/ready ## Write the Python package's methods of the Open API anew
	$(PYTHON) bindings-python/scripts/operations.py tests/golden/openapi.json \
		bindings-python/python/onsmq/_operations.py

.PHONY: man
man: tools ## Write the manual of the command onsmq into target/man
	rm -rf $(TARGET)/man && mkdir -p $(TARGET)/man
	$(DEBUG)/onsmq man $(TARGET)/man

.PHONY: third-party
third-party: ## Write THIRD_PARTY.md anew
	scripts/third-party.py

.PHONY: format
format: $(VENV)/ready ## Format all sources
	$(CARGO) fmt --all
	$(VENV)/bin/clang-format -i $$(git ls-files '*.c' '*.h' '*.cpp' '*.hpp' ':!include/onsmq.h' ':!include/onsmq/openapi.hpp')
	cd bindings-python && ../$(VENV)/bin/ruff format --quiet . ../examples/python ../tests/members ../tests/console ../bench ../scripts/third-party.py

# --- checking ---------------------------------------------------------------------------------

.PHONY: lint
lint: lint-rust lint-c lint-python lint-node ## Formatting and lints of every language

.PHONY: lint-c
lint-c: $(VENV)/ready
	$(VENV)/bin/clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h' '*.cpp' '*.hpp' ':!include/onsmq.h' ':!include/onsmq/openapi.hpp')

.PHONY: lint-python
lint-python: python
	cd bindings-python && ../$(VENV)/bin/ruff format --check . ../examples/python ../tests/members ../tests/console ../bench ../scripts/third-party.py
	cd bindings-python && ../$(VENV)/bin/ruff check . ../examples/python ../tests/members ../tests/console ../bench ../scripts/third-party.py
	cd bindings-python && ../$(VENV)/bin/mypy

.PHONY: lint-node
lint-node: node
	cd bindings-node && npm run --silent lint && npm run --silent typecheck

.PHONY: lint-rust
lint-rust:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --all-targets -- -D warnings
	scripts/third-party.py --check
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --workspace --no-deps

.PHONY: test
test: prerequisites lint test-fast test-servers ## Every check and test, real brokers included

.PHONY: test-fast
test-fast: ## What needs no server: units, vectors, properties, the header
	$(CARGO) test --quiet --no-fail-fast --workspace --exclude onsmq --exclude onsmq-tests --exclude onsmq-examples
	@# By itself: its tests stop the clock, and with tokio's feature for that all others would be
	@# built a second time.
	$(CARGO) test --quiet --no-fail-fast -p onsmq

.PHONY: test-servers
test-servers: programs python node ## The behaviour suites, on the dev server, 4.9.7 and 5.3.3
	@scripts/prerequisites.sh java mvn valgrind nm python3 openssl
	scripts/with-brokers.sh $(MAKE) --no-print-directory suites

# In one go what the three make one after another.
.PHONY: programs
programs:
	$(CARGO) build --quiet -p libonsmq -p onsmq-examples -p onsmq-tests -p onsmq-cli --lib --bins --examples

.PHONY: tools
tools: ## Build the command onsmq (debug), and what runs brokers for tests
	$(CARGO) build --quiet -p onsmq-tests -p onsmq-cli --bins

# Each runs alone as well, with brokers of its own. They mostly wait; but Java's clients, which are in
# Rust's, missed their time-outs beside the others.
.PHONY: suites
suites:
	$(MAKE) test-rust
	$(MAKE) --jobs=2 --output-sync test-python test-node
	$(MAKE) test-languages

.PHONY: test-rust
test-rust: programs
	@# One more than CI has cores: they mostly wait for brokers.
	RUST_TEST_THREADS=3 $(CARGO) test --quiet --no-fail-fast -p onsmq-tests

.PHONY: test-python
test-python: tools python
	cd bindings-python && ../$(PYTHON) -m pytest --quiet

.PHONY: test-node
test-node: tools node
	cd bindings-node && npm test --silent

.PHONY: test-languages
test-languages: python node ## Python and Node beside each other and C
	ONSMQ_TEST_PYTHON=$(abspath $(PYTHON)) $(CARGO) test --quiet -p onsmq-tests --features languages --test languages --test busy

.PHONY: broker
broker: ## Run a real broker until Ctrl-C (VERSION=4.9.7 or 5.3.3)
	@scripts/prerequisites.sh cargo java mvn
	$(CARGO) run --quiet -p onsmq-tests --bin onsmq-test-broker -- --version $(or $(VERSION),5.3.3) $(ARGS)

# --- measuring --------------------------------------------------------------------------------

# What C programs of bench/ are made of.
BENCH_CC = cc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Iinclude -Ibench/c
APACHE_PYTHON = $(TARGET)/bench/apache-python

.PHONY: bench-programs
bench-programs: tools
	$(CARGO) build --quiet --release -p libonsmq -p onsmq-cli -p bench-rust
	mkdir -p $(TARGET)/bench
	for program in c/send c/drain c/latency c/bare c/bare_drain c/bare_latency c/ping_pong scale/idle; do \
		$(BENCH_CC) bench/$$program.c bench/c/bench.c bench/c/requests.c bench/c/wire.c \
			-o $(TARGET)/bench/$${program##*/} \
			-L$(TARGET)/release -lonsmq -Wl,-rpath,$(TARGET)/release -pthread || exit 1; \
	done

.PHONY: bench-peers
bench-peers:
	for peer in java proxy; do \
		(cd bench/peers/$$peer && \
			mvn -q compile dependency:build-classpath -Dmdep.outputFile=target/classpath) || exit 1; \
	done
	cd bench/peers/go && go build -o $(TARGET)/bench/go .
	cd bench/peers/rdkafka && CARGO_TARGET_DIR=$(TARGET)/bench/rdkafka $(CARGO) build --quiet --release --locked
	python3 -m venv $(APACHE_PYTHON)
	$(APACHE_PYTHON)/bin/pip install --quiet --requirement bench/peers/apache-python/requirements.txt
	cd bench/peers/apache-node && npm ci --silent

.PHONY: bench-ready
bench-ready: bench-programs bench-peers $(VENV)/ready
	@scripts/prerequisites.sh cargo java mvn go cc node valgrind
	$(PYTHON) -m pip install --quiet --requirement bench/requirements.txt
	cd bindings-python && VIRTUAL_ENV=$(abspath $(VENV)) ../$(VENV)/bin/maturin develop --quiet --release
	cd bindings-node && npm ci --silent && npm run --silent build:release

.PHONY: bench
bench: bench-ready ## Measure ours beside its peers, and count instructions: docs/benchmarks
	$(PYTHON) bench/instructions.py
	$(PYTHON) bench/run.py

.PHONY: bench-all
bench-all: bench-ready ## The same with more messages and rounds
	$(PYTHON) bench/instructions.py
	$(PYTHON) bench/run.py --rounds 5 --messages 2000000

# --- first steps ------------------------------------------------------------------------------

.PHONY: quickstart
quickstart: ## A message goes round in each language, on the embedded dev server
	@scripts/prerequisites.sh cargo python3 node cc c++
	@scripts/quickstart.sh
