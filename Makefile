# Every target sets up what it needs, in .venv and .tools; the second time it starts at once.
# Needs git, make and Python 3.11 or newer; no root.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo demo-proteome test test-slow resume-test nf-core-lint docs galaxy galaxy-quick containers container-test cluster-test lint lock bench clean python python-test nextflow debian browser podman

export PATH := $(CURDIR)/.venv/bin:$(PATH):$(CURDIR)/.tools/bin
NEXTFLOW := $(CURDIR)/.tools/bin/nextflow
PIPELINE := main.nf nextflow.config conf workflows subworkflows modules
# worksteal: the long tests of the pipeline would fall to one of the two
PYTEST   := python -m pytest -q -n 2 --dist worksteal

help: ## this text
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

demo: python nextflow ## simulate a community, bin it, compare with the truth
	@scripts/demo.sh

demo-proteome: python nextflow ## simulate proteomes, label their samples, compare with the truth
	@scripts/demo-proteome.sh

test: lint debian ## what every change must pass: ruff, mypy, nextflow lint, the quick tests
	$(PYTEST)

test-slow: python-test nextflow debian browser ## the long tests
	$(PYTEST) -m slow

resume-test: python-test nextflow debian ## kill the pipeline 20 times, resume it, compare the results
	python -m pytest -q -s -m resume tests/pipeline

nf-core-lint: python nextflow ## the lints of nf-core's tools, without a network
	@scripts/setup-nf-core.sh
	@scripts/nf-core-lint.sh

docs: ## the documentation as a site, site/index.html; broken links are errors
	@scripts/docs.sh

galaxy: python-test ## the Galaxy tools on a real server: lint, tests, workflow, clicks in a browser
	@scripts/setup-galaxy.sh
	@scripts/galaxy.sh

galaxy-quick: python-test ## the lint and the workflows alone, which use half of the tools
	@scripts/setup-galaxy.sh
	@scripts/galaxy.sh lint workflows

containers: podman ## an image for each method, with docker or podman; DEVICE=cuda for GPUs
	@scripts/containers.sh build

container-test: podman nextflow ## each image's smoke test, then the pipeline in them
	@scripts/containers.sh test
	@scripts/engine-test.sh $$(scripts/containers.sh engine)

cluster-test: python podman nextflow ## the pipeline on a SLURM of one node, and in Charliecloud (as root)
	@scripts/containers.sh build
	@scripts/engine-test.sh slurm slurm-podman charliecloud

lint: python-test nextflow
	ruff check .
	ruff format --check .
	mypy
	$(NEXTFLOW) lint $(PIPELINE) > .tools/lint.log || { cat .tools/lint.log; exit 1; }

bench: python-test ## every benchmark under benchmarks/
	@scripts/bench.sh

lock: python ## pin all requirements anew, with hashes
	@scripts/lock.sh

clean: ## remove what was set up and made
	rm -rf .venv .tools demo bench site work results .nextflow* .{pytest,mypy,ruff}_cache .hypothesis

python:
	@scripts/setup-python.sh runtime

python-test:
	@scripts/setup-python.sh test

nextflow:
	@scripts/setup-nextflow.sh

# without them the tests that map reads, or search spectra, are skipped; in CI that is a failure
debian:
	@scripts/setup-debian.sh minimap2 samtools comet-ms || [[ "$${CI:-}" != true ]]

# for the test that opens the report
browser:
	@scripts/setup-debian.sh chromium || [[ "$${CI:-}" != true ]]

# does nothing where docker works, or podman with its base image
podman:
	@[[ $$(scripts/containers.sh engine 2>/dev/null) == docker ]] || scripts/setup-podman.sh
