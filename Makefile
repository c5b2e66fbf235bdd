# make test    every test, in release: what ships is what is tested
# make build   the programs, with Swift's runtime inside them, in .build-static/release
# make demo    NASA's FD001 from text files to judged engines, on the shipped data
# make install PREFIX=/usr/local DESTDIR=

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
PYTHON ?= python3

TOOLS := $(basename $(notdir $(wildcard man/examples/*.mdoc)))
PACKAGES := libopenblas-dev liblapacke-dev libyaml-dev zlib1g-dev

STATIC := .build-static
BIN := $(STATIC)/release
TEST := $(SWIFT) test -c release --disable-testable-imports
SWIFT_FILES := Package.swift Sources Tests man

.PHONY: all deps build test test-cases coverage demo lint man completions install uninstall bench clean

all: build

deps:
	@.ci/deps $(PACKAGES)

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

man: deps
	$(SWIFT) build -c release
	.build/release/write-manual --products .build/release --configs configs --examples man/examples \
	  --output man/man1 $(TOOLS)

clean:
	rm -rf .build $(STATIC) .build-coverage completions models report
