# make test    every test, in release: what ships is what is tested
# make build   the programs, with Swift's runtime inside them, in .build-static/release
# make demo    NASA's FD001 from text files to judged engines, on the shipped data
# make install PREFIX=/usr/local DESTDIR=

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
PYTHON ?= python3

TOOLS := $(sort $(patsubst configs/../%,%,$(notdir $(patsubst %/,%,$(dir $(shell grep -l '^@main' Sources/*/*.swift))))))
PACKAGES := libopenblas-dev liblapacke-dev libyaml-dev zlib1g-dev

STATIC := .build-static
BIN := $(STATIC)/release
TEST := $(SWIFT) test -c release --disable-testable-imports
SWIFT_FILES := Package.swift Sources Tests man

.PHONY: all deps build test test-cases coverage demo lint man completions install uninstall bench clean

all: build

deps:
	@missing=; \
	if ! command -v dpkg-query >/dev/null; then \
	  echo "deps: not a Debian system; expecting OpenBLAS, LAPACKE and zlib with their headers" >&2; exit 0; \
	fi; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	if ! command -v apt-get >/dev/null; then \
	  echo "deps: missing:$$missing; there is no apt-get here to install them" >&2; exit 1; \
	fi; \
	sudo=; if [ "$$(id -u)" != 0 ]; then \
	  command -v sudo >/dev/null || { echo "deps: missing:$$missing; install them as root" >&2; exit 1; }; sudo=sudo; \
	fi; \
	echo "deps: installing$$missing" >&2; \
	export DEBIAN_FRONTEND=noninteractive; \
	$$sudo apt-get update -qq </dev/null && $$sudo apt-get install -y -qq --no-install-recommends $$missing </dev/null

build: deps
	$(SWIFT) build -c release --static-swift-stdlib --scratch-path $(STATIC)

test: deps
	$(TEST)

test-cases: deps
	$(TEST) --filter CommandCaseTests

coverage: deps
	.ci/coverage 80

demo: build
	PATH="$(CURDIR)/$(BIN):$$PATH" examples/pipelines/demo.sh

lint:
	$(SWIFT) format lint --strict --parallel --configuration .swift-format --recursive $(SWIFT_FILES)
	@for script in .ci/run .ci/coverage examples/pipelines/*.sh Benchmarks/*.sh; do bash -n $$script || exit 1; done
	@if command -v mandoc >/dev/null; then mandoc -T lint -W warning man/man1/*.1 man/man5/*.5; fi

clean:
	rm -rf .build $(STATIC) .build-coverage completions models report
