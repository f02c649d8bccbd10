# Every target brings what it needs: packages by apt, npm and PyPI, and builds by Go. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# box: Kubernetes in a box, started here. current: the cluster of your kubeconfig.
CLUSTER ?= box
SPEC ?= $(if $(filter box,$(CLUSTER)),suites/local.json,suites/p5.json)

.PHONY: help demo test test-rdma up down bench audit clean build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  make demo CLUSTER=current [SPEC=suites/p5.json]   the same on the cluster of your kubeconfig'

demo: build ## Temporal, Kubernetes in a box and the worker; runs a suite and shows its report
	@node dist/local/demo.js --cluster $(CLUSTER) --spec $(SPEC)

test: ## everything that must hold; ends with "N passed, N failed"
	@$(MAKE) --no-print-directory build || { echo '0 passed, 1 failed'; exit 1; }
	@DYNAMO_BENCH_INFERENCE=yes local/up.sh --prepare && local/helm.sh > /dev/null && local/rdma/run.sh --prepare || { echo '0 passed, 1 failed'; exit 1; }
	@node test/lanes/run.ts all

test-rdma: build ## real RDMA between two soft-RoCE devices of a virtual machine, without RDMA hardware
	@node test/lanes/run.ts rdma

up: ## start Temporal and the two-node Kubernetes
	@local/up.sh

down: ## stop both and leave nothing behind
	@local/down.sh

bench: build ## what the suite costs against the plan's own way, suites of many cells, parsers, plans, false alarms, reports and store
	@export CELLS=$${CELLS:-100}; for part in main histories size report-size numbers mutations alarms results; do echo "== $$part"; node dist/test/bench/$$part.js || exit 1; done

audit: node_modules/.installed ## known vulnerabilities of the production dependencies, if the registry answers
	@node image/main.ts audit

clean: down ## down, and remove what was built and cached
	rm -rf node_modules dist "$${DYNAMO_BENCH_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/dynamo-bench}"

build: node_modules/.installed
	@npm run --silent build

node_modules/.installed: package.json package-lock.json
	@command -v npm > /dev/null || { echo 'installing npm'; apt-get update -qq && apt-get install -y -qq npm; } || \
	  { echo 'npm is missing and could not be installed: install Node.js with npm, then try again' >&2; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	npm rebuild --ignore-scripts=false node
	@touch $@
