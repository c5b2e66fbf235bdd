# make test    every test, in release: what ships is what is tested
# make build   the programs, with Swift's runtime inside them, in .build-static/release
# make demo    NASA's FD001 from text files to judged engines, on the shipped data
# make compare DATA=DIR   every detector on every subset of C-MAPSS in DIR, three seeds, as one table with intervals
# make install PREFIX=/usr/local DESTDIR=     programs, pages, completions, settings, scripts

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
DATA ?= examples/data
PYTHON ?= python3

TOOLS := $(basename $(notdir $(wildcard man/examples/*.mdoc)))
# What cron runs, beside the programs.
PIPELINES := alarms.sh score-batch.sh worst-engines.sh
PACKAGES := libyaml-dev zlib1g-dev libsqlite3-dev
# What cases, examples and the demo run besides.
TEST_PACKAGES := $(PACKAGES) jq python3 python3-venv

STATIC := .build-static
BIN := $(STATIC)/release
TO := $(DESTDIR)$(PREFIX)
# Some tests want a real MLflow server and MLflow's own client.
TEST := Tests/Services/with-mlflow-server $(SWIFT) test -c release --disable-testable-imports
SWIFT_FILES := Package.swift Sources Tests man

.PHONY: all deps test-deps build test test-cases debug-kernels coverage demo compare lint man completions install uninstall bench clean

all: build

deps:
	@.ci/deps $(PACKAGES)

test-deps:
	@.ci/deps $(TEST_PACKAGES)

build: deps
	BORESCOPE_STANDALONE=1 $(SWIFT) build -c release --static-swift-stdlib --disable-local-rpath --scratch-path $(STATIC)

test: test-deps
	$(TEST)

test-cases: test-deps
	$(TEST) --filter CommandCaseTests

# What people who work on it build first, `swift build`, needs the flags of each processor level as a release does.
debug-kernels: deps
	$(SWIFT) build --target VectorMath

coverage: test-deps
	.ci/coverage 80

demo: test-deps build
	PATH="$(CURDIR)/$(BIN):$$PATH" examples/pipelines/demo.sh

compare: build
	PATH="$(CURDIR)/$(BIN):$$PATH" Benchmarks/compare.sh $(DATA)

lint:
	$(SWIFT) format lint --strict --parallel --configuration .swift-format --recursive $(SWIFT_FILES)
	@for script in .ci/* examples/*/*.sh Benchmarks/*.sh Tests/Services/*.sh Tests/Services/with-*; do bash -n $$script || exit 1; done
	@if command -v mandoc >/dev/null; then mandoc -T lint -W warning man/man1/*.1 man/man5/*.5; fi

man: deps
	$(SWIFT) build -c release
	.build/release/write-manual --products .build/release --configs configs --examples man/examples \
	  --output man/man1 $(TOOLS)

# What is there is installed as it is, so that root needs no compiler.
$(BIN)/score:
	$(MAKE) build

completions: | $(BIN)/score
	@mkdir -p completions/bash completions/zsh completions/fish
	@for tool in $(TOOLS); do \
	  $(BIN)/$$tool --generate-completion-script bash >completions/bash/$$tool && \
	  $(BIN)/$$tool --generate-completion-script zsh >completions/zsh/_$$tool && \
	  $(BIN)/$$tool --generate-completion-script fish >completions/fish/$$tool.fish || exit 1; \
	done

install: completions
	install -d $(addprefix $(TO)/,bin share/borescope/configs/reference share/borescope/examples/pipelines \
	  share/borescope/examples/cron share/man/man1 share/man/man5 \
	  share/bash-completion/completions share/zsh/site-functions share/fish/vendor_completions.d)
	for tool in $(TOOLS); do install -m 755 $(BIN)/$$tool $(TO)/bin/ && strip $(TO)/bin/$$tool || exit 1; done
	install -m 644 configs/*.yaml $(TO)/share/borescope/configs/
	install -m 644 configs/reference/*.yaml $(TO)/share/borescope/configs/reference/
	install -m 755 $(addprefix examples/pipelines/,$(PIPELINES)) $(TO)/share/borescope/examples/pipelines/
	install -m 644 examples/cron/fleet.crontab $(TO)/share/borescope/examples/cron/
	install -m 644 man/man1/*.1 $(TO)/share/man/man1/
	install -m 644 man/man5/*.5 $(TO)/share/man/man5/
	install -m 644 completions/bash/* $(TO)/share/bash-completion/completions/
	install -m 644 completions/zsh/* $(TO)/share/zsh/site-functions/
	install -m 644 completions/fish/* $(TO)/share/fish/vendor_completions.d/

uninstall:
	cd $(TO) && rm -rf share/borescope $(foreach tool,$(TOOLS),bin/$(tool) share/man/man1/$(tool).1 \
	  share/bash-completion/completions/$(tool) share/zsh/site-functions/_$(tool) \
	  share/fish/vendor_completions.d/$(tool).fish) $(addprefix share/man/man5/,$(notdir $(wildcard man/man5/*.5)))

bench: build
	$(PYTHON) -m venv .build-bench
	.build-bench/bin/pip install --quiet --requirement Benchmarks/requirements.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" Benchmarks/all.sh .build-bench/bin/python $(DATA)

clean:
	rm -rf .build $(STATIC) .build-coverage .build-bench .build-mlflow completions models report mlflow.db* mlartifacts
